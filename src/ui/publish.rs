//! The publish pane: topic, payload, QoS, retain, send, and what became of what was sent.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Widget;
use ratatui_textarea::TextArea;
use tui_input::Input;

use super::ink::{Ink, row_of};
use super::properties::correlation;
use crate::app::layout::{self, PublishAreas};
use crate::app::{App, Field, HeldFrom, PublishPane, Sent};
use crate::config::Role;
use crate::model::{LinkState, Protocol, PublishState, QoS};
use crate::payload::sanitise::is_clean;
use crate::payload::{format, width};

const LABEL: u16 = layout::PUBLISH_LABEL;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let pane = &app.connection().publish;
    let mut block = ink.frame("Publish", true);
    if app.connection().paused.is_some() {
        let text = " you look at the past; this goes out now ";
        block = block.title(Line::styled(text, ink.style(Role::Warning)).right_aligned());
    }
    block.render(area, frame.buffer_mut());
    let areas = layout::publish_areas(area, pane.sent().len(), pane.written.open);
    let focused = match pane.field {
        Field::Topic => areas.topic,
        Field::Payload => areas.payload,
        Field::Qos => areas.options,
        Field::Retain => areas.retain,
        Field::Send => areas.send,
        property => property_area(property, &areas),
    };
    ink.put(
        frame.buffer_mut(),
        focused.x.saturating_sub(1),
        focused.y,
        1,
        ink.glyphs().cursor,
        ink.style(Role::Accent),
    );
    label(ink, "topic", pane.field == Field::Topic, areas.topic, frame);
    one_line_field(&pane.topic, ink, value_of(areas.topic), pane.field == Field::Topic, frame);
    label(ink, "payload", pane.field == Field::Payload, areas.payload, frame);
    draw_payload(pane, ink, value_of(areas.payload), frame);
    draw_properties(pane, ink, &areas, frame);
    draw_options(pane, ink, &areas, frame);
    let protocol = match app.connection().link {
        LinkState::Connected { protocol, .. } => Some(protocol),
        _ => None,
    };
    draw_remark(pane, protocol, ink, areas.remark, frame);
    for (index, message) in pane.sent().take(usize::from(areas.sent.height)).enumerate() {
        draw_sent(message, ink, row_of(areas.sent, index), frame);
    }
}

fn value_of(area: Rect) -> Rect {
    Rect { x: area.x + LABEL, width: area.width.saturating_sub(LABEL), ..area }
}

fn label(ink: &Ink<'_>, text: &str, focused: bool, area: Rect, frame: &mut Frame<'_>) {
    let style = ink.style(if focused { Role::TitleFocus } else { Role::Muted });
    ink.put(frame.buffer_mut(), area.x, area.y, LABEL - 1, text, style);
}

/// A one-line text field with its cursor when focused; scrolls sideways so that the cursor is always seen.
pub(super) fn one_line_field(input: &Input, ink: &Ink<'_>, area: Rect, focused: bool, frame: &mut Frame<'_>) {
    let columns = usize::from(area.width);
    if columns == 0 {
        return;
    }
    // The cursor may stand behind the last character. What is before it decides what scrolls out on the left.
    let before: String = input.value().chars().take(input.cursor()).collect();
    let after: String = input.value().chars().skip(input.cursor()).collect();
    let before = ink.clean(&before).into_owned();
    let head = ink.tail(&before, columns - 1);
    let x = area.x + ink.put(frame.buffer_mut(), area.x, area.y, area.width, &head, ink.style(Role::Text));
    let tail = ink.clean(&after);
    ink.put(frame.buffer_mut(), x, area.y, area.right().saturating_sub(x), &tail, ink.style(Role::Text));
    if focused {
        frame
            .buffer_mut()
            .set_style(Rect::new(x, area.y, 1, 1), Style::new().add_modifier(Modifier::REVERSED));
    }
}

/// The MQTT 5 properties in the order of their areas: field and label.
const PROPERTIES: [(Field, &str); 5] = [
    (Field::ContentType, "type"),
    (Field::Expiry, "expiry s"),
    (Field::ResponseTopic, "response"),
    (Field::Correlation, "correl."),
    (Field::UserProperties, "user"),
];

fn property_area(field: Field, areas: &PublishAreas) -> Rect {
    let place = PROPERTIES.iter().position(|(other, _)| *other == field);
    areas.properties.zip(place).map_or(areas.payload, |(all, place)| all[place])
}

fn draw_properties(pane: &PublishPane, ink: &Ink<'_>, areas: &PublishAreas, frame: &mut Frame<'_>) {
    if areas.properties.is_none() {
        return;
    }
    let written = &pane.written;
    let inputs = [&written.content_type, &written.expiry, &written.response_topic, &written.correlation];
    for ((field, text), input) in PROPERTIES.into_iter().zip(inputs) {
        let area = property_area(field, areas);
        label(ink, text, pane.field == field, area, frame);
        one_line_field(input, ink, value_of(area), pane.field == field, frame);
        let kept = match field {
            Field::Correlation => written.kept.correlation_data.as_ref().map(bytes::Bytes::len),
            Field::ContentType => written.kept.content_type.as_ref().map(String::len),
            Field::ResponseTopic => written.kept.response_topic.as_ref().map(String::len),
            _ => None,
        };
        if let Some(bytes) = kept.filter(|_| input.value().is_empty()) {
            let text = format!(" as received, {}", format::bytes(bytes as u64));
            let area = value_of(area);
            ink.put(frame.buffer_mut(), area.x, area.y, area.width, &text, ink.style(Role::Muted));
        }
    }
    let (area, focused) = (property_area(Field::UserProperties, areas), pane.field == Field::UserProperties);
    label(ink, "user", focused, area, frame);
    editor(&written.user, ink, value_of(area), focused, frame);
    if written.user.is_empty() && !focused {
        let area = value_of(area);
        ink.put(
            frame.buffer_mut(),
            area.x,
            area.y,
            area.width,
            "name=value, one a line",
            ink.style(Role::Faint),
        );
    }
}

fn draw_payload(pane: &PublishPane, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let focused = pane.field == Field::Payload;
    if let Some(held) = &pane.held {
        let from = match held.from {
            HeldFrom::Received => "as received",
            HeldFrom::Editor => "as edited",
        };
        let size = format::bytes(held.bytes.len() as u64);
        let text = format!("{size}, byte for byte {from}; Ctrl-L clears it");
        ink.put(frame.buffer_mut(), area.x, area.y, area.width, &text, ink.style(Role::Muted));
        return;
    }
    editor(&pane.payload, ink, area, focused, frame);
    if pane.payload.is_empty() && !focused {
        ink.put(frame.buffer_mut(), area.x, area.y, area.width, "empty", ink.style(Role::Faint));
    }
}

/// Some lines being edited, with the cursor when focused.
pub(super) fn editor(
    text: &TextArea<'static>,
    ink: &Ink<'_>,
    area: Rect,
    focused: bool,
    frame: &mut Frame<'_>,
) {
    let mut editor = text.clone();
    editor.set_style(ink.style(Role::Text));
    editor.set_cursor_line_style(Style::new());
    let cursor = if focused { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
    editor.set_cursor_style(cursor);
    editor.set_selection_style(ink.style(Role::Selection));
    frame.render_widget(&editor, area);
    // The editor draws what was pasted as it is: what must not be drawn gives way to a mark.
    for place in area.positions() {
        if let Some(cell) = frame.buffer_mut().cell_mut(place)
            && !is_clean(cell.symbol())
        {
            cell.set_symbol("?").set_style(ink.style(Role::Placeholder));
        }
    }
}

fn draw_options(pane: &PublishPane, ink: &Ink<'_>, areas: &PublishAreas, frame: &mut Frame<'_>) {
    let buffer = frame.buffer_mut();
    let (muted, text) = (ink.style(Role::Muted), ink.style(Role::Text));
    let of = |field: Field| if pane.field == field { ink.style(Role::TitleFocus) } else { muted };
    let put = |buffer: &mut Buffer, area: Rect, text: &str, style: Style| {
        ink.put(buffer, area.x, area.y, area.width, text, style)
    };
    put(buffer, Rect { width: LABEL.min(areas.options.width), ..areas.options }, "QoS", of(Field::Qos));
    for (qos, area) in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce].into_iter().zip(areas.qos) {
        let chosen = qos == pane.qos;
        let label = if chosen { format!("[{qos}]") } else { format!(" {qos} ") };
        put(buffer, area, &label, if chosen { text.add_modifier(Modifier::BOLD) } else { muted });
    }
    put(buffer, areas.retain, "retain", of(Field::Retain));
    let mark = Rect {
        x: (areas.retain.x + 7).min(areas.retain.right()),
        width: 3.min(areas.retain.width),
        ..areas.retain
    };
    let (sign, style) = if pane.retain { ("[x]", ink.style(Role::Retain)) } else { ("[ ]", muted) };
    put(buffer, mark, sign, style);
    let style = if pane.field == Field::Send {
        ink.style(Role::Accent).add_modifier(Modifier::REVERSED)
    } else {
        ink.style(Role::Key)
    };
    put(buffer, areas.send, " Send  Ctrl-S ", style);
    let size = format::bytes(pane.payload_bytes().len() as u64);
    let left = areas.send.right() + 1;
    ink.put_right(buffer, left, areas.options.y, areas.options.right().saturating_sub(left), &size, muted);
}

/// One line under the fields: why it was not sent, what is wrong with the topic, what sending would do.
fn draw_remark(
    pane: &PublishPane,
    protocol: Option<Protocol>,
    ink: &Ink<'_>,
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let (text, role) = if let Some(refusal) = &pane.refusal {
        (refusal.clone(), Role::Error)
    } else if let Some(fault) = pane.topic_fault() {
        (fault, Role::Error)
    } else if let Some(fault) = pane.properties_fault() {
        (fault, Role::Error)
    } else if !pane.written.is_empty() && protocol == Some(Protocol::V4) {
        ("! MQTT 3.1.1 has no properties: they are not sent".to_owned(), Role::Warning)
    } else if let Some(warning) = pane.warning() {
        (format!("! {warning}"), Role::Warning)
    } else if pane.kept_topic {
        (format!("not sent yet: still for {}; Ctrl-L clears it", pane.topic.value()), Role::Muted)
    } else if let Some(topic) = pane.draft_from.as_deref().filter(|_| pane.has_payload()) {
        (format!("payload as written for {topic}; Ctrl-L clears it"), Role::Muted)
    } else if !pane.written.open && !pane.written.is_empty() {
        ("with MQTT 5 properties; Ctrl-P shows them".to_owned(), Role::Muted)
    } else if let Some(answers) = pane.answering() {
        let data = match &answers.correlation {
            Some(_) if protocol == Some(Protocol::V4) => {
                "; MQTT 3.1.1 cannot send its correlation data".to_owned()
            }
            Some(data) => format!(", with its correlation data {}", correlation(data, ink)),
            None => String::new(),
        };
        (format!("an answer{data}"), Role::Muted)
    } else {
        return;
    };
    ink.put(frame.buffer_mut(), area.x, area.y, area.width, &text, ink.style(role));
}

fn draw_sent(sent: &Sent, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let (state, role) = match &sent.state {
        PublishState::Queued => ("queued".to_owned(), Role::Warning),
        PublishState::Sent if sent.qos == QoS::AtMostOnce => {
            ("sent (no answer at QoS 0)".to_owned(), Role::Good)
        }
        PublishState::Sent => ("sent, not yet acknowledged".to_owned(), Role::Muted),
        PublishState::Acknowledged(span) => (format!("acknowledged in {}", milliseconds(*span)), Role::Good),
        PublishState::Failed(reason) => (format!("failed: {reason}"), Role::Error),
        PublishState::Lost(reason) => (format!("may be lost: {reason}"), Role::Error),
    };
    let buffer = frame.buffer_mut();
    let retain = if sent.retain { " R" } else { "" };
    let left =
        format!("{}  Q{}{retain}  {}  ", ink.time(sent.at), sent.qos, format::bytes(sent.bytes as u64));
    let mut x = area.x;
    x += ink.put(buffer, x, area.y, area.width, &left, ink.style(Role::Muted));
    let state = ink.clean(&state).into_owned();
    let room = area.right().saturating_sub(x);
    let topic = ink.clean(&sent.topic);
    let topic_room = usize::from(room).saturating_sub(width(&state) + 2).max(8);
    let topic = ink.tail(&topic, topic_room);
    x += ink.put(buffer, x, area.y, room, &topic, ink.style(Role::Text)) + 2;
    ink.put(buffer, x, area.y, area.right().saturating_sub(x), &state, ink.style(role));
}

/// `3 ms`, below ten with one decimal.
fn milliseconds(span: std::time::Duration) -> String {
    let ms = span.as_secs_f64() * 1000.0;
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}
