//! The tree inside of a JSON or XML text: nodes in the order they are written, each a range of the text, so that nothing of
//! it is lost or copied. Folded and unfolded by the tree view, addressed by JSON pointer, jq path or XPath, walked by `diff`
//! and `field`.
//!
//! A node takes 32 bytes. Everything is iterative, and nesting stops at [`json::MAX_DEPTH`].

mod json_nodes;
mod path;
mod places;
mod rows;
#[cfg(test)]
mod tests;
mod xml_nodes;

use std::borrow::Cow;
use std::sync::Arc;

use super::json::{self, JsonFault};
pub use path::PathFault;
pub(in crate::payload) use path::{Token, token_text, tokens_of};
pub(in crate::payload) use places::Places;
pub use rows::Open;
pub use xml_nodes::{XmlFault, xml_text};

/// Nodes that one structure holds at most: 128 MB of them.
pub const MAX_NODES: usize = 4_000_000;

/// A node of one [`Structure`]: its place in the text, from 0. Of no use in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// JSON `{…}`.
    Object,
    /// JSON `[…]`.
    Array,
    /// A JSON string.
    String,
    /// A JSON number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// The whole of an XML text.
    Document,
    /// An XML element.
    Element,
    /// An attribute of the element above.
    Attribute,
    /// Text between tags, CDATA included. Whitespace alone (XML 1.0, 2.3) is no node.
    Text,
    /// `<!-- … -->`.
    Comment,
    /// `<? … ?>` or `<! … >`: shown, never followed.
    Instruction,
}

impl NodeKind {
    /// It may have nodes below it.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Object | Self::Array | Self::Document | Self::Element)
    }
}

/// How a node is named by the one above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    /// The root, and XML text and comments, have none.
    None,
    /// An object's key, as sent: with quotes and escapes.
    Key(&'a str),
    /// Place in an array, from 0.
    Item(usize),
    /// Name of an element or of an attribute.
    Tag(&'a str),
}

#[derive(Debug, Clone, Copy)]
struct Node {
    parent: u32,
    /// The node after the last one below this.
    end: u32,
    /// A range of the text, or the place in an array and [`NO_NAME`].
    name: (u32, u32),
    /// The value: a range of the text.
    value: (u32, u32),
    children: u32,
    depth: u16,
    kind: NodeKind,
}

const _: () = assert!(size_of::<Node>() <= 32);

/// Stands for the end of a name where there is no name in the text.
const NO_NAME: u32 = u32::MAX;

/// A JSON or XML text as a tree.
#[derive(Debug, Clone)]
pub struct Structure {
    text: Arc<str>,
    nodes: Vec<Node>,
}

impl Structure {
    /// The tree of one JSON value. Fails as [`super::json::check`] does, and on more than [`MAX_NODES`] values.
    pub fn of_json(text: impl Into<Arc<str>>) -> Result<Self, JsonFault> {
        let text = text.into();
        let nodes = json_nodes::nodes(&text)?;
        Ok(Self { text, nodes })
    }

    /// The tree of one XML document. Entities other than the five of XML itself are not replaced, and no DTD is read.
    pub fn of_xml(text: impl Into<Arc<str>>) -> Result<Self, XmlFault> {
        let text = text.into();
        let nodes = xml_nodes::nodes(&text)?;
        Ok(Self { text, nodes })
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    fn range(&self, (start, end): (u32, u32)) -> &str {
        &self.text[start as usize..end as usize]
    }

    /// The text it was made of.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Number of nodes, at least 1.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: there is a root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// It came from XML.
    pub fn is_xml(&self) -> bool {
        self.kind(self.root()) == NodeKind::Document
    }

    /// The outermost value, or the XML document.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// Every node, in the order of the text.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The node with so many before it in the text.
    pub(in crate::payload) fn nth(&self, index: usize) -> Option<NodeId> {
        (index < self.nodes.len()).then_some(NodeId(index as u32))
    }

    /// What the node is.
    pub fn kind(&self, id: NodeId) -> NodeKind {
        self.node(id).kind
    }

    /// How the node above names it.
    pub fn name(&self, id: NodeId) -> Name<'_> {
        let node = self.node(id);
        match node.kind {
            _ if id == self.root() => Name::None,
            NodeKind::Element | NodeKind::Attribute => Name::Tag(self.range(node.name)),
            NodeKind::Text | NodeKind::Comment | NodeKind::Instruction => Name::None,
            _ if node.name.1 == NO_NAME => Name::Item(node.name.0 as usize),
            _ => Name::Key(self.range(node.name)),
        }
    }

    /// Its text as sent: a whole object or element, a string with its quotes, an attribute's value without them.
    pub fn value(&self, id: NodeId) -> &str {
        self.range(self.node(id).value)
    }

    /// Where [`Self::value`] stands in the text, in bytes.
    pub fn value_range(&self, id: NodeId) -> std::ops::Range<usize> {
        let (start, end) = self.node(id).value;
        start as usize..end as usize
    }

    /// What its text stands for: a string without quotes and escapes, XML text with its entities replaced; else as sent.
    pub fn plain_value(&self, id: NodeId) -> Cow<'_, str> {
        let value = self.value(id);
        match self.kind(id) {
            NodeKind::String => json::unquote(value),
            NodeKind::Text | NodeKind::Attribute => xml_text(value),
            _ => Cow::Borrowed(value),
        }
    }

    /// What the tree view says of it: JSON as sent, XML as it reads.
    pub fn shown_value(&self, id: NodeId) -> Cow<'_, str> {
        match self.kind(id) {
            NodeKind::Text | NodeKind::Attribute => self.plain_value(id),
            _ => Cow::Borrowed(self.value(id)),
        }
    }

    /// The node above.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        (id != self.root()).then(|| NodeId(self.node(id).parent))
    }

    /// The nodes directly below, in the order of the text.
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { structure: self, next: id.0 + 1, end: self.node(id).end }
    }

    /// Number of nodes directly below.
    pub fn child_count(&self, id: NodeId) -> usize {
        self.node(id).children as usize
    }

    /// The node itself and all below it.
    pub fn size(&self, id: NodeId) -> usize {
        (self.node(id).end - id.0) as usize
    }

    /// Levels above it: 0 for the root.
    pub fn depth(&self, id: NodeId) -> usize {
        usize::from(self.node(id).depth)
    }

    /// Bytes of memory it takes, the text not counted.
    pub fn memory(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
    }
}

/// The nodes directly below one.
#[derive(Debug, Clone)]
pub struct Children<'a> {
    structure: &'a Structure,
    next: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let found = (self.next < self.end).then_some(NodeId(self.next))?;
        self.next = self.structure.node(found).end;
        Some(found)
    }
}

/// The nodes while they are made: those still open, and how deep that is.
#[derive(Debug)]
struct Builder {
    nodes: Vec<Node>,
    open: Vec<u32>,
}

impl Builder {
    fn new(text: &str) -> Self {
        // A value and what is around it takes about 10 bytes in what devices send.
        Self { nodes: Vec::with_capacity((text.len() / 10).clamp(4, MAX_NODES)), open: Vec::new() }
    }

    /// Adds a node below the innermost open one. `None` when there are too many.
    fn add(&mut self, kind: NodeKind, name: (u32, u32), value: (usize, usize)) -> Option<u32> {
        let id = u32::try_from(self.nodes.len()).ok().filter(|id| (*id as usize) < MAX_NODES)?;
        let value = (u32::try_from(value.0).ok()?, u32::try_from(value.1).ok()?);
        let parent = self.open.last().copied().unwrap_or(0);
        if let Some(above) = self.nodes.get_mut(parent as usize) {
            above.children += 1;
        }
        let depth = self.open.len() as u16;
        self.nodes.push(Node { parent, end: id + 1, name, value, children: 0, depth, kind });
        Some(id)
    }

    /// Adds a container, into which everything goes until it is closed.
    fn open(&mut self, kind: NodeKind, name: (u32, u32), start: usize) -> Option<u32> {
        let id = self.add(kind, name, (start, start))?;
        self.open.push(id);
        Some(id)
    }

    /// Number of children of the innermost open container so far.
    fn place(&self) -> u32 {
        self.open.last().and_then(|id| self.nodes.get(*id as usize)).map_or(0, |node| node.children)
    }

    fn innermost(&self) -> Option<&Node> {
        self.open.last().and_then(|id| self.nodes.get(*id as usize))
    }

    fn close(&mut self, end: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.open.pop().and_then(|id| self.nodes.get_mut(id as usize)) {
            node.end = next;
            node.value.1 = u32::try_from(end).unwrap_or(u32::MAX);
        }
    }

    fn finish(mut self) -> Vec<Node> {
        self.nodes.shrink_to_fit();
        self.nodes
    }
}
