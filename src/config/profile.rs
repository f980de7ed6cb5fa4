//! A profile: everything to be remembered about one way to one broker. Plain data; the file it lives in is another matter.

use std::path::PathBuf;

use crate::model::{QoS, Secret, Subscription, Target, TopicFilter};

/// What may be done on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Safety {
    /// Everything, at once.
    #[default]
    Normal,
    /// Whatever changes something at the broker is asked about first.
    Confirm,
    /// Nothing that changes anything at the broker.
    ReadOnly,
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
    /// Where and as whom, without the password. An empty client id means a new random one each time.
    pub target: Target,
    /// Where the password comes from.
    pub password: PasswordSource,
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
            target,
            password: PasswordSource::default(),
        }
    }

    /// The subscription of everything, as used where no filter is named.
    pub fn everything() -> Vec<Subscription> {
        TopicFilter::parse("#").map(|all| Subscription::new(all, QoS::AtMostOnce)).into_iter().collect()
    }
}
