//! Two structures compared node by node, in the order of the newer one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::pairs::{Room, pair};
use super::{By, DiffRow, Found, MAX_PART, Mark, Part, Place, lines};
use crate::payload::json;
use crate::payload::structure::{Name, NodeId, NodeKind, Places, Structure};

const IN_PLACE: &str = "long arrays with many differences are compared item by item, in place";
/// Strings from this length on have their differing words emphasised.
const LONG_STRING: usize = 24;

/// By JSON value. `None` when one of the texts has no structure.
pub(super) fn compare_json(old: &str, new: &str) -> Option<Found> {
    Some(Walk::over(&Structure::of_json(old).ok()?, &Structure::of_json(new).ok()?))
}

/// By XML node. `None` when one of the texts has no structure.
pub(super) fn compare_xml(old: &str, new: &str) -> Option<Found> {
    Some(Walk::over(&Structure::of_xml(old).ok()?, &Structure::of_xml(new).ok()?))
}

/// What is still to be compared.
enum Task {
    Both(NodeId, NodeId),
    Added(NodeId),
    Removed(NodeId),
}

struct Walk<'a> {
    old: &'a Structure,
    new: &'a Structure,
    /// Addresses in the older and in the newer.
    places: [Places<'a>; 2],
    /// The next one last.
    tasks: Vec<Task>,
    /// Room for pairing items of arrays.
    room: Room,
    found: Found,
}

impl<'a> Walk<'a> {
    fn over(old: &'a Structure, new: &'a Structure) -> Found {
        let tasks = vec![Task::Both(old.root(), new.root())];
        let places = [Places::new(old), Places::new(new)];
        let found = Found { by: By::Field, ..Found::default() };
        let mut walk = Self { old, new, places, tasks, room: Room::default(), found };
        while let Some(task) = walk.tasks.pop() {
            match task {
                Task::Both(old, new) => walk.both(old, new),
                Task::Added(new) => walk.row(Mark::Added, None, Some(new)),
                Task::Removed(old) => walk.row(Mark::Removed, Some(old), None),
            }
        }
        walk.found
    }

    fn both(&mut self, old: NodeId, new: NodeId) {
        if self.old.value(old) == self.new.value(new) {
            return;
        }
        match (self.old.kind(old), self.new.kind(new)) {
            (NodeKind::Array, NodeKind::Array) => self.items(old, new),
            (a, b) if a == b && a.is_container() => self.keyed(old, new),
            (a, b) if a == b && self.says_the_same(old, new) => {}
            _ => self.row(Mark::Changed, Some(old), Some(new)),
        }
    }

    /// Whether two values in other words stand for the same. Halves of surrogate pairs stand for no text, and each for another thing.
    fn says_the_same(&self, old: NodeId, new: NodeId) -> bool {
        let (old, new) = (self.old.plain_value(old), self.new.plain_value(new));
        old == new && !old.contains(char::REPLACEMENT_CHARACTER)
    }

    /// Children paired by name, the n-th of a name with the n-th.
    fn keyed(&mut self, old: NodeId, new: NodeId) {
        let olds: Vec<NodeId> = self.old.children(old).collect();
        let news: Vec<NodeId> = self.new.children(new).collect();
        let is_paired = |(old, new): &(&NodeId, &NodeId)| key(self.old, **old) == key(self.new, **new);
        let alike = olds.iter().zip(&news).take_while(is_paired).count();

        let first = self.tasks.len();
        self.tasks.extend(olds[..alike].iter().zip(&news).map(|(old, new)| Task::Both(*old, *new)));
        let mut left = numbered(self.old, &olds[alike..]);
        for (named, new) in numbered(self.new, &news[alike..]).in_order {
            self.tasks.push(match left.by_name.remove(&named) {
                Some(old) => Task::Both(old, new),
                None => Task::Added(new),
            });
        }
        let gone = left.in_order.into_iter().filter(|(named, _)| left.by_name.contains_key(named));
        self.tasks.extend(gone.map(|(_, old)| Task::Removed(old)));
        self.tasks[first..].reverse();
    }

    fn items(&mut self, old: NodeId, new: NodeId) {
        let olds: Vec<NodeId> = self.old.children(old).collect();
        let news: Vec<NodeId> = self.new.children(new).collect();
        let first = self.tasks.len();
        if olds.len() == news.len() {
            self.tasks.extend(olds.iter().zip(&news).map(|(old, new)| Task::Both(*old, *new)));
        } else {
            let hashes = |structure: &Structure, ids: &[NodeId]| -> Vec<u64> {
                ids.iter().map(|id| hash(structure.value(*id))).collect()
            };
            let (olds_by, news_by) = (hashes(self.old, &olds), hashes(self.new, &news));
            let paired = pair(&olds_by, &news_by, &mut self.room);
            if paired.in_place {
                self.found.note = Some(IN_PLACE);
            }
            self.tasks.extend(paired.pairs.into_iter().filter_map(|places| match places {
                (Some(old), Some(new)) => Some(Task::Both(olds[old], news[new])),
                (Some(old), None) => Some(Task::Removed(olds[old])),
                (None, Some(new)) => Some(Task::Added(news[new])),
                (None, None) => None,
            }));
        }
        self.tasks[first..].reverse();
    }

    fn row(&mut self, mark: Mark, old: Option<NodeId>, new: Option<NodeId>) {
        if !self.found.has_room() {
            return;
        }
        let [old_places, new_places] = &mut self.places;
        let (structure, places, id) = match (old, new) {
            (_, Some(id)) => (self.new, new_places, id),
            (Some(id), None) => (self.old, old_places, id),
            (None, None) => return,
        };
        let address = places.address_of(id);
        let label = label(structure, id, &address);
        let place = if structure.is_xml() { Place::XPath(address) } else { Place::Pointer(address) };
        let (old, new) = match (old, new) {
            (Some(old), Some(new)) => {
                let (old, new) = self.parts(old, new);
                (Some(old), Some(new))
            }
            (old, new) => (old.map(|id| part(self.old, id)), new.map(|id| part(self.new, id))),
        };
        self.found.rows.push(DiffRow { mark, place, label, old, new });
    }
}

impl Walk<'_> {
    /// The values of two nodes, with what differs emphasised in long ones.
    fn parts(&self, old: NodeId, new: NodeId) -> (Part, Part) {
        let is_container = self.old.kind(old).is_container() || self.new.kind(new).is_container();
        let (mut old, mut new) = if is_container {
            (part(self.old, old), part(self.new, new))
        } else {
            Part::both(&self.old.shown_value(old), &self.new.shown_value(new))
        };
        if old.text.len().min(new.text.len()) >= LONG_STRING {
            lines::emphasise(&mut old, &mut new);
        }
        (old, new)
    }
}

/// A child's name, and which of those so named it is.
type Named<'a> = ((NodeKind, Cow<'a, str>), usize);

struct Numbered<'a> {
    in_order: Vec<(Named<'a>, NodeId)>,
    by_name: HashMap<Named<'a>, NodeId>,
}

fn numbered<'a>(structure: &'a Structure, ids: &[NodeId]) -> Numbered<'a> {
    let mut seen: HashMap<(NodeKind, Cow<'a, str>), usize> = HashMap::new();
    let in_order: Vec<(Named<'a>, NodeId)> = ids
        .iter()
        .map(|id| {
            let key = key(structure, *id);
            let nth = seen.entry(key.clone()).and_modify(|nth| *nth += 1).or_insert(1);
            ((key, *nth), *id)
        })
        .collect();
    let by_name = in_order.iter().cloned().collect();
    Numbered { in_order, by_name }
}

/// What children are paired by: the key in JSON whatever the value is, kind and name in XML.
fn key(structure: &Structure, id: NodeId) -> (NodeKind, Cow<'_, str>) {
    match structure.name(id) {
        Name::Key(raw) => (NodeKind::Object, json::unquote(raw)),
        Name::Tag(name) => (structure.kind(id), Cow::Borrowed(name)),
        Name::Item(_) | Name::None => (structure.kind(id), Cow::Borrowed("")),
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// `lights[0].on` for JSON, `meter/reading[2]/@unit` for XML, nothing for the root.
fn label(structure: &Structure, id: NodeId, address: &str) -> String {
    if structure.is_xml() {
        return address.trim_start_matches('/').to_owned();
    }
    let mut steps: Vec<NodeId> = std::iter::successors(Some(id), |at| structure.parent(*at)).collect();
    steps.reverse();
    let mut label = String::new();
    for step in steps {
        match structure.name(step) {
            Name::Key(raw) => {
                if !label.is_empty() {
                    label.push('.');
                }
                label.push_str(&json::unquote(raw));
            }
            Name::Item(item) => label.extend(["[", &item.to_string(), "]"]),
            Name::Tag(_) | Name::None => {}
        }
    }
    label
}

/// A node's value: JSON without the whitespace between its tokens, XML text as it reads.
fn part(structure: &Structure, id: NodeId) -> Part {
    match structure.kind(id) {
        NodeKind::Object | NodeKind::Array => compact(structure.value(id)),
        _ => Part::of(&structure.shown_value(id)),
    }
}

/// JSON without the whitespace between its tokens.
fn compact(raw: &str) -> Part {
    let mut text = String::with_capacity(raw.len().min(MAX_PART + 4));
    let (mut in_string, mut escaped) = (false, false);
    for letter in raw.chars() {
        if in_string {
            in_string = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
        } else if letter.is_ascii_whitespace() {
            continue;
        } else {
            in_string = letter == '"';
        }
        if text.len() >= MAX_PART {
            return Part { text, cut: true, ..Part::default() };
        }
        text.push(letter);
    }
    Part { text, ..Part::default() }
}
