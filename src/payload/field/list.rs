//! What can be charted in a message: every number in its structure, with the field that leads there.

use super::Field;
use super::probe::{number_of, word_number};
use crate::payload::structure::{NodeId, NodeKind, Places, Structure};

/// Fields that are listed at most.
pub const MAX_LISTED: usize = 1000;

/// The numbers in `structure` in its order, each with its field; at most [`MAX_LISTED`].
pub fn numbers_in(structure: &Structure) -> Vec<(Field, f64)> {
    let mut places = Places::new(structure);
    let mut field = |id: NodeId| match places.address_of(id) {
        path if structure.is_xml() => Field::XPath(path),
        pointer if pointer.is_empty() => Field::Whole,
        pointer => Field::Pointer(pointer),
    };
    let found = structure.nodes().filter_map(|id| Some((id, number_at(structure, id)?)));
    found.take(MAX_LISTED).map(|(id, value)| (field(id), value)).collect()
}

fn number_at(structure: &Structure, id: NodeId) -> Option<f64> {
    match structure.kind(id) {
        NodeKind::Text | NodeKind::Attribute => word_number(&structure.plain_value(id)),
        NodeKind::Comment | NodeKind::Instruction => None,
        kind if kind.is_container() => None,
        _ => number_of(structure.value(id)),
    }
}
