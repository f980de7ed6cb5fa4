//! Taking payloads for something else than they look like: first what for, then for which messages.

use super::super::{keeping, menu, prompt};
use crate::app::{App, DecodeFor, Effect, MenuItem, Pick, Purpose};
use crate::model::{DecoderRule, Decoding, Moment, Severity, TopicFilter, rule_for};
use crate::store::{Seq, TopicId};

/// Asks what the payload is to be taken for.
pub(super) fn ask(app: &mut App) {
    let connection = app.connection();
    let now = connection.shown().and_then(|shown| shown.of.decoding.as_ref());
    let now = now.map_or_else(|| "auto".to_owned(), |chosen| chosen.decoding.to_string());
    let item = |(text, detail): &(&str, &str)| MenuItem {
        text: (*text).to_owned(),
        detail: if *text == now { format!("{detail} (as it is now)") } else { (*detail).to_owned() },
        pick: Ok(Pick::TakeFor((*text).to_owned())),
    };
    let items = Decoding::CHOICES.iter().map(item).collect();
    menu::open(app, "Take the payload for", items);
}

/// What for is chosen: goes on to the name it needs, or to which messages.
pub(in crate::app::update) fn take_for(app: &mut App, text: &str) {
    match Decoding::parse(text) {
        Ok(decoding) => ask_where(app, &decoding),
        // It ends in a colon: a file or an element is missing.
        Err(_) => prompt::open(app, Purpose::DecodeAs, text),
    }
}

/// What was typed: `cbor`, or with the topics at once, `cbor for home/+/raw`.
pub(in crate::app::update) fn typed(app: &mut App, text: &str, now: Moment) -> Result<Vec<Effect>, String> {
    let (what, filter) = match text.rsplit_once(" for ") {
        Some((what, filter)) => (what, Some(filter.trim())),
        None => (text, None),
    };
    let decoding = Decoding::parse(what)?;
    match filter {
        None => {
            ask_where(app, &decoding);
            Ok(Vec::new())
        }
        Some(filter) => {
            let filter = TopicFilter::parse(filter).map_err(|fault| format!("'{filter}': {fault}"))?;
            Ok(decide(app, decoding, DecodeFor::Filter(filter), now))
        }
    }
}

/// Asks for which messages.
fn ask_where(app: &mut App, decoding: &Decoding) {
    let connection = app.connection();
    let Some(message) = connection.shown_message() else { return };
    let topic = connection.store.path(message.topic).to_owned();
    let saved = app.saved_profile().map(|profile| profile.name.clone());
    let item = |text: &str, detail: String, place: DecodeFor| MenuItem {
        text: text.to_owned(),
        detail,
        pick: Ok(Pick::Decode(decoding.clone(), place)),
    };
    let mut items = vec![item("this message", "until another choice is made".to_owned(), DecodeFor::Once)];
    let kept = |filter: &TopicFilter| DecodeFor::Kept(filter.clone());
    for (index, filter) in filters(&topic).into_iter().enumerate() {
        let text = if index == 0 { "this topic" } else { filter.as_str() };
        items.push(item(text, "while the program runs".to_owned(), DecodeFor::Filter(filter.clone())));
        if let Some(name) = &saved {
            items.push(item(text, format!("and kept in the profile '{name}'"), kept(&filter)));
        }
    }
    if let Some((filter, place)) =
        rule_at_work(app, message.topic, message.seq).filter(|_| decoding.is_auto())
    {
        items.retain(|item| item.pick != Ok(Pick::Decode(decoding.clone(), place.clone())));
        let text = if filter == topic { "this topic" } else { &filter };
        items.insert(0, item(text, "undoes what is chosen there".to_owned(), place));
    }
    items.push(item("other topics…", "by a filter".to_owned(), DecodeFor::Asked));
    menu::open(app, format!("Take for {decoding}"), items);
}

/// The rule by which a message is taken for something, and where it is to be undone; `None` where no rule is at work.
fn rule_at_work(app: &App, topic: TopicId, seq: Seq) -> Option<(String, DecodeFor)> {
    let connection = app.connection();
    let decodings = &connection.message.decodings;
    if decodings.is_once(topic, seq) {
        return None;
    }
    let path = connection.store.path(topic);
    let of = |rules: &[DecoderRule]| {
        rules.iter().find(|rule| rule.filter.matches(path)).map(|rule| rule.filter.clone())
    };
    let kept =
        || of(&connection.profile.decoders).filter(|_| app.saved_profile().is_some()).map(DecodeFor::Kept);
    let here = || connection.decoder_rules().find(|rule| rule.filter.matches(path));
    let place = of(decodings.rules()).map(DecodeFor::Filter).or_else(kept);
    let place = place.or_else(|| here().map(|rule| DecodeFor::Filter(rule.filter.clone())))?;
    match &place {
        DecodeFor::Filter(filter) | DecodeFor::Kept(filter) => Some((filter.as_str().to_owned(), place)),
        DecodeFor::Once | DecodeFor::Asked => None,
    }
}

/// Filters that a topic suggests: itself, its siblings, everything below the same branch.
fn filters(topic: &str) -> Vec<TopicFilter> {
    let mut texts = vec![topic.to_owned()];
    if let Some((above, _)) = topic.rsplit_once('/') {
        texts.push(format!("{above}/+"));
        texts.push(format!("{above}/#"));
    }
    texts.iter().filter_map(|text| TopicFilter::parse(text).ok()).collect()
}

/// Where is chosen, too.
pub(in crate::app::update) fn decide(
    app: &mut App,
    decoding: Decoding,
    place: DecodeFor,
    now: Moment,
) -> Vec<Effect> {
    match place {
        DecodeFor::Once => {
            let connection = app.connection_mut();
            if let Some(message) = connection.shown_message() {
                let (topic, seq) = (message.topic, message.seq);
                connection.message.decodings.choose_once(topic, seq, decoding);
            }
            Vec::new()
        }
        DecodeFor::Asked => {
            let connection = app.connection();
            let topic = connection.tree.selected().map(|topic| connection.store.path(topic));
            let above = topic.and_then(|topic| topic.rsplit_once('/')).map(|(above, _)| format!("{above}/+"));
            let what = format!("{decoding} for ");
            let proposal = above.or(topic.map(str::to_owned)).unwrap_or_else(|| "#".to_owned());
            prompt::propose(app, Purpose::DecodeAs, &what, &proposal);
            Vec::new()
        }
        DecodeFor::Filter(filter) => {
            choose(app, filter, decoding);
            Vec::new()
        }
        DecodeFor::Kept(filter) => keep(app, &filter, &decoding, now),
    }
}

/// Takes the messages of a filter for something while the program runs. What they look like needs no rule unless another one says else.
fn choose(app: &mut App, filter: TopicFilter, decoding: Decoding) {
    let connection = app.connection_mut();
    connection.message.decodings.forget(&filter);
    let others = connection.message.decodings.rules().iter().chain(connection.decoder_rules());
    let ruled = rule_for(others, filter.as_str()).is_some();
    if ruled || !decoding.is_auto() {
        connection.message.decodings.choose(filter, decoding);
    }
}

/// Writes the rule into the profile, before those that are there: the first one that matches counts.
fn keep(app: &mut App, filter: &TopicFilter, decoding: &Decoding, now: Moment) -> Vec<Effect> {
    let changed = |rules: &mut Vec<DecoderRule>| {
        rules.retain(|rule| rule.filter != *filter);
        if !decoding.is_auto() || rule_for(rules.iter(), filter.as_str()).is_some() {
            rules.insert(0, DecoderRule { filter: filter.clone(), decoding: decoding.clone() });
        }
    };
    let effects = keeping::change(app, |profile| changed(&mut profile.decoders));
    if effects.is_empty() {
        return effects;
    }
    let connection = app.connection_mut();
    // It counts at once, whatever becomes of the file; the notice tells.
    changed(&mut connection.profile.decoders);
    connection.message.decodings.forget(filter);
    let name = connection.profile.name.clone();
    let text = format!("keeping '{filter}' as {decoding} in the profile '{name}'");
    app.notices.push(now, Severity::Info, text);
    effects
}
