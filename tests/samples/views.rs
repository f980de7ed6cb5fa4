//! What the program shows of each sample: the message pane over the whole screen, in every view there is for it, as `v` goes through them.

use std::sync::Arc;

use mqtt_tui::app::{Body, Done, Effect, Loaded, PayloadView};
use mqtt_tui::config::Profile;
use mqtt_tui::model::{DecoderRule, Message, Properties, SessionEvent, Target, TopicFilter};
use mqtt_tui::payload::{Hints, Reading, Schemas, read};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::language::{HERE, Journey};
use crate::picture::{styles, text};
use crate::{Sample, folder, index, payload};

/// Of the screen; the pane takes all of it but the header and the footer.
const SIZE: (u16, u16) = (100, 32);

#[test]
fn each_sample_is_shown_in_each_view() {
    for sample in index() {
        let mut journey = sample.journey();
        let mut pictures = String::new();
        let mut pretty_styles = String::new();
        let shown = journey.app.connection().shown();
        // A build with the cargo feature `images` shows those otherwise.
        let is_drawn = shown.is_some_and(|shown| matches!(shown.body, Body::Painting(_)));
        let name = format!("{}{}", sample.name, if is_drawn { " drawn" } else { "" });
        loop {
            let view = journey.app.connection().message.view;
            let pane = pane(journey.buffer());
            pictures.push_str(&text(&pane));
            if view == PayloadView::Pretty {
                pretty_styles = styles(&pane);
            }
            journey.keys("v");
            if journey.app.connection().message.view == PayloadView::Pretty {
                break;
            }
        }
        pictures.push_str(&pretty_styles);
        insta::assert_snapshot!(name.replace(' ', "_"), pictures);
    }
}

impl Sample {
    /// Connected as its profile says; births came, then a message before it, then itself, and the pane that shows it is all there is.
    fn journey(&self) -> Journey {
        let mut profile = Profile::new("samples", Target::new("here", 1883, "samples"));
        let filter = TopicFilter::parse(&self.topic).expect("a topic");
        profile.decoders = self
            .decoding()
            .into_iter()
            .map(|decoding| DecoderRule { filter: filter.clone(), decoding })
            .collect();
        let mut journey = Journey::opening(profile);
        load_schemas(&mut journey);
        journey.connect().resize(SIZE.0, SIZE.1);
        for (topic, file) in &self.births {
            journey.bytes(topic, &payload(file));
        }
        for bytes in [self.before(), payload(&self.file)] {
            let properties = self.content_type.clone().map(|content_type| {
                Box::new(Properties { content_type: Some(content_type), ..Properties::default() })
            });
            let message = Message { properties, ..journey.plain(&self.topic, &bytes) };
            journey.wait(1.0).event(SessionEvent::Message(message));
        }
        let topic = journey.node(&self.topic);
        let connection = journey.app.connection_mut();
        connection.tree.select(topic, &connection.store);
        journey.keys("<tab>z");
        // Drawn from nothing: below a wide letter the test's screen keeps what was there before, which no terminal does.
        journey.resize(SIZE.0 + 1, SIZE.1).resize(SIZE.0, SIZE.1);
        journey
    }

    /// A message that may have come before it: one digit another, or one byte where there is none. What is wrapped came without wrappings.
    fn before(&self) -> Vec<u8> {
        let mut before = Vec::new();
        self.read(|bytes, reading, hints| before = changed(bytes, reading, hints));
        before
    }
}

/// Performs what the program asked for: the schemas that the profile names.
fn load_schemas(journey: &mut Journey) {
    for effect in journey.effects() {
        if let Effect::LoadSchemas(_, names) = effect {
            let (schemas, faults) = Schemas::load(&names, &folder().join("payloads"));
            journey.done(Done::SchemasLoaded(HERE, Loaded { schemas: Arc::new(schemas), faults }));
        }
    }
}

/// Of all that differ from it in the lowest bit of one byte, the first that is of the same kind and says something else, in digits where
/// there are some.
fn changed(bytes: &[u8], reading: &Reading, hints: &Hints<'_>) -> Vec<u8> {
    let inside = reading.bytes(bytes);
    let like = |candidate: &Vec<u8>| {
        let found = read(candidate, hints);
        found.kind == reading.kind && (found.text.is_none() || found.text != reading.text)
    };
    let flipped = |at: usize| {
        let mut candidate = inside.to_vec();
        candidate[at] ^= 1;
        candidate
    };
    // From two thirds on, and from there to the front: neither at the edge nor in the head.
    let places = || (0..=inside.len() * 2 / 3).rev().filter(|at| *at < inside.len());
    let digits = places().filter(|at| inside[*at].is_ascii_digit() && reading.text.is_none());
    let found = digits.chain(places()).map(flipped).find(like);
    found.unwrap_or_else(|| if inside == b"true" { b"false".to_vec() } else { b"1".to_vec() })
}

/// The pane alone, without the blank rows above its lower border.
fn pane(screen: &Buffer) -> Buffer {
    let symbol =
        |buffer: &Buffer, x: u16, y: u16| buffer.cell((x, y)).map_or(" ", |cell| cell.symbol()).to_owned();
    let top = (0..SIZE.1).find(|y| symbol(screen, 0, *y) == "╭").expect("an upper border");
    let bottom = (0..SIZE.1).find(|y| symbol(screen, 0, *y) == "╰").expect("a lower border");
    let is_cell_blank = |cell: &Cell| cell.symbol() == " " && cell.bg == Color::Reset;
    let is_blank = |y: u16| (1..SIZE.0 - 1).all(|x| screen.cell((x, y)).is_none_or(is_cell_blank));
    let last = (top..bottom).rev().find(|y| !is_blank(*y)).unwrap_or(top);
    let rows: Vec<u16> = (top..=last).chain([bottom]).collect();
    let mut pane = Buffer::empty(Rect::new(0, 0, SIZE.0, rows.len() as u16));
    for (to, from) in rows.into_iter().enumerate() {
        for x in 0..SIZE.0 {
            if let (Some(cell), Some(seen)) = (pane.cell_mut((x, to as u16)), screen.cell((x, from))) {
                *cell = seen.clone();
            }
        }
    }
    pane
}
