//! What each reason code of MQTT 5 and each return code of a 3.1.1 CONNACK is called, and what to do about it. One row a code;
//! every acknowledgement, refusal and farewell of a broker is put into words here.

/// A code the broker gave, and what it said along with it. Texts come from the wire: sanitise before showing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::mqtt) struct Stated {
    /// Reason code (MQTT 5) or return code (3.1.1).
    pub code: u8,
    /// A sentence of the broker.
    pub text: Option<String>,
    /// Another server to use.
    pub server: Option<String>,
}

impl Stated {
    /// Just a code.
    #[cfg(test)]
    pub(in crate::mqtt) fn code(code: u8) -> Self {
        Self { code, ..Self::default() }
    }

    /// Whether it says that something failed (MQTT 5.0, 2.4).
    pub(in crate::mqtt) fn is_failure(&self) -> bool {
        self.code >= 0x80
    }

    /// Name and number, and the broker's own sentence: `Not authorized (0x87): no such user`.
    pub(in crate::mqtt) fn words(&self) -> String {
        let name = reason(self.code).map_or("unknown reason", |row| row.name);
        self.with_text(format!("{name} ({:#04x})", self.code))
    }

    /// As [`Stated::words`], and what to do about it.
    pub(in crate::mqtt) fn advised(&self) -> String {
        format!("{}; {}", self.words(), advice(self.code))
    }

    pub(super) fn with_text(&self, words: String) -> String {
        match self.text.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => format!("{words}: {text}"),
            None => words,
        }
    }
}

/// A reason code of MQTT 5 (2.4).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub code: u8,
    pub name: &'static str,
    pub advice: &'static str,
}

const fn row(code: u8, name: &'static str, advice: &'static str) -> Reason {
    Reason { code, name, advice }
}

/// All of them, by code. 0 has other names in DISCONNECT and SUBACK; all of them say that all is well.
const REASONS: [Reason; 43] = [
    row(0x00, "Success", "nothing is wrong"),
    row(0x01, "Granted QoS 1", "nothing is wrong"),
    row(0x02, "Granted QoS 2", "nothing is wrong"),
    row(0x04, "Disconnect with will message", "the broker ended the connection; connect again"),
    row(
        0x10,
        "No matching subscribers",
        "the broker took the message, and nobody is subscribed to its topic",
    ),
    row(0x11, "No subscription existed", "there was nothing to unsubscribe from"),
    row(
        0x18,
        "Continue authentication",
        "this broker wants extended authentication, which mqtt-tui does not do",
    ),
    row(0x19, "Re-authenticate", "this broker wants extended authentication, which mqtt-tui does not do"),
    row(0x80, "Unspecified error", "the broker's log tells more"),
    row(
        0x81,
        "Malformed packet",
        "the broker, or a proxy in between, could not read what was sent; its log tells more",
    ),
    row(
        0x82,
        "Protocol error",
        "the broker, or a proxy in between, takes what was sent for a mistake; its log tells more",
    ),
    row(
        0x83,
        "Implementation specific error",
        "the broker does not do this; its documentation and log tell more",
    ),
    row(0x84, "Unsupported protocol version", "choose the other protocol version for this connection"),
    row(
        0x85,
        "Client identifier not valid",
        "choose another client id; up to 23 letters and digits always work",
    ),
    row(0x86, "Bad user name or password", "check user and password"),
    row(
        0x87,
        "Not authorized",
        "the broker's access rules forbid it for this user: ask for the right, or use another user or topic",
    ),
    row(0x88, "Server unavailable", "the broker is up but not ready; another attempt later helps"),
    row(0x89, "Server busy", "the broker has too much to do; another attempt later helps"),
    row(0x8A, "Banned", "the broker's administrator has shut this client out: ask there"),
    row(0x8B, "Server shutting down", "wait until the broker is back"),
    row(
        0x8C,
        "Bad authentication method",
        "the broker wants another way to log in; check user and password, and its documentation",
    ),
    row(
        0x8D,
        "Keep alive timeout",
        "the broker heard nothing for too long: the network is slow, or the keep alive too short",
    ),
    row(0x8E, "Session taken over", "another client uses the same client id: choose another one"),
    row(0x8F, "Topic filter invalid", "the broker does not accept this filter: try a narrower one"),
    row(0x90, "Topic name invalid", "the broker does not accept this topic: choose another one"),
    row(0x91, "Packet identifier in use", "reconnect with a clean session"),
    row(
        0x92,
        "Packet identifier not found",
        "the broker has forgotten the message; whether it arrived is not known",
    ),
    row(
        0x93,
        "Receive maximum exceeded",
        "the broker takes fewer messages at a time than it was sent: reconnect",
    ),
    row(0x94, "Topic alias invalid", "no topic aliases were offered or used: this is a fault of the broker"),
    row(0x95, "Packet too large", "send a smaller message, or raise the broker's limit"),
    row(0x96, "Message rate too high", "send less, or subscribe to less"),
    row(0x97, "Quota exceeded", "a limit of the broker is reached: free something, or ask its administrator"),
    row(0x98, "Administrative action", "the broker's administrator ended the connection: ask there"),
    row(
        0x99,
        "Payload format invalid",
        "the payload is not the text it is said to be: send it without that property",
    ),
    row(0x9A, "Retain not supported", "this broker keeps no retained messages: send it without retain"),
    row(0x9B, "QoS not supported", "choose a lower QoS"),
    row(0x9C, "Use another server", "connect to the server the broker names"),
    row(0x9D, "Server moved", "connect to the server the broker names, and change the profile"),
    row(0x9E, "Shared subscriptions not supported", "subscribe without $share"),
    row(0x9F, "Connection rate exceeded", "wait a while before connecting again"),
    row(0xA0, "Maximum connect time", "the broker ends connections after a while; reconnect"),
    row(0xA1, "Subscription identifiers not supported", "subscribe without a subscription id"),
    row(0xA2, "Wildcard subscriptions not supported", "subscribe to topics without + and #"),
];

/// Looks up a reason code of MQTT 5.
pub(super) fn reason(code: u8) -> Option<&'static Reason> {
    REASONS.iter().find(|row| row.code == code)
}

/// What to do about a reason code, known or not.
pub(super) fn advice(code: u8) -> &'static str {
    reason(code).map_or("the broker's documentation may tell what this number means", |row| row.advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_code_has_one_name_and_one_sentence_of_advice() {
        for pair in REASONS.windows(2) {
            assert!(pair[0].code < pair[1].code, "{:#x} is out of order", pair[1].code);
        }
        for row in &REASONS {
            assert!(!row.name.is_empty() && row.name.starts_with(char::is_uppercase), "{row:?}");
            assert!(row.advice.len() > 10 && !row.advice.ends_with('.'), "{row:?}");
        }
        // All of table 2-6 of the standard: eight that say success, and 0x80 to 0xA2.
        assert_eq!(REASONS.iter().filter(|row| row.code < 0x80).count(), 8);
        assert!((0x80..=0xA2).all(|code| reason(code).is_some()));
    }

    #[test]
    fn an_unknown_code_is_shown_as_its_number_and_the_brokers_sentence_is_quoted() {
        let stated = Stated { code: 0xC3, text: Some("because".into()), server: None };
        assert_eq!(stated.words(), "unknown reason (0xc3): because");
        assert!(stated.is_failure());
        assert_eq!(Stated::code(0x87).words(), "Not authorized (0x87)");
    }
}
