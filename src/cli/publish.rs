//! `mqtt-tui pub`: publishes one message, and says by its exit code what became of it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, sleep_until};

use super::args::{LookArgs, Message, PropertyArgs, PubArgs, TargetArgs};
use super::known::Known;
use super::resolve::{self, Request};
use super::{USAGE, output, password};
use crate::config::{Profile, Safety};
use crate::model::{
    Address, Clock, ConnectionId, LinkState, Properties, Publication, PublishId, PublishState, QoS,
    SessionEvent, SessionId, SessionRequest, Severity, Target, check_topic,
};
use crate::mqtt::{Session, random_client_id};

/// Bytes of the largest payload there can be: what fits behind the fixed header (MQTT 5.0, 2.1.4).
const LARGEST: u64 = 268_435_455;
/// How long the acknowledgement of a message that has left is waited for.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Events that may wait.
const EVENTS: usize = 64;

pub(super) fn run(args: PubArgs) -> ExitCode {
    let (profile, publication) = match prepare(args) {
        Ok(prepared) => prepared,
        Err(fault) => return output::fail(USAGE, &fault),
    };
    password::run_with(profile, async |target| match publish(target, publication).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(NotPublished { code, reason }) => output::fail(code, &format!("not published: {reason}")),
    })
}

/// What to publish and where; the error is about what was said, and nothing was sent.
fn prepare(args: PubArgs) -> Result<(Profile, Publication), String> {
    let known = Known::load()?;
    known.faults().for_each(|fault| output::warn(&fault.to_string()));
    let (message, flags) = args.into_parts();
    let request = Request { target: message.target.as_deref(), filters: &[], flags: &flags };
    let resolved = resolve::resolve(request, known.sources())?;
    let look = resolve::look(&LookArgs::default(), &known.environment, &known.settings)?;
    let warnings = known.warnings().chain(resolved.notices);
    warnings.for_each(|warning| output::warn(&format!("warning: {warning}")));
    let mut profile = resolved.profile;
    if look.read_only.value {
        return Err("refused: the settings or MQTT_TUI_READ_ONLY say read-only".to_owned());
    }
    match profile.safety {
        Safety::ReadOnly => return Err(format!("refused: the profile '{}' is read-only", profile.name)),
        Safety::Confirm if !message.yes => {
            let name = &profile.name;
            return Err(format!(
                "the profile '{name}' asks before anything changes at the broker: add --yes"
            ));
        }
        Safety::Normal | Safety::Confirm => {}
    }
    visit(&mut profile.target, &flags);
    let publication = publication(message, &flags)?;
    Ok((profile, publication))
}

/// The target as one message needs it: another program that uses the same profile is not disturbed.
fn visit(target: &mut Target, flags: &TargetArgs) {
    if flags.session.client_id.is_none() {
        target.client_id = random_client_id();
    }
    if !flags.session.keep_session {
        target.clean_session = true;
        target.session_expiry = flags.session.session_expiry_interval;
    }
    target.will = None;
    target.filters.clear();
    target.sys = false;
}

fn publication(message: Message, flags: &TargetArgs) -> Result<Publication, String> {
    let topic = match (message.topic, &flags.way.url) {
        (Some(topic), _) => topic,
        (None, Some(url)) => {
            let (_, topic) = Address::parse_with_topic(url).map_err(|fault| format!("-L: {fault}"))?;
            check_topic(&topic).map_err(|fault| format!("-L: the topic: {fault}"))?;
            topic
        }
        (None, None) => return Err("name a topic with -t".to_owned()),
    };
    let payload = match (message.text, message.file) {
        (Some(text), _) => as_bytes(text)?,
        (None, Some(path)) => {
            let told = |fault: io::Error| format!("-f: {}: {fault}", path.display());
            read_all(File::open(&path).map_err(told)?, "-f")?
        }
        (None, None) if message.stdin => read_all(io::stdin().lock(), "-s")?,
        (None, None) if message.null => Vec::new(),
        (None, None) => {
            return Err("name a payload: -m TEXT, -f FILE, -s for standard input, -n for none".to_owned());
        }
    };
    Ok(Publication {
        topic,
        payload: Bytes::from(payload),
        qos: QoS::from_level(message.qos).unwrap_or_default(),
        retain: message.retain,
        properties: properties(message.properties)?.map(Box::new),
    })
}

fn read_all(source: impl Read, flag: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|fault| format!("{flag}: {fault}"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("{flag}: the payload has more than the {LARGEST} bytes that MQTT allows"));
    }
    Ok(bytes)
}

/// An argument as the bytes that were typed.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn as_bytes(text: OsString) -> Result<Vec<u8>, String> {
    Ok(std::os::unix::ffi::OsStringExt::into_vec(text))
}

#[cfg(not(unix))]
fn as_bytes(text: OsString) -> Result<Vec<u8>, String> {
    text.into_string().map(String::into_bytes).map_err(|_| "an argument is no valid text".to_owned())
}

fn properties(args: PropertyArgs) -> Result<Option<Properties>, String> {
    let pairs = args.user_property.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone()));
    let properties = Properties {
        payload_format: args.payload_format_indicator,
        message_expiry: args.message_expiry_interval,
        content_type: args.content_type,
        response_topic: args.response_topic,
        correlation_data: args.correlation_data.map(as_bytes).transpose()?.map(Bytes::from),
        subscription_ids: Vec::new(),
        user_properties: pairs.collect(),
    };
    Ok((properties != Properties::default()).then_some(properties))
}

/// Why a message was not published, and the exit code that says so.
struct NotPublished {
    code: u8,
    reason: String,
}

impl NotPublished {
    fn because(reason: impl Into<String>) -> Self {
        Self { code: 1, reason: reason.into() }
    }
}

/// Connects, publishes, waits until it is known what became of the message, and says goodbye.
async fn publish(target: Target, publication: Publication) -> Result<(), NotPublished> {
    let (sender, events) = channel(EVENTS);
    let id = SessionId { connection: ConnectionId(0), start: 1 };
    let qos = publication.qos;
    let session = Session::start(id, target, Clock::start(), sender);
    let asked = session.request(SessionRequest::Publish(PublishId(1), publication));
    let published = match asked {
        Ok(()) => outcome(events, qos).await,
        Err(refused) => Err(NotPublished::because(refused.to_string())),
    };
    session.close().await;
    published
}

/// What became of the message. The first connection that does not come about, or breaks, is the end.
async fn outcome(mut events: Receiver<(SessionId, SessionEvent)>, qos: QoS) -> Result<(), NotPublished> {
    let mut answer_by: Option<Instant> = None;
    loop {
        let event = tokio::select! {
            event = events.recv() => event.map(|(_, event)| event),
            () = sleep_until(answer_by.unwrap_or_else(Instant::now)), if answer_by.is_some() => {
                let seconds = ANSWER_WITHIN.as_secs();
                return Err(NotPublished::because(format!(
                    "sent, but the broker did not acknowledge it within {seconds} s"
                )));
            }
        };
        match event {
            Some(SessionEvent::Publish(_, PublishState::Sent)) if qos == QoS::AtMostOnce => return Ok(()),
            Some(SessionEvent::Publish(_, PublishState::Sent)) => {
                answer_by = Some(Instant::now() + ANSWER_WITHIN);
            }
            Some(SessionEvent::Publish(_, PublishState::Acknowledged(_))) => return Ok(()),
            Some(SessionEvent::Publish(_, PublishState::Failed(reason) | PublishState::Lost(reason))) => {
                return Err(NotPublished::because(reason));
            }
            Some(SessionEvent::Link(
                LinkState::Waiting { trouble, .. } | LinkState::Stopped { trouble: Some(trouble) },
            )) => {
                let reason = format!("{}. {}", trouble.cause, trouble.remedy);
                return Err(NotPublished { code: trouble.refused.unwrap_or(1), reason });
            }
            Some(SessionEvent::Notice(severity, text)) if severity >= Severity::Warning => {
                output::warn(&format!("warning: {text}"));
            }
            Some(_) => {}
            None => return Err(NotPublished::because("the session ended")),
        }
    }
}
