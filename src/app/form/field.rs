//! The fields of the form, in order: one table with their words, their kind and when they matter.

use super::Form;
use crate::config::PasswordSource;
use crate::model::Transport;

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Line,
    /// Some lines of text.
    Lines,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// Yes or no.
    Toggle,
}

/// One row of the table.
#[derive(Debug)]
pub struct FieldRow {
    /// The heading it stands under.
    pub section: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// How it is filled in.
    pub kind: Kind,
    /// What to know while it is filled in.
    pub hint: &'static str,
}

macro_rules! fields {
    ($($section:literal: { $($variant:ident, $label:literal, $kind:expr, $hint:literal;)* })*) => {
        /// Every field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FormField { $($(#[doc = $label] $variant,)*)* }

        impl FormField {
            /// All of them, in the order of the form.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// Its row of the table.
            pub fn row(self) -> &'static FieldRow {
                const ROWS: &[FieldRow] = &[$($(FieldRow { section: $section, label: $label, kind: $kind, hint: $hint },)*)*];
                &ROWS[self as usize]
            }
        }
    };
}

const QOS: Kind = Kind::Choice(&["0", "1", "2"]);

fields! {
    "Broker": {
        Name, "name", Kind::Line, "by it the shell finds it too: mqtt-tui connect NAME";
        Group, "group", Kind::Line, "connections of a group stand together in the list";
        Transport, "transport", Kind::Choice(&["TCP", "TLS", "WebSocket", "secure WebSocket", "Unix socket"]), "left and right choose";
        Host, "host", Kind::Line, "name or address; a whole URL may be pasted here";
        Port, "port", Kind::Line, "empty: the usual one";
        Path, "path", Kind::Line, "of the WebSocket, from the slash on";
        Headers, "headers", Kind::Lines, "of the WebSocket request, one a line: Name: value";
    }
    "Login": {
        User, "user", Kind::Line, "empty: nobody logs in";
        PasswordSource, "password", Kind::Choice(&["none", "ask", "saved", "variable", "file", "command", "keyring"]), "where it comes from at each connect; only 'saved' writes it down";
        PasswordValue, "password value", Kind::Line, "";
        ClientId, "client id", Kind::Line, "empty: a new random one each time";
    }
    "TLS": {
        CaFile, "authorities", Kind::Line, "PEM file to trust instead of the system's authorities";
        CertFile, "certificate", Kind::Line, "PEM file of the client's certificate and chain";
        KeyFile, "key", Kind::Line, "PEM file of the client's key: PKCS#8, SEC1 or PKCS#1, not encrypted";
        Alpn, "ALPN", Kind::Line, "application protocols to offer, with commas between";
        ServerName, "server name", Kind::Line, "to ask for and verify instead of the host";
        Insecure, "insecure", Kind::Toggle, "takes any certificate: whoever is in between reads everything";
    }
    "Session": {
        Protocol, "protocol", Kind::Choice(&["5, else 3.1.1", "5 only", "3.1.1 only"]), "left and right choose";
        KeepAlive, "keep alive", Kind::Line, "seconds, 0 to 65535; 0 is off";
        CleanSession, "clean session", Kind::Toggle, "off: the broker keeps subscriptions and messages while away; needs a client id";
        Expiry, "expiry", Kind::Line, "seconds the broker keeps the session, or 'never' (MQTT 5)";
        MaxPacket, "max packet", Kind::Line, "bytes of the largest packet to accept, such as 64k or 1M; empty: the protocol's own limit";
    }
    "Subscriptions": {
        Filters, "filters", Kind::Lines, "one a line, none for all; options after it: qos=1 no-local retain-as-published retain-handling=2 id=7";
        Excluded, "excluded", Kind::Lines, "topics not to keep, one filter a line";
        Sys, "$SYS", Kind::Toggle, "what the broker says of itself";
    }
    "Last will": {
        WillTopic, "topic", Kind::Line, "empty: the broker publishes nothing when the link breaks";
        WillPayload, "payload", Kind::Lines, "what the broker publishes when the link breaks";
        WillQos, "QoS", QOS, "left and right choose";
        WillRetain, "retain", Kind::Toggle, "space switches";
        WillDelay, "delay", Kind::Line, "seconds the broker waits before it publishes (MQTT 5)";
    }
    "Proxy": {
        ProxyHost, "host", Kind::Line, "HTTP proxy to go through with CONNECT; host or host:port";
        ProxyUser, "user", Kind::Line, "empty: it asks for none";
        ProxyPassword, "password", Kind::Line, "written down with the connection";
    }
    "Handling": {
        Safety, "safety", Kind::Choice(&["normal", "confirm", "read-only"]), "what may be changed at this broker: all, all after a question, nothing";
        Public, "public", Kind::Toggle, "somebody else's broker: wide subscriptions end when nobody looks";
        Colour, "colour", Kind::Line, "of the tab: a name such as lightblue, or #rrggbb; empty: one of the theme";
        Notes, "notes", Kind::Lines, "anything worth knowing about it";
    }
}

impl Form {
    /// Whether the field means anything with the others as they are.
    pub fn matters(&self, field: FormField) -> bool {
        use FormField as F;
        let transport = self.transport();
        match field {
            F::Port => transport != Transport::Unix,
            F::Path | F::Headers => transport.is_websocket(),
            F::CaFile | F::CertFile | F::KeyFile | F::Alpn | F::ServerName | F::Insecure => {
                transport.is_tls()
            }
            F::ProxyHost => transport != Transport::Unix,
            F::ProxyUser => self.matters(F::ProxyHost) && !self.text(F::ProxyHost).is_empty(),
            F::ProxyPassword => self.matters(F::ProxyUser) && !self.text(F::ProxyUser).is_empty(),
            F::PasswordValue => !self.password_word().is_empty(),
            F::Expiry => !self.is_on(F::CleanSession) || !self.text(F::Expiry).is_empty(),
            F::WillPayload => self.has_will() && self.will_is_text,
            F::WillQos | F::WillRetain | F::WillDelay => self.has_will(),
            _ => true,
        }
    }

    fn has_will(&self) -> bool {
        !self.text(FormField::WillTopic).is_empty()
    }

    /// What the field is called at present.
    pub fn label(&self, field: FormField) -> &'static str {
        match field {
            FormField::PasswordValue => self.password_word(),
            FormField::Host if self.transport() == Transport::Unix => "path",
            _ => field.row().label,
        }
    }

    /// What to know while the field is filled in.
    pub fn hint(&self, field: FormField) -> &'static str {
        match (field, self.source()) {
            (FormField::PasswordValue, Source::Saved) => {
                "stands in the file that this form writes, readable by you only"
            }
            (FormField::PasswordValue, Source::Variable) => "name of the environment variable",
            (FormField::PasswordValue, Source::File) => "its first line is the password",
            (FormField::PasswordValue, Source::Command) => "the first line it prints is the password",
            (FormField::Protocol, _) if self.remembered().is_some() => {
                "begins with what was found; left and right forget that"
            }
            (FormField::Host, _) if self.transport() == Transport::Unix => "of the socket",
            _ => field.row().hint,
        }
    }

    /// Whether what is typed must not be seen.
    pub fn is_masked(&self, field: FormField) -> bool {
        match field {
            FormField::PasswordValue => self.source() == Source::Saved,
            FormField::ProxyPassword => true,
            _ => false,
        }
    }

    fn password_word(&self) -> &'static str {
        match self.source() {
            Source::None | Source::Ask | Source::Keyring => "",
            Source::Saved => "secret",
            Source::Variable => "variable",
            Source::File => "file",
            Source::Command => "command",
        }
    }
}

/// The kinds of [`PasswordSource`], in the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    None,
    Ask,
    Saved,
    Variable,
    File,
    Command,
    Keyring,
}

impl Source {
    const ALL: [Self; 7] =
        [Self::None, Self::Ask, Self::Saved, Self::Variable, Self::File, Self::Command, Self::Keyring];

    pub(super) fn nth(index: usize) -> Self {
        Self::ALL.get(index).copied().unwrap_or(Self::None)
    }

    /// Kind and visible or hidden text of a source.
    pub(super) fn of(source: &PasswordSource) -> (Self, String) {
        match source {
            PasswordSource::None => (Self::None, String::new()),
            PasswordSource::Prompt => (Self::Ask, String::new()),
            PasswordSource::Saved(password) => (Self::Saved, password.expose().to_owned()),
            PasswordSource::Environment(name) => (Self::Variable, name.clone()),
            PasswordSource::File(path) => (Self::File, path.display().to_string()),
            PasswordSource::Command(line) => (Self::Command, line.clone()),
            PasswordSource::Keyring => (Self::Keyring, String::new()),
        }
    }
}
