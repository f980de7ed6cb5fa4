//! The connections screen: what it lists, which line is selected, what is looked for.

use tui_input::Input;

use super::{App, Connection, Screen, Test};
use crate::config::Profile;
use crate::model::ConnectionId;

/// What can be selected in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A saved profile, by its name.
    Saved(String),
    /// A connection that is open and not saved.
    Open(ConnectionId),
    /// The bundled broker with its fleet.
    Demo,
    /// A ready profile, by its name.
    Ready(String),
    /// A connection that is still to be described.
    New,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListLine {
    /// Between groups.
    Blank,
    /// The name of a group.
    Heading(String),
    /// Something to select.
    Choice(Choice),
}

/// State of the screen.
#[derive(Debug, Default)]
pub struct ConnectionsView {
    /// It was called for. Without any connection it is in front anyhow.
    pub called: bool,
    /// The selected line, wherever it stands.
    pub selected: Option<Choice>,
    /// First line on screen.
    pub top: usize,
    /// What is looked for, while it is typed and after.
    pub filter: String,
    /// The test of one of them, until it is left.
    pub test: Option<Test>,
    /// The bundled broker was asked for and is not there yet.
    pub(super) awaits_demo: bool,
    /// The line it is typed in.
    pub filter_input: Option<Input>,
}

impl App {
    /// The lines of the list, by group, as far as the filter lets them through.
    pub fn list(&self) -> Vec<ListLine> {
        let mut groups: Vec<(String, Vec<Choice>)> = Vec::new();
        for profile in self.profiles() {
            let name = profile.group.clone().unwrap_or_else(|| "Saved".to_owned());
            let choice = Choice::Saved(profile.name.clone());
            match groups.iter_mut().find(|(known, _)| *known == name) {
                Some((_, choices)) => choices.push(choice),
                None => groups.push((name, vec![choice])),
            }
        }
        let unsaved = self.connections().iter().filter(|connection| self.listed_as(connection).is_none());
        groups.push((
            "Open, not saved".to_owned(),
            unsaved.map(|connection| Choice::Open(connection.id)).collect(),
        ));
        let mut ready = vec![Choice::Demo];
        if self.profiles().is_empty() {
            ready.extend(self.ready.iter().map(|profile| Choice::Ready(profile.name.clone())));
        }
        groups.push(("To try out".to_owned(), ready));
        groups.push((String::new(), vec![Choice::New]));
        let mut lines = Vec::new();
        for (name, mut choices) in groups {
            choices.retain(|choice| self.is_found(choice, &name));
            if choices.is_empty() {
                continue;
            }
            if !lines.is_empty() {
                lines.push(ListLine::Blank);
            }
            if !name.is_empty() {
                lines.push(ListLine::Heading(name));
            }
            lines.extend(choices.into_iter().map(ListLine::Choice));
        }
        lines
    }

    /// The line under which an open connection stands in the list, other than one of its own.
    fn listed_as(&self, connection: &Connection) -> Option<Choice> {
        let name = &connection.profile.name;
        if self.profiles().iter().any(|profile| profile.name == *name) {
            Some(Choice::Saved(name.clone()))
        } else if name == DEMO {
            Some(Choice::Demo)
        } else if self.profiles().is_empty() && self.ready.iter().any(|profile| profile.name == *name) {
            Some(Choice::Ready(name.clone()))
        } else {
            None
        }
    }

    fn is_found(&self, choice: &Choice, group: &str) -> bool {
        let wanted = self.list.filter.to_lowercase();
        if wanted.is_empty() {
            return true;
        }
        let Some(profile) = self.profile_of(choice) else {
            return *choice == Choice::Demo && DEMO.contains(&wanted);
        };
        [profile.name.as_str(), &profile.target.url(), profile.notes.as_deref().unwrap_or_default(), group]
            .iter()
            .any(|text| text.to_lowercase().contains(&wanted))
    }

    /// The profile behind a line; the demo and a new connection have none.
    pub fn profile_of(&self, choice: &Choice) -> Option<&Profile> {
        match choice {
            Choice::Saved(name) => self.profiles().iter().find(|profile| profile.name == *name),
            Choice::Ready(name) => self.ready.iter().find(|profile| profile.name == *name),
            Choice::Open(id) => {
                self.connections().iter().find(|open| open.id == *id).map(|open| &open.profile)
            }
            Choice::Demo | Choice::New => None,
        }
    }

    /// The open connections behind a line, in the order of their tabs.
    pub fn opened(&self, choice: &Choice) -> Vec<&Connection> {
        let of = |connection: &&Connection| match choice {
            Choice::Open(id) => connection.id == *id,
            Choice::New => false,
            named => self.listed_as(connection).as_ref() == Some(named),
        };
        self.connections().iter().filter(of).collect()
    }

    /// The selected line; the first one unless another was selected and is still there.
    pub fn choice(&self) -> Option<Choice> {
        let lines = self.list();
        let mut choices = lines.iter().filter_map(|line| match line {
            ListLine::Choice(choice) => Some(choice),
            _ => None,
        });
        let first = choices.clone().next();
        choices.find(|choice| Some(*choice) == self.list.selected.as_ref()).or(first).cloned()
    }

    /// The test of the selected line, while it is on the screen.
    pub fn shown_test(&self) -> Option<&Test> {
        let choice = self.choice();
        self.list.test.as_ref().filter(|test| Some(&test.of) == choice.as_ref())
    }

    /// The profile of the selected line.
    pub fn chosen_profile(&self) -> Option<&Profile> {
        self.profile_of(&self.choice()?)
    }

    /// The profile of the selected line, when it is in the file.
    pub fn chosen_saved(&self) -> Option<&Profile> {
        self.chosen_profile().filter(|profile| self.is_saved(&profile.name))
    }

    /// Selects the line of the connection in front.
    pub(super) fn select_in_front(&mut self) {
        let Some(connection) = self.connections().get(self.active()) else { return };
        self.list.selected = Some(self.listed_as(connection).unwrap_or(Choice::Open(connection.id)));
    }

    /// Where the filter of the tree or list in front is typed, while it is.
    pub(super) fn filter_input_slot(&mut self) -> &mut Option<Input> {
        match self.screen() {
            Screen::Connections => &mut self.list.filter_input,
            _ => &mut self.connection_mut().filter_input,
        }
    }

    /// The filter that is being typed.
    pub(super) fn filter_input(&mut self) -> Option<&mut Input> {
        self.filter_input_slot().as_mut()
    }

    /// Whether the profile names no filter at all, which means all of them, as on the command line. An empty list in the file means none.
    pub fn means_all(&self, profile: &Profile) -> bool {
        profile.target.filters.is_empty() && self.book.source(&profile.name, "filters").is_none()
    }

    /// Whether a profile of this name is in the file.
    pub fn is_saved(&self, name: &str) -> bool {
        self.profiles().iter().any(|profile| profile.name == name)
    }
}

/// Name of the connection to the bundled broker.
pub const DEMO: &str = "demo";
