//! What can be charted in a message: every number in its structure, with the field that leads there.

use std::collections::HashMap;

use super::Field;
use super::probe::{number_of, word_number};
use crate::payload::json;
use crate::payload::structure::{Name, NodeId, NodeKind, Structure, token_text};

/// Fields that are listed at most.
pub const MAX_LISTED: usize = 1000;

/// The numbers in `structure` in its order, each with its field; at most [`MAX_LISTED`].
pub fn numbers_in(structure: &Structure) -> Vec<(Field, f64)> {
    if structure.is_xml() { xml_numbers(structure) } else { json_numbers(structure) }
}

fn xml_numbers(structure: &Structure) -> Vec<(Field, f64)> {
    let number = |id: &NodeId| match structure.kind(*id) {
        NodeKind::Text | NodeKind::Attribute => word_number(&structure.plain_value(*id)),
        _ => None,
    };
    let found = structure.nodes().filter_map(|id| Some((id, number(&id)?)));
    found.take(MAX_LISTED).map(|(id, value)| (Field::XPath(structure.xpath_of(id)), value)).collect()
}

/// Walks in the order of the text with the pointer of each open container, so that no path is made twice.
fn json_numbers(structure: &Structure) -> Vec<(Field, f64)> {
    let mut found = Vec::new();
    let mut above: Vec<String> = Vec::new();
    let mut repeated: HashMap<(NodeId, String), usize> = HashMap::new();
    for id in structure.nodes() {
        let depth = structure.depth(id);
        above.truncate(depth);
        let step = match structure.name(id) {
            Name::Key(raw) => {
                let key = json::unquote(raw).into_owned();
                let parent = structure.parent(id).unwrap_or(id);
                let token = |nth| token_text(&key, nth);
                let nth = repeated.entry((parent, key.clone())).and_modify(|nth| *nth += 1).or_insert(1);
                token(*nth)
            }
            Name::Item(item) => format!("/{item}"),
            _ => String::new(),
        };
        let pointer = format!("{}{step}", above.last().map_or("", String::as_str));
        if structure.kind(id).is_container() {
            above.push(pointer);
        } else if let Some(value) = number_of(structure.value(id)) {
            found.push((if pointer.is_empty() { Field::Whole } else { Field::Pointer(pointer) }, value));
            if found.len() == MAX_LISTED {
                break;
            }
        }
    }
    found
}
