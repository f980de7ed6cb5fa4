//! A connection being written or changed: every field of a profile, checked as it is typed. What the form does not show of a
//! profile it keeps as it was.
//!
//! `field` is the table of the fields, `fill` goes from a profile to the fields and back, `check` says what is wrong with one,
//! `subscriptions` is how filters are written, `rows` what stands on which row of the screen.

mod check;
mod field;
mod fill;
mod rows;
mod subscriptions;

use std::fmt;

use ratatui_textarea::TextArea;
use tui_input::Input;

use super::SaveId;
use crate::config::{PasswordSource, Profile, Safety, is_credential};
use crate::model::{Address, ConnectionId, Protocol, Secret, Transport};
use field::Source;
pub use field::{FormField, Kind};
pub use rows::FormRow;

/// What is in a field.
enum Value {
    Line(Input),
    Lines(Box<TextArea<'static>>),
    Choice(usize),
    Toggle(bool),
}

/// State of the form.
pub struct Form {
    /// Name of the profile in the file that is being changed; `None` for a new one.
    pub of: Option<String>,
    /// The open connection that it describes.
    pub connection: Option<ConnectionId>,
    /// What it began with: the source of all that has no field.
    base: Profile,
    /// Names of the other profiles.
    others: Vec<String>,
    values: Vec<Value>,
    /// The contents as they were at first, to tell whether anything was changed.
    before: Vec<String>,
    /// The payload of the will can be shown as text; else it stays as it is.
    will_is_text: bool,
    /// The field that has the keys.
    pub focus: FormField,
    /// First row on screen.
    pub top: usize,
    /// Columns for what is said of a field.
    columns: u16,
    /// Saving was tried: empty fields that must not be empty are told, too.
    pub tried: bool,
    /// It is being written, under this number; what to do once it is.
    pub saving: Option<(SaveId, AfterSaving)>,
    /// Why the last saving failed.
    pub refusal: Option<String>,
    /// Accepting any certificate was confirmed.
    pub insecure_confirmed: bool,
    /// The secrets that it began with are in the file already, or writing them there was confirmed.
    pub secrets_confirmed: bool,
}

/// What follows when a form was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterSaving {
    /// Back to the list.
    List,
    /// Connect with what was saved.
    Connect,
}

/// Passwords may be in any field: nothing of the contents shows.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("of", &self.of).field("focus", &self.focus).finish_non_exhaustive()
    }
}

impl Form {
    /// The text of a line, trimmed; of lines, as they are.
    pub fn text(&self, field: FormField) -> String {
        match &self.values[field as usize] {
            Value::Line(input) if self.is_masked(field) => input.value().to_owned(),
            Value::Line(input) => input.value().trim().to_owned(),
            Value::Lines(area) => area.lines().join("\n"),
            Value::Choice(index) => index.to_string(),
            Value::Toggle(on) => on.to_string(),
        }
    }

    /// The input of a line.
    pub fn line(&self, field: FormField) -> Option<&Input> {
        match &self.values[field as usize] {
            Value::Line(input) => Some(input),
            _ => None,
        }
    }

    /// The editor of some lines.
    pub fn lines(&self, field: FormField) -> Option<&TextArea<'static>> {
        match &self.values[field as usize] {
            Value::Lines(area) => Some(area),
            _ => None,
        }
    }

    /// The chosen word.
    pub fn chosen(&self, field: FormField) -> usize {
        match &self.values[field as usize] {
            Value::Choice(index) => *index,
            _ => 0,
        }
    }

    /// Whether a yes-or-no field says yes.
    pub fn is_on(&self, field: FormField) -> bool {
        matches!(&self.values[field as usize], Value::Toggle(true))
    }

    pub(super) fn line_mut(&mut self, field: FormField) -> Option<&mut Input> {
        match &mut self.values[field as usize] {
            Value::Line(input) => Some(input),
            _ => None,
        }
    }

    pub(super) fn lines_mut(&mut self, field: FormField) -> Option<&mut TextArea<'static>> {
        match &mut self.values[field as usize] {
            Value::Lines(area) => Some(area),
            _ => None,
        }
    }

    /// Takes one of the words.
    pub(super) fn choose(&mut self, field: FormField, index: usize) {
        let secret_before = field == FormField::PasswordSource && self.source() == Source::Saved;
        self.values[field as usize] = Value::Choice(index);
        if field == FormField::Protocol {
            // Who chooses what to try means it to be tried.
            self.base.remembered = None;
        }
        if secret_before && self.source() != Source::Saved {
            // What was typed as a secret must not come to light in a field that shows what it holds.
            self.set_line(FormField::PasswordValue, "");
        }
        if field == FormField::PasswordSource
            && self.source() == Source::Saved
            && let Some(password) = self.base.target.password.clone()
            && self.text(FormField::PasswordValue).is_empty()
        {
            self.set_line(FormField::PasswordValue, password.expose());
        }
    }

    pub(super) fn toggle(&mut self, field: FormField) {
        if let Value::Toggle(on) = &mut self.values[field as usize] {
            *on = !*on;
        }
        self.insecure_confirmed = false;
    }

    pub(super) fn set_line(&mut self, field: FormField, text: &str) {
        self.values[field as usize] = Value::Line(Input::new(text.to_owned()));
    }

    /// The transport as chosen.
    pub fn transport(&self) -> Transport {
        Transport::ALL.get(self.chosen(FormField::Transport)).copied().unwrap_or_default()
    }

    fn source(&self) -> Source {
        Source::nth(self.chosen(FormField::PasswordSource))
    }

    /// The fields that matter at present, in order.
    pub fn fields(&self) -> impl Iterator<Item = FormField> + '_ {
        FormField::ALL.iter().copied().filter(|field| self.matters(*field))
    }

    /// Gives the keys to the field `steps` further on, round and round.
    pub(super) fn step(&mut self, steps: isize) {
        let fields: Vec<FormField> = self.fields().collect();
        // The focused field may have stopped to matter: then from where it stood.
        let at = fields.iter().position(|field| *field >= self.focus).unwrap_or(0);
        let wanted = (at as isize + steps).rem_euclid(fields.len().max(1) as isize) as usize;
        self.focus = fields.get(wanted).copied().unwrap_or(FormField::Name);
    }

    /// Gives the keys to the field `rows` further down or up the form.
    pub(super) fn page(&mut self, rows: isize) {
        let all = self.rows();
        let at = all.iter().position(|row| row.field() == Some(self.focus)).unwrap_or(0);
        let wanted = at.saturating_add_signed(rows).min(all.len().saturating_sub(1));
        let towards = |row: &FormRow| row.field();
        let found = if rows > 0 {
            all[..=wanted].iter().rev().find_map(towards)
        } else {
            all[wanted..].iter().find_map(towards)
        };
        self.focus = found.unwrap_or(self.focus);
    }

    /// Spreads an address over the fields it speaks of: a URL with all that it leaves out, or a host with its port. False when `text`
    /// is neither; the error says why it is no address, and quotes no login.
    pub(super) fn take_address(&mut self, text: &str) -> Result<bool, String> {
        let may_hold_login = text.contains("://") || text.contains('@');
        let address = match Address::parse(text) {
            Ok(address) => address,
            // As text in the field, its password would be on the screen.
            Err(reason) if may_hold_login => return Err(format!("not pasted: {reason}")),
            Err(_) => return Ok(false),
        };
        if address.transport.is_none() && address.port.is_none() && address.user.is_none() {
            return Ok(false);
        }
        if let Some(transport) = address.transport {
            let nth = Transport::ALL.iter().position(|known| *known == transport);
            self.choose(FormField::Transport, nth.unwrap_or_default());
        }
        self.set_line(FormField::Host, &address.host);
        let usual = self.transport().default_port();
        let port = address.port.filter(|port| *port != usual);
        self.set_line(FormField::Port, &port.map_or_else(String::new, |port| port.to_string()));
        if let Some(path) = &address.path {
            self.set_line(FormField::Path, path);
        }
        if address.transport.is_some() || address.user.is_some() {
            self.take_login(address.user.as_deref().unwrap_or_default(), address.password);
        }
        Ok(true)
    }

    /// Takes user and password of an address; none, too: what was there belongs to the broker before.
    fn take_login(&mut self, user: &str, password: Option<Secret>) {
        let same_user = !user.is_empty() && self.text(FormField::User) == user;
        self.set_line(FormField::User, user);
        if password.is_some() || !same_user {
            // Asked for at each connect, unless the user has it saved.
            let source = if password.is_some() { Source::Ask } else { Source::None };
            self.base.target.password = password;
            self.set_line(FormField::PasswordValue, "");
            self.choose(FormField::PasswordSource, source as usize);
        }
    }

    /// What the profile said of safety at first.
    pub(super) fn safety_before(&self) -> Safety {
        self.base.safety
    }

    /// Whether anything differs from what it was at first.
    pub fn is_changed(&self) -> bool {
        self.contents() != self.before
    }

    fn contents(&self) -> Vec<String> {
        let remembered = self.base.remembered.map(|protocol| protocol.to_string());
        FormField::ALL.iter().map(|field| self.text(*field)).chain(remembered).collect()
    }

    /// What the broker was found to speak, where that is begun with.
    fn remembered(&self) -> Option<Protocol> {
        self.base.remembered.filter(|_| self.chosen(FormField::Protocol) == 0)
    }

    /// What stands beside the words of a choice.
    pub fn aside(&self, field: FormField) -> Option<String> {
        let remembered = self.remembered().filter(|_| field == FormField::Protocol)?;
        Some(format!("found: {remembered}"))
    }

    /// Whether any certificate would be taken although that was not so before, nor confirmed since.
    pub(super) fn asks_for_insecure(&self) -> bool {
        self.matters(FormField::Insecure)
            && self.is_on(FormField::Insecure)
            && !(self.of.is_some() && self.base.target.tls.insecure)
            && !self.insecure_confirmed
    }

    /// The secrets in `profile`, by their names, that it began with and that nobody agreed to have written down: they came from the
    /// command line or the environment.
    pub(super) fn unasked_secrets(&self, profile: &Profile) -> Vec<String> {
        if self.secrets_confirmed {
            return Vec::new();
        }
        let (base, written) = (&self.base, profile);
        let mut secrets = Vec::new();
        if matches!(&base.password, PasswordSource::Saved(_)) && base.password == written.password {
            secrets.push("the password".to_owned());
        }
        let headers = written.target.websocket.headers.iter();
        let kept = headers.filter(|header| base.target.websocket.headers.contains(header));
        secrets.extend(
            kept.filter(|(name, _)| is_credential(name)).map(|(name, _)| format!("the header {name}")),
        );
        let of_proxy =
            |profile: &Profile| profile.target.proxy.as_ref().and_then(|proxy| proxy.password.clone());
        if of_proxy(written).is_some() && of_proxy(written) == of_proxy(base) {
            secrets.push("the password of the proxy".to_owned());
        }
        secrets
    }
}
