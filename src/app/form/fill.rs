//! From a profile to the fields of the form, and back.

use std::path::PathBuf;

use bytes::Bytes;
use ratatui_textarea::{CursorMove, TextArea};
use tui_input::Input;

use super::field::Source;
use super::{Form, FormField, Value, check, subscriptions};
use crate::config::{PasswordSource, Profile, Safety};
use crate::model::{Protocol, ProtocolChoice, Proxy, Publication, QoS, Secret, Transport, Will};

impl Form {
    /// A form filled in from `profile`. `of` is the name it has in the file, `others` are the names of all other profiles there.
    pub fn new(profile: Profile, of: Option<String>, others: Vec<String>) -> Self {
        let values = FormField::ALL.iter().map(|field| value(*field, &profile)).collect();
        let will = profile.target.will.as_ref();
        let will_is_text = will.is_none_or(|will| is_text(&will.publication.payload));
        let mut form = Self {
            of,
            connection: None,
            base: profile,
            others,
            values,
            before: Vec::new(),
            will_is_text,
            focus: FormField::Name,
            top: 0,
            columns: 80,
            tried: false,
            saving: None,
            refusal: None,
            insecure_confirmed: false,
            secrets_confirmed: false,
        };
        form.before = form.contents();
        form
    }

    /// Name of a profile other than this one.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.others.iter().any(|other| other == name)
    }

    /// The profile as the fields say, or the first field at fault and why.
    pub fn profile(&self) -> Result<Profile, (FormField, String)> {
        if let Some((field, fault)) = self.fields().find_map(|field| Some((field, self.fault(field)?))) {
            return Err((field, fault));
        }
        let some = |field: FormField| Some(self.text(field)).filter(|text| !text.is_empty());
        let mut profile = self.base.clone();
        profile.name = self.text(FormField::Name);
        profile.group = some(FormField::Group);
        profile.colour = some(FormField::Colour);
        profile.notes = some(FormField::Notes);
        profile.safety = Safety::ALL.get(self.chosen(FormField::Safety)).copied().unwrap_or_default();
        profile.public = self.is_on(FormField::Public);
        profile.excluded = subscriptions::filters(&self.text(FormField::Excluded)).unwrap_or_default();
        profile.password = self.password();
        self.fill_target(&mut profile);
        profile.muted.retain(|muted| profile.target.filters.iter().any(|kept| kept.filter == *muted));
        Ok(profile)
    }

    fn fill_target(&self, profile: &mut Profile) {
        let some = |field: FormField| Some(self.text(field)).filter(|text| !text.is_empty());
        let file = |field: FormField| some(field).map(PathBuf::from);
        let transport = self.transport();
        let target = &mut profile.target;
        target.transport = transport;
        target.host = self.text(FormField::Host);
        target.port = check::port(&self.text(FormField::Port), transport).unwrap_or_default();
        if transport.is_websocket() {
            target.websocket.path = self.text(FormField::Path);
            target.websocket.headers = self.header_lines();
        }
        target.user = some(FormField::User);
        // What a profile knows of a password is its source.
        target.password = None;
        target.client_id = self.text(FormField::ClientId);
        if transport.is_tls() {
            target.tls.ca_file = file(FormField::CaFile);
            target.tls.cert_file = file(FormField::CertFile);
            target.tls.key_file = file(FormField::KeyFile);
            target.tls.alpn = check::names(&self.text(FormField::Alpn));
            target.tls.server_name = some(FormField::ServerName);
        }
        target.tls.insecure = transport.is_tls() && self.is_on(FormField::Insecure);
        target.protocol = PROTOCOLS.get(self.chosen(FormField::Protocol)).copied().unwrap_or_default();
        target.keep_alive = self.text(FormField::KeepAlive).parse().unwrap_or_default();
        target.clean_session = self.is_on(FormField::CleanSession);
        target.session_expiry = check::expiry(&self.text(FormField::Expiry)).unwrap_or_default();
        target.max_packet = check::max_packet(&self.text(FormField::MaxPacket)).ok();
        target.filters = subscriptions::parse_all(&self.text(FormField::Filters)).unwrap_or_default();
        target.sys = self.is_on(FormField::Sys);
        target.will = self.will(target.will.take());
        target.proxy =
            some(FormField::ProxyHost).filter(|_| transport != Transport::Unix).and_then(|place| {
                let place = check::proxy(&place).ok()?;
                let user = some(FormField::ProxyUser);
                let password = some(FormField::ProxyPassword).filter(|_| user.is_some()).map(Secret::new);
                Some(Proxy { user, password, ..place })
            });
    }

    fn header_lines(&self) -> Vec<(String, Secret)> {
        self.text(FormField::Headers).lines().filter_map(|line| check::header(line).ok().flatten()).collect()
    }

    fn password(&self) -> PasswordSource {
        let text = self.text(FormField::PasswordValue);
        match self.source() {
            Source::None => PasswordSource::None,
            Source::Ask => PasswordSource::Prompt,
            Source::Saved => PasswordSource::Saved(Secret::new(text)),
            Source::Variable => PasswordSource::Environment(text),
            Source::File => PasswordSource::File(PathBuf::from(text)),
            Source::Command => PasswordSource::Command(text),
            Source::Keyring => PasswordSource::Keyring,
        }
    }

    fn will(&self, before: Option<Will>) -> Option<Will> {
        let topic = self.text(FormField::WillTopic);
        if topic.is_empty() {
            return None;
        }
        let (payload, properties) =
            before.map(|will| (will.publication.payload, will.publication.properties)).unwrap_or_default();
        let typed = || Bytes::from(self.text(FormField::WillPayload));
        let publication = Publication {
            topic,
            payload: if self.will_is_text { typed() } else { payload },
            qos: QoS::from_level(self.chosen(FormField::WillQos) as u8).unwrap_or_default(),
            retain: self.is_on(FormField::WillRetain),
            properties,
        };
        Some(Will { publication, delay: self.text(FormField::WillDelay).parse().unwrap_or_default() })
    }
}

const PROTOCOLS: [ProtocolChoice; 3] =
    [ProtocolChoice::Auto, ProtocolChoice::Only(Protocol::V5), ProtocolChoice::Only(Protocol::V4)];

/// Whether an editor shows these bytes and gives them back as they were.
fn is_text(payload: &[u8]) -> bool {
    std::str::from_utf8(payload).is_ok_and(|text| !text.contains(|c: char| c.is_control() && c != '\n'))
}

fn value(field: FormField, profile: &Profile) -> Value {
    use FormField as F;
    let target = &profile.target;
    let will = target.will.as_ref();
    let at = |found: Option<usize>| Value::Choice(found.unwrap_or_default());
    match field {
        F::Transport => at(Transport::ALL.iter().position(|known| *known == target.transport)),
        F::PasswordSource => {
            let (source, _) = Source::of(&profile.password);
            // A password that came with the target, as in a URL, is asked for from then on, unless the user wants it saved.
            let known = source == Source::None && target.password.is_some();
            Value::Choice(if known { Source::Ask as usize } else { source as usize })
        }
        F::Protocol => at(PROTOCOLS.iter().position(|known| *known == target.protocol)),
        F::Safety => at(Safety::ALL.iter().position(|known| *known == profile.safety)),
        F::WillQos => Value::Choice(will.map_or(0, |will| will.publication.qos.level().into())),
        F::Insecure => Value::Toggle(target.tls.insecure),
        F::CleanSession => Value::Toggle(target.clean_session),
        F::Sys => Value::Toggle(target.sys),
        F::WillRetain => Value::Toggle(will.is_some_and(|will| will.publication.retain)),
        F::Public => Value::Toggle(profile.public),
        F::Headers | F::Filters | F::Excluded | F::WillPayload | F::Notes => {
            let lines = lines(field, profile);
            let mut area = if lines.is_empty() { TextArea::default() } else { TextArea::new(lines) };
            area.move_cursor(CursorMove::Bottom);
            area.move_cursor(CursorMove::End);
            Value::Lines(Box::new(area))
        }
        _ => Value::Line(Input::new(line(field, profile))),
    }
}

fn lines(field: FormField, profile: &Profile) -> Vec<String> {
    let target = &profile.target;
    let split = |text: &str| text.split('\n').map(str::to_owned).collect();
    match field {
        FormField::Headers => {
            let written = |(name, value): &(String, Secret)| format!("{name}: {}", value.expose());
            target.websocket.headers.iter().map(written).collect()
        }
        FormField::Filters => target.filters.iter().map(subscriptions::write).collect(),
        FormField::Excluded => profile.excluded.iter().map(|filter| filter.as_str().to_owned()).collect(),
        FormField::WillPayload => {
            let payload = target.will.as_ref().map(|will| &will.publication.payload);
            let text = payload.filter(|payload| is_text(payload));
            text.map_or_else(Vec::new, |payload| split(&String::from_utf8_lossy(payload)))
        }
        _ => profile.notes.as_deref().map_or_else(Vec::new, split),
    }
}

fn line(field: FormField, profile: &Profile) -> String {
    use FormField as F;
    let target = &profile.target;
    let path = |path: &Option<PathBuf>| path.as_ref().map_or_else(String::new, |p| p.display().to_string());
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |given: Option<u32>| given.map_or_else(String::new, |number| number.to_string());
    let will = target.will.as_ref();
    match field {
        F::Name => profile.name.clone(),
        F::Group => or_empty(&profile.group),
        F::Host => target.host.clone(),
        F::Port if target.port == target.transport.default_port() => String::new(),
        F::Port => target.port.to_string(),
        F::Path => target.websocket.path.clone(),
        F::User => or_empty(&target.user),
        F::PasswordValue => Source::of(&profile.password).1,
        F::ClientId => target.client_id.clone(),
        F::CaFile => path(&target.tls.ca_file),
        F::CertFile => path(&target.tls.cert_file),
        F::KeyFile => path(&target.tls.key_file),
        F::Alpn => target.tls.alpn.join(", "),
        F::ServerName => or_empty(&target.tls.server_name),
        F::KeepAlive => target.keep_alive.to_string(),
        F::Expiry if target.session_expiry == Some(u32::MAX) => "never".to_owned(),
        F::Expiry => number(target.session_expiry),
        F::MaxPacket => number(target.max_packet),
        F::WillTopic => will.map_or_else(String::new, |will| will.publication.topic.clone()),
        F::WillDelay => number(will.map(|will| will.delay).filter(|delay| *delay > 0)),
        F::ProxyHost => target.proxy.as_ref().map_or_else(String::new, Proxy::address),
        F::ProxyUser => target.proxy.as_ref().and_then(|proxy| proxy.user.clone()).unwrap_or_default(),
        F::ProxyPassword => {
            let password = target.proxy.as_ref().and_then(|proxy| proxy.password.as_ref());
            password.map_or_else(String::new, |password| password.expose().to_owned())
        }
        F::Colour => or_empty(&profile.colour),
        _ => String::new(),
    }
}
