//! What is wrong with a field as it stands, in one sentence each.

use super::field::Source;
use super::subscriptions::{self, LineFault};
use super::{Form, FormField};
use crate::config::{check_colour, check_name, parse_header, proxy_url};
use crate::model::{Proxy, Secret, Target, Transport, check_topic, packet_size};
use crate::payload::sanitise::is_clean;

impl Form {
    /// What is wrong with the field; `None` when it may be saved as it is.
    pub fn fault(&self, field: FormField) -> Option<String> {
        use FormField as F;
        let text = self.text(field);
        let wrong = match field {
            F::Name => self.name_fault(&text),
            F::Group => unseen(&text),
            F::Host => host(&text, self.transport()).err(),
            F::Port => port(&text, self.transport()).err(),
            F::Path if !text.starts_with('/') => Some("the path begins with a slash: /mqtt".to_owned()),
            F::Headers => text.lines().find_map(|line| header(line).err()),
            F::PasswordValue => self.source_fault(&text),
            F::ClientId => self.client_id_fault(&text),
            F::KeyFile if text.is_empty() != self.text(F::CertFile).is_empty() => {
                Some("certificate and key go together: name both or neither".to_owned())
            }
            F::KeepAlive => number(&text, 0, u64::from(u16::MAX), "seconds").err(),
            F::Expiry => expiry(&text).err(),
            F::MaxPacket if !text.is_empty() => max_packet(&text).err(),
            F::Filters | F::Excluded => {
                let fault = self.line_fault(field)?;
                Some(format!("line {}: {}", fault.number, fault.fault.reason))
            }
            F::WillTopic if !text.is_empty() => check_topic(&text).err().map(|fault| fault.to_string()),
            F::WillDelay if !text.is_empty() => number(&text, 0, u64::from(u32::MAX), "seconds").err(),
            F::ProxyHost if !text.is_empty() => proxy(&text).err(),
            F::Colour if !text.is_empty() => check_colour(&text).err(),
            _ => None,
        };
        wrong.filter(|_| self.matters(field))
    }

    /// What is wrong, as far as it is to be told already: an untouched empty field is not scolded.
    pub fn told_fault(&self, field: FormField) -> Option<String> {
        let untouched = self.text(field).is_empty() && !self.tried;
        self.fault(field).filter(|_| !untouched)
    }

    /// The filter at fault and the character in it, for a caret under it.
    pub fn caret(&self, field: FormField) -> Option<(String, usize)> {
        let fault = self.line_fault(field)?;
        let at = fault.filter.get(..fault.fault.at).map_or(0, |before| before.chars().count());
        Some((fault.filter, at))
    }

    fn line_fault(&self, field: FormField) -> Option<LineFault> {
        match field {
            FormField::Filters => subscriptions::parse_all(&self.text(field)).err(),
            FormField::Excluded => subscriptions::filters(&self.text(field)).err(),
            _ => None,
        }
    }

    fn name_fault(&self, name: &str) -> Option<String> {
        if self.is_taken(name) {
            return Some(format!("there is another connection called {name}"));
        }
        check_name(name).err()
    }

    fn source_fault(&self, text: &str) -> Option<String> {
        let what = match self.source() {
            Source::Variable if text.contains(['=', '\0']) => {
                return Some("a variable's name holds no '='".to_owned());
            }
            Source::Variable => "name the variable that holds the password",
            Source::File => "name the file that holds the password",
            Source::Command => "name the command that prints the password",
            _ => return None,
        };
        text.is_empty().then(|| what.to_owned())
    }

    fn client_id_fault(&self, text: &str) -> Option<String> {
        if text.len() > usize::from(u16::MAX) {
            return Some("a client id holds at most 65,535 bytes".to_owned());
        }
        // MQTT 3.1.1, 3.1.3.1: without an id there is no session to come back to.
        let kept = !self.is_on(FormField::CleanSession);
        (kept && text.is_empty()).then(|| "a session that is kept needs a client id".to_owned())
    }
}

fn unseen(text: &str) -> Option<String> {
    (!is_clean(text)).then(|| "it holds characters that cannot be seen".to_owned())
}

fn host(text: &str, transport: Transport) -> Result<(), String> {
    if text.is_empty() {
        let what = if transport == Transport::Unix { "name the socket" } else { "name the broker's host" };
        return Err(what.to_owned());
    }
    if transport == Transport::Unix {
        return Ok(());
    }
    if let Some(wrong) = text.chars().find(|c| c.is_whitespace() || matches!(c, '/' | '@' | '[' | ']')) {
        return Err(format!("a host name holds no '{wrong}'; port and path have fields of their own"));
    }
    // One colon is a port that has its own field; more are an IPv6 address.
    if text.matches(':').count() == 1 {
        return Err("the port has a field of its own".to_owned());
    }
    Ok(())
}

/// The port as written; without one that of the transport.
pub(super) fn port(text: &str, transport: Transport) -> Result<u16, String> {
    if text.is_empty() || transport == Transport::Unix {
        return Ok(transport.default_port());
    }
    number(text, 1, u64::from(u16::MAX), "").map(|port| port as u16)
}

/// A whole number within bounds.
fn number(text: &str, least: u64, most: u64, unit: &str) -> Result<u64, String> {
    let told = || format!("a number from {least} to {most} {unit}").trim_end().to_owned();
    text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(told)
}

/// The largest packet to accept, as on the command line.
pub(super) fn max_packet(text: &str) -> Result<u32, String> {
    const RANGE: std::ops::RangeInclusive<u32> = Target::LEAST_PACKET..=268_435_455;
    let told =
        || format!("a number from {} to {} bytes; 64k and 1M are understood", RANGE.start(), RANGE.end());
    packet_size(text).filter(|bytes| RANGE.contains(bytes)).ok_or_else(told)
}

/// Seconds a session is kept; `never` is for ever (MQTT 5.0, 3.1.2.11.2).
pub(super) fn expiry(text: &str) -> Result<Option<u32>, String> {
    match text {
        "" => Ok(None),
        "never" => Ok(Some(u32::MAX)),
        text => match number(text, 0, u64::from(u32::MAX) - 1, "seconds") {
            Ok(seconds) => Ok(Some(seconds as u32)),
            Err(reason) => Err(format!("{reason}, or never")),
        },
    }
}

/// Names with commas between.
pub(super) fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// A line of headers; nothing for an empty one.
pub(super) fn header(line: &str) -> Result<Option<(String, Secret)>, String> {
    if line.trim().is_empty() { Ok(None) } else { parse_header(line).map(Some) }
}

/// Host and port of a proxy.
pub(super) fn proxy(text: &str) -> Result<Proxy, String> {
    let proxy = proxy_url(text)?;
    if proxy.user.is_some() || proxy.password.is_some() {
        return Err("user and password have fields of their own".to_owned());
    }
    Ok(proxy)
}
