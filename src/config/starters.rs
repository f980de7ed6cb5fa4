//! Ready profiles for the first run: a public broker in every way it can be reached. Nothing of them is in the file until the user
//! saves one.

use super::Profile;
use crate::model::{Target, Transport};

/// test.mosquitto.org plain, with TLS, and with both kinds of WebSocket. The port for TLS is the one whose certificate the system's
/// authorities vouch for: that of 8883 is signed by the broker's own.
pub fn starters() -> Vec<Profile> {
    [
        ("test.mosquitto.org", Transport::Tcp, 1883),
        ("test.mosquitto.org TLS", Transport::Tls, 8886),
        ("test.mosquitto.org WebSocket", Transport::WebSocket, 8080),
        ("test.mosquitto.org secure WebSocket", Transport::SecureWebSocket, 8081),
    ]
    .into_iter()
    .map(|(name, transport, port)| {
        let mut target = Target::new("test.mosquitto.org", port, "");
        target.transport = transport;
        if transport.is_websocket() {
            "/".clone_into(&mut target.websocket.path);
        }
        target.filters = Profile::everything();
        let mut profile = Profile::new(name, target);
        profile.group = Some("Public".into());
        profile.notes = Some("A public test broker: anybody reads what you publish.".into());
        profile.public = true;
        profile
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ProfileBook, check_name};

    #[test]
    fn starters_are_public_and_can_be_saved_as_they_are() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("profiles.toml");
        let mut book = ProfileBook::load(&path);
        for profile in starters() {
            assert_eq!(check_name(&profile.name), Ok(()));
            assert!(profile.public);
            book.save(profile, None).expect("saved");
        }
        let urls: Vec<_> = book.profiles().iter().map(|profile| profile.target.url()).collect();
        assert_eq!(
            urls,
            [
                "mqtt://test.mosquitto.org:1883",
                "mqtts://test.mosquitto.org:8886",
                "ws://test.mosquitto.org:8080/",
                "wss://test.mosquitto.org:8081/",
            ]
        );
    }
}
