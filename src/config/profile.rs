//! A profile: everything to be remembered about one way to one broker. Plain data; the file it lives in is another matter.

use std::path::PathBuf;
use std::str::FromStr;

use ratatui::style::Color;

use crate::model::{DecoderRule, Protocol, ProtocolChoice, QoS, Secret, Subscription, Target, TopicFilter};

/// What may be done on a connection, the laxest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Safety {
    /// Everything, at once.
    #[default]
    Normal,
    /// Whatever changes something at the broker is asked about first.
    Confirm,
    /// Nothing that changes anything at the broker.
    ReadOnly,
}

impl Safety {
    /// All of them, in the order a form offers them.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Confirm, Self::ReadOnly];

    /// Its name in files and flags: `normal`, `confirm`, `read-only`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Confirm => "confirm",
            Self::ReadOnly => "read-only",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|safety| safety.name() == name)
    }
}

/// Where the password comes from. Read anew at each start of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PasswordSource {
    /// There is none, or it is in the target already.
    #[default]
    None,
    /// Asked for on screen each time.
    Prompt,
    /// Saved in the profile because the user wanted that.
    Saved(Secret),
    /// An environment variable.
    Environment(String),
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a command prints.
    Command(String),
    /// The keyring of the operating system, under the name of the profile.
    Keyring,
}

/// A filter of the tree that was given a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its name.
    pub name: String,
    /// What it says, in the language of filters.
    pub text: String,
}

/// One saved connection, or one that could be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its name, by which `connect` finds it.
    pub name: String,
    /// Group it is listed under.
    pub group: Option<String>,
    /// Colour of its tab: one of the sixteen names of a terminal, or `#rrggbb`.
    pub colour: Option<String>,
    /// What the user wrote down about it.
    pub notes: Option<String>,
    /// What may be done on it.
    pub safety: Safety,
    /// A public broker: the wide subscription is given back when nobody looks.
    pub public: bool,
    /// Topics that are not kept although a filter asks for them.
    pub excluded: Vec<TopicFilter>,
    /// Filters that stay subscribed while their messages are not shown.
    pub muted: Vec<TopicFilter>,
    /// Filters of the tree that were given a name.
    pub saved_filters: Vec<SavedFilter>,
    /// Topics and branches that stay in sight above the tree, by their whole path.
    pub pins: Vec<String>,
    /// Topics and branches that are grey in the tree and never news, by their whole path.
    pub quiet: Vec<String>,
    /// Topics, and branches with all below them, whose messages are listed together.
    pub browsed: Vec<TopicFilter>,
    /// What payloads are to be taken for; the first rule that matches a topic counts. Before those of the settings.
    pub decoders: Vec<DecoderRule>,
    /// Where and as whom, without the password. An empty client id means a new random one each time.
    pub target: Target,
    /// Where the password comes from.
    pub password: PasswordSource,
    /// What the broker was found to speak when 5 was refused and 3.1.1 was not: where to begin next time.
    pub remembered: Option<Protocol>,
}

/// What a user agreed to have written to the profiles file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// Passwords and header values that are credentials.
    pub password: bool,
    /// That certificates are not verified.
    pub insecure: bool,
}

impl Profile {
    /// A profile for `target` with nothing set beside.
    pub fn new(name: impl Into<String>, target: Target) -> Self {
        Self {
            name: name.into(),
            group: None,
            colour: None,
            notes: None,
            safety: Safety::default(),
            public: false,
            excluded: Vec::new(),
            muted: Vec::new(),
            saved_filters: Vec::new(),
            pins: Vec::new(),
            quiet: Vec::new(),
            browsed: Vec::new(),
            decoders: Vec::new(),
            target,
            password: PasswordSource::default(),
            remembered: None,
        }
    }

    /// Protocol versions to speak: with `auto`, what was remembered. 3.1.1 lasts until the profile is pointed elsewhere or the line is
    /// taken out of the file.
    pub fn protocol(&self) -> ProtocolChoice {
        match (self.target.protocol, self.remembered) {
            (ProtocolChoice::Auto, Some(protocol)) => ProtocolChoice::Only(protocol),
            (choice, _) => choice,
        }
    }

    /// The profile as it may go to the file, and one sentence for each thing that `consent` does not cover and that is therefore left
    /// out. A password that is left out is asked for from then on.
    pub fn for_saving(mut self, consent: Consent) -> (Self, Vec<String>) {
        let mut left_out = Vec::new();
        let typed = self.target.password.take();
        if consent.password {
            if let Some(typed) = typed.filter(|_| self.password == PasswordSource::None) {
                self.password = PasswordSource::Saved(typed);
            }
        } else {
            if typed.is_some() && self.password == PasswordSource::None
                || matches!(self.password, PasswordSource::Saved(_))
            {
                self.password = PasswordSource::Prompt;
                left_out.push("the password is not saved: it will be asked for".into());
            }
            if let Some(proxy) = &mut self.target.proxy
                && proxy.password.take().is_some()
            {
                left_out.push("the password of the proxy is not saved".into());
            }
            self.target.websocket.headers.retain(|(name, _)| {
                let kept = !is_credential(name);
                if !kept {
                    left_out.push(format!("the header {name} is not saved"));
                }
                kept
            });
        }
        if self.target.tls.insecure && !consent.insecure {
            self.target.tls.insecure = false;
            left_out.push("that certificates are not verified is not saved".into());
        }
        // It is for the occasion (D16); who wants it each time writes it into the file.
        if std::mem::take(&mut self.target.tls.key_log) {
            left_out.push("that session keys are logged is not saved".into());
        }
        (self, left_out)
    }

    /// The subscription of everything, as used where no filter is named.
    pub fn everything() -> Vec<Subscription> {
        TopicFilter::parse("#").map(|all| Subscription::new(all, QoS::AtMostOnce)).into_iter().collect()
    }
}

/// Checks that `text` names a colour: one of the sixteen names of a terminal, or `#rrggbb`.
pub fn check_colour(text: &str) -> Result<(), String> {
    let wrong = || "this is no colour: use \"#rrggbb\" or a name such as \"lightblue\"".to_owned();
    Color::from_str(text).map(|_| ()).map_err(|_| wrong())
}

/// Whether a header of this name usually holds a credential.
pub fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "cookie", "token", "key", "secret", "password", "signature"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Proxy;

    fn with_everything() -> Profile {
        let mut target = Target::new("broker.lan", 8883, "");
        target.password = Some("hidden".into());
        target.tls.insecure = true;
        target.websocket.headers =
            vec![("Authorization".into(), "hidden".into()), ("Origin".into(), "x".into())];
        let (user, password) = (Some("u".to_owned()), Some(Secret::new("hidden")));
        target.proxy = Some(Proxy { host: "proxy".into(), port: 3128, user, password });
        Profile::new("home", target)
    }

    #[test]
    fn g04_d05_only_what_was_agreed_to_is_for_saving() {
        let (saved, left_out) = with_everything().for_saving(Consent::default());
        assert_eq!(saved.password, PasswordSource::Prompt);
        assert_eq!(saved.target.password, None);
        assert_eq!(saved.target.proxy.as_ref().and_then(|proxy| proxy.password.clone()), None);
        assert_eq!(saved.target.websocket.headers, [("Origin".to_owned(), Secret::new("x"))]);
        assert!(!saved.target.tls.insecure);
        assert_eq!(left_out.len(), 4, "{left_out:?}");
        assert!(!left_out.concat().contains("hidden"));

        let (saved, left_out) = with_everything().for_saving(Consent { password: true, insecure: true });
        assert_eq!(saved.password, PasswordSource::Saved("hidden".into()));
        assert!(saved.target.tls.insecure && left_out.is_empty());
        assert_eq!(saved.target.websocket.headers.len(), 2);
    }

    #[test]
    fn d16_that_session_keys_are_logged_is_not_saved_and_that_is_said() {
        let mut profile = Profile::new("home", Target::new("broker.lan", 8883, ""));
        profile.target.tls.key_log = true;
        let (saved, left_out) = profile.for_saving(Consent { password: true, insecure: true });
        assert!(!saved.target.tls.key_log);
        assert!(left_out.concat().contains("session keys"), "{left_out:?}");
    }

    #[test]
    fn what_is_remembered_counts_only_where_the_choice_is_open() {
        let mut profile = Profile::new("home", Target::new("broker.lan", 1883, ""));
        assert_eq!(profile.protocol(), ProtocolChoice::Auto);
        profile.remembered = Some(Protocol::V4);
        assert_eq!(profile.protocol(), ProtocolChoice::Only(Protocol::V4));
        profile.target.protocol = ProtocolChoice::Only(Protocol::V5);
        assert_eq!(profile.protocol(), ProtocolChoice::Only(Protocol::V5));
    }
}
