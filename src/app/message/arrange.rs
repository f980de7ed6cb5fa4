//! Brings what the message pane shows up to date before each frame, and takes in what jobs made.

use std::sync::Arc;

use super::reader::{COMPARED_AT_ONCE, LINES_AT_ONCE, reads_at_once};
use super::shown::{Subject, prepare};
use super::{Body, PayloadView, ReadJob, Shown, Wanted, WrapJob};
use crate::app::{Connection, Effect, Job, hints};
use crate::model::{DecoderRule, Decoding, Form};
use crate::payload::field::Field;
use crate::payload::structure::{NodeId, Structure};
use crate::payload::{Document, Hints, OwnedHints, VIEW_LIMIT, WrapIndex};
use crate::store::{MessageRef, Seq, TopicId};

/// Payloads larger than this are not read as a whole: as much of them is shown as of a long text.
const LARGEST: usize = 64 * 1024 * 1024;

impl Connection {
    /// What is shown of the message, unless it is still being read.
    pub fn shown(&self) -> Option<&Shown> {
        self.message.reader.shown()
    }

    /// What the payloads of this connection are taken for by rules, in the order in which they count.
    pub fn decoder_rules(&self) -> impl Iterator<Item = &DecoderRule> {
        self.profile.decoders.iter().chain(&self.message.decodings.defaults)
    }

    /// The node selected in the tree view, and the structure it is in.
    pub fn selected_node(&self) -> Option<(&Structure, NodeId)> {
        let structure = self.shown()?.structure()?;
        Some((structure, self.message.folding.at()?))
    }

    /// The field selected in the tree view.
    pub fn selected_field(&self) -> Option<Field> {
        let (structure, node) = self.selected_node()?;
        Some(super::folding::field_of(structure, node))
    }

    /// Brings what is shown up to date. What takes too long comes back as a job when the pane is on screen.
    pub(in crate::app) fn arrange_message(&mut self, on_screen: bool) -> Vec<Effect> {
        let chosen = self.message.decodings.decodings();
        let ruled = self.profile.decoders.iter().map(|rule| &rule.decoding);
        let mut effects: Vec<Effect> =
            self.message.schemas.ask(self.id, chosen.chain(ruled)).into_iter().collect();
        let Some(message) = self.tree.selected().and_then(|topic| self.message_to_show(topic)) else {
            self.message.held = None;
            self.message.reader.wanted = None;
            return effects;
        };
        let mut wanted = self.wanted(&message);
        let shown = self.message.reader.shown.as_deref();
        let mut held = None;
        if shown.is_none_or(|shown| shown.of != wanted) {
            let kept = shown.filter(|shown| self.message.at.is_none() && shown.of.is_alike(&wanted));
            // While travelling back in time nothing newer than the moment is shown.
            let kept = kept.filter(|shown| shown.of.seq <= message.seq);
            let kept = kept.filter(|shown| self.store.message(message.topic, shown.of.seq).is_some());
            let kept = kept.map(|shown| shown.of.clone());
            if reads_at_once(message.payload, &wanted, self.other(&wanted).map(|other| other.payload)) {
                let shown = self.prepare(&message, wanted.clone());
                self.show(shown);
            } else {
                if on_screen && self.message.reader.under_way.is_none() {
                    effects.push(Effect::Job(Job::Read(Box::new(self.read_job(&message, wanted.clone())))));
                    self.message.reader.under_way = Some(wanted.clone());
                }
                if let Some(kept) = kept {
                    held = Some(kept.seq);
                    wanted = kept;
                }
            }
        }
        self.message.held = held;
        self.message.reader.wanted = Some(wanted);
        effects.extend(self.arrange_lines());
        if on_screen {
            effects.extend(self.arrange_image());
        }
        effects
    }

    /// The message to be shown once it is read: the one moved to, else the latest.
    fn message_to_show(&self, topic: TopicId) -> Option<MessageRef<'_>> {
        match self.message.at {
            Some(seq) => self.store.message(topic, seq),
            None => self.store.latest(topic),
        }
    }

    pub(super) fn wanted(&self, message: &MessageRef<'_>) -> Wanted {
        let (view, path) = (self.message.view, self.store.path(message.topic));
        let older = || self.store.older(message.topic, message.seq);
        let against = match view {
            PayloadView::Diff => {
                let marked = self.message.marked.filter(|marked| *marked != (message.topic, message.seq));
                let asked = self.message.with_marked == Some(message.topic);
                let own = marked.filter(|(topic, _)| asked || *topic == message.topic);
                own.or_else(|| older().map(|older| (older.topic, older.seq))).or(marked)
            }
            PayloadView::Pretty => {
                let small =
                    |older: &MessageRef<'_>| older.payload.len() + message.payload.len() <= COMPARED_AT_ONCE;
                older().filter(small).map(|older| (older.topic, older.seq))
            }
            _ => None,
        };
        Wanted {
            topic: message.topic,
            seq: message.seq,
            view,
            against,
            decoding: self.decoding_of(message.topic, message.seq),
            program: self.message.programs.of(path).filter(|_| view.is_filtered()),
            schemas: self.message.schemas.generation(),
        }
    }

    /// What the payload of a message is to be taken for, if anything is said of it.
    pub fn decoding_of(&self, topic: TopicId, seq: Seq) -> Option<super::Chosen> {
        self.message.decodings.of((topic, self.store.path(topic)), seq, self.decoder_rules())
    }

    /// The message that is compared with, if it is still there.
    fn other(&self, wanted: &Wanted) -> Option<MessageRef<'_>> {
        let (topic, seq) = wanted.against?;
        self.store.message(topic, seq)
    }

    fn prepare(&self, message: &MessageRef<'_>, wanted: Wanted) -> Shown {
        let other = self.other(&wanted);
        let content_type = |message: &MessageRef<'_>| message.properties().and_then(|all| all.content_type);
        let types = (content_type(message), other.as_ref().and_then(content_type));
        let rules =
            (wanted.decoding.clone(), other.and_then(|other| self.decoding_of(other.topic, other.seq)));
        let own = Hints { content_type: types.0.as_deref(), ..self.hints(message.topic, rules.0.as_ref()) };
        let older = other.as_ref().map(|other| Subject {
            bytes: other.payload,
            hints: Hints { content_type: types.1.as_deref(), ..self.hints(other.topic, rules.1.as_ref()) },
        });
        let known = self.message.reader.reading_for(&wanted);
        prepare(wanted, Subject { bytes: message.payload, hints: own }, older, known, super::run_within)
    }

    fn read_job(&self, message: &MessageRef<'_>, wanted: Wanted) -> ReadJob {
        let known = self.message.reader.reading_for(&wanted);
        let older = self.other(&wanted).map(|other| {
            let decoding = self.decoding_of(other.topic, other.seq);
            self.owned(&other, decoding.map(|chosen| chosen.decoding))
        });
        let decoding = wanted.decoding.clone().map(|chosen| chosen.decoding);
        let whole = message.payload.len();
        let room = self.image_room((message.topic, message.seq));
        let subject = self.owned(message, decoding);
        ReadJob { connection: self.id, wanted, subject, older, known, whole, room }
    }

    /// Payload and hints for a job. Of one that is too large to be read as a whole, the beginning, as text.
    fn owned(&self, message: &MessageRef<'_>, rule: Option<Decoding>) -> (Arc<[u8]>, OwnedHints) {
        let path = self.store.path(message.topic);
        let too_large = message.payload.len() > LARGEST;
        let bytes = if too_large { &message.payload[..VIEW_LIMIT] } else { message.payload };
        let rule = if too_large { Some(Decoding::of(Form::Text)) } else { rule };
        let content_type = message.properties().and_then(|all| all.content_type);
        let hints = hints::owned(path, rule, &self.message.schemas, &self.sparkplug);
        (Arc::from(bytes), OwnedHints { content_type, ..hints })
    }

    fn show(&mut self, shown: Shown) {
        if let Body::Tree(structure) = &shown.body {
            self.message.folding.settle(structure);
        }
        self.message.reader.shown = Some(Box::new(shown));
    }

    /// Takes in what a job made of a message. What nobody waits for any more is dropped.
    pub(in crate::app) fn message_read(&mut self, shown: Box<Shown>) {
        if self.message.reader.under_way.as_ref() == Some(&shown.of) {
            self.message.reader.under_way = None;
        }
        let topic = self.tree.selected();
        let Some(target) = topic.and_then(|topic| self.message_to_show(topic)) else { return };
        let wanted = self.wanted(&target);
        // While the latest is followed, one that came shortly before it is better than nothing.
        let follows = self.message.at.is_none() && shown.of.is_alike(&wanted);
        if shown.of == wanted || follows {
            self.show(*shown);
        }
    }

    /// Looks for text in what is on screen, and counts the rows of a document.
    fn arrange_lines(&mut self) -> Vec<Effect> {
        self.look();
        let mut effects: Vec<Effect> = self.look_by_job().into_iter().collect();
        let view = &mut self.message;
        let Some(document) = view.reader.shown().and_then(Shown::document).cloned() else { return effects };
        let is_short = document.as_str().len() <= LINES_AT_ONCE;
        if let Some((columns, style)) = view.drawn.filter(|_| view.wrap && !is_short)
            && !view.reader.counting
            && view.reader.wrapped(&document, columns, style).is_none()
        {
            view.reader.counting = true;
            let job = WrapJob { connection: self.id, document, columns, style };
            effects.push(Effect::Job(Job::Wrap(job)));
        }
        effects
    }

    /// Takes in the rows that a job counted.
    pub(in crate::app) fn rows_counted(&mut self, document: Arc<Document>, index: WrapIndex) {
        self.message.reader.counting = false;
        self.message.reader.wrapped = Some((document, index));
    }
}
