//! What a connection turned out to be: what the TLS handshake and CONNACK said. Shown beside the broker's `$SYS`.

use super::QoS;

/// What is known about a connection once CONNACK is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Welcome {
    /// The address that answered: `127.0.0.1:1883`, or the path of a Unix socket.
    pub peer: String,
    /// The TLS handshake, if there was one.
    pub tls: Option<TlsFacts>,
    /// What CONNACK allows and says.
    pub limits: ServerLimits,
    /// Why 3.1.1 is spoken although 5 was tried first, in words.
    pub fell_back: Option<String>,
    /// The broker itself said, just now or earlier in this session, that it does not speak MQTT 5: worth remembering.
    pub lacks_mqtt_5: bool,
}

/// What a TLS handshake agreed on. Names come from the peer's certificate: sanitise before showing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsFacts {
    /// `TLS 1.3`.
    pub version: String,
    /// `TLS13_AES_256_GCM_SHA384`.
    pub cipher: String,
    /// Application protocol chosen, if any.
    pub alpn: Option<String>,
    /// The certificate was checked and is good; false with `insecure`.
    pub verified: bool,
    /// The peer's chain, its own certificate first.
    pub chain: Vec<CertificateFacts>,
}

/// One certificate of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CertificateFacts {
    /// Distinguished name of the subject.
    pub subject: String,
    /// Distinguished name of the issuer.
    pub issuer: String,
    /// Names and addresses it is for.
    pub names: Vec<String>,
    /// Start of validity, in seconds since 1970.
    pub not_before: i64,
    /// End of validity, in seconds since 1970.
    pub not_after: i64,
}

/// What CONNACK says (MQTT 5.0, 3.2.2.3). With 3.1.1, and where the broker says nothing, the fields are `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerLimits {
    /// Highest QoS the broker accepts.
    pub maximum_qos: Option<QoS>,
    /// Whether retained messages are available.
    pub retain_available: Option<bool>,
    /// Largest packet the broker accepts, in bytes.
    pub maximum_packet: Option<u32>,
    /// Publishes with QoS 1 or 2 the broker takes at the same time.
    pub receive_maximum: Option<u16>,
    /// Topic aliases the broker accepts.
    pub topic_alias_maximum: Option<u16>,
    /// Keep alive the broker wants instead of ours, in seconds.
    pub keep_alive: Option<u16>,
    /// Session expiry in force, in seconds.
    pub session_expiry: Option<u32>,
    /// The client id the broker gave us.
    pub assigned_client_id: Option<String>,
    /// Whether filters may hold wildcards.
    pub wildcards_available: Option<bool>,
    /// Whether subscription identifiers may be used.
    pub subscription_ids_available: Option<bool>,
    /// Whether shared subscriptions may be used.
    pub shared_available: Option<bool>,
    /// Basis for response topics.
    pub response_information: Option<String>,
    /// Another server to use.
    pub server_reference: Option<String>,
    /// A sentence of the broker.
    pub reason: Option<String>,
    /// Name and value pairs, in the order sent.
    pub user_properties: Vec<(String, String)>,
}
