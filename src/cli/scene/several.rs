//! More than one connection in the scene: what tabs and the connections screen look like in use.

use std::time::Duration;

use super::Scene;
use crate::app::{Action, Notices, update};
use crate::config::{PasswordSource, Profile, Safety};
use crate::model::{ConnectionId, LinkState, SessionEvent, Target, Transport, Trouble};

impl Scene {
    /// Adds saved connections beside the demo: one in trouble, one that is connecting, one that is closed. The demo stays in front.
    pub fn several(&mut self) -> &mut Self {
        let [home, garage, plant] = profiles();
        for profile in [home, garage.clone(), plant.clone()] {
            // A book without a file keeps everything in memory and says so each time.
            drop(self.app.book.save(profile, None));
        }
        drop(self.app.open(garage));
        drop(self.app.open(plant));
        let trouble = Trouble {
            cause: "Connection refused by 10.0.0.7:1883".to_owned(),
            remedy: "is a broker listening there? Check host and port (1883 is usual without TLS)".to_owned(),
            ..Trouble::default()
        };
        let until = self.now.plus(Duration::from_secs(4));
        let waiting = LinkState::Waiting { attempt: 3, until, trouble };
        let step = "TLS with mes.example.com".to_owned();
        for (id, link) in [(1, waiting), (2, LinkState::Connecting { attempt: 1, step })] {
            update(&mut self.app, Action::Session(ConnectionId(id), SessionEvent::Link(link)), self.now);
        }
        self.app.notices = Notices::default();
        self.app.show_tab(0);
        self
    }
}

fn profiles() -> [Profile; 3] {
    let mut home = Profile::new("home", Target::new("broker.lan", 8883, "panel"));
    home.target.transport = Transport::Tls;
    home.target.user = Some("alice".to_owned());
    home.password = PasswordSource::Prompt;
    home.group = Some("House".to_owned());
    home.colour = Some("#7ee2a8".to_owned());
    home.notes = Some("zigbee bridge and the heating\nthe old panel is switched off".to_owned());
    let mut garage = Profile::new("garage", Target::new("10.0.0.7", 1883, "panel"));
    garage.group = Some("House".to_owned());
    garage.safety = Safety::Confirm;
    let mut plant = Profile::new("plant", Target::new("mes.example.com", 443, "panel"));
    plant.target.transport = Transport::SecureWebSocket;
    plant.group = Some("Work".to_owned());
    plant.safety = Safety::ReadOnly;
    [home, garage, plant]
}
