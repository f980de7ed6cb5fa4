//! Addresses of many nodes of one structure: the nodes below one are counted once, not once for each that is asked about. Called by
//! `diff` and `field`, which tell of up to thousands.

use std::borrow::Cow;
use std::collections::HashMap;

use super::path::token_text;
use super::{Name, NodeId, Structure};
use crate::payload::json;

/// The addresses of nodes, with what was counted for them so far.
#[derive(Debug)]
pub(in crate::payload) struct Places<'a> {
    structure: &'a Structure,
    /// The children of a node, in order.
    counted: HashMap<NodeId, Vec<Place>>,
}

/// Where a node stands among its siblings of the same name.
#[derive(Debug, Clone, Copy)]
struct Place {
    id: NodeId,
    /// From 1.
    nth: usize,
    /// No other has its name.
    alone: bool,
}

impl<'a> Places<'a> {
    pub(in crate::payload) fn new(structure: &'a Structure) -> Self {
        Self { structure, counted: HashMap::new() }
    }

    /// As [`Structure::xpath_of`] or [`Structure::pointer_of`] has it, whichever the structure goes by.
    pub(in crate::payload) fn address_of(&mut self, id: NodeId) -> String {
        let address: String = self.structure.steps(id).into_iter().map(|step| self.step(step)).collect();
        if address.is_empty() && self.structure.is_xml() { "/".to_owned() } else { address }
    }

    fn step(&mut self, id: NodeId) -> String {
        match self.structure.name(id) {
            Name::Item(item) => format!("/{item}"),
            Name::Key(raw) => token_text(&json::unquote(raw), self.place(id).nth),
            Name::Tag(_) | Name::None => {
                let (place, (sign, name)) = (self.place(id), self.structure.xpath_test(id));
                if place.alone { format!("/{sign}{name}") } else { format!("/{sign}{name}[{}]", place.nth) }
            }
        }
    }

    fn place(&mut self, id: NodeId) -> Place {
        let lone = Place { id, nth: 1, alone: true };
        let Some(parent) = self.structure.parent(id) else { return lone };
        let siblings = self.counted.entry(parent).or_insert_with(|| count(self.structure, parent));
        let at = siblings.binary_search_by_key(&id, |place| place.id);
        at.ok().and_then(|at| siblings.get(at)).copied().unwrap_or(lone)
    }
}

fn count(structure: &Structure, parent: NodeId) -> Vec<Place> {
    let name = |id: NodeId| {
        if let Name::Key(raw) = structure.name(id) {
            return ("", json::unquote(raw));
        }
        let (sign, name) = structure.xpath_test(id);
        (sign, Cow::Borrowed(name))
    };
    let mut seen: HashMap<(&str, Cow<'_, str>), usize> = HashMap::new();
    let mut places: Vec<Place> = Vec::with_capacity(structure.child_count(parent));
    for id in structure.children(parent) {
        let nth = seen.entry(name(id)).and_modify(|nth| *nth += 1).or_insert(1);
        places.push(Place { id, nth: *nth, alone: false });
    }
    for place in &mut places {
        place.alone = seen.get(&name(place.id)) == Some(&1);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_one_node_alone() {
        for structure in [
            Structure::of_json(r#"{"a":[1,{"b/":2,"b\/":3}],"a":{"":4,"~":5}}"#).expect("JSON"),
            Structure::of_json("7").expect("JSON"),
            Structure::of_xml("<m a='1' b='2'><r>1<!--x--><r a='3'/></r><r>2</r><s>3</s><?i j?></m>")
                .expect("XML"),
        ] {
            let mut places = Places::new(&structure);
            for id in structure.nodes() {
                let alone =
                    if structure.is_xml() { structure.xpath_of(id) } else { structure.pointer_of(id) };
                assert_eq!(places.address_of(id), alone);
            }
        }
    }
}
