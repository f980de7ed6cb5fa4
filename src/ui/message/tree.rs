//! The tree view: the branches of JSON and XML, drawn by the tree widget. Only the rows on screen and what is above them become items of
//! the widget, so that a tree of millions of nodes costs no more than a small one.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::StatefulWidget;
use tui_tree_widget::{Tree, TreeItem, TreeState};

use super::super::ink::{Ink, row_of};
use super::{finder, lit, start_for};
use crate::app::Connection;
use crate::config::Role;
use crate::payload::find::Finder;
use crate::payload::format;
use crate::payload::sanitise::prefix;
use crate::payload::structure::{Name, NodeId, NodeKind, Open, Structure};

/// Attributes that a closed element says beside its name, at most.
const ATTRIBUTES: usize = 8;
/// Bytes of a value in which what is looked for is lit.
const LOOKED_AT: usize = 64 * 1024;
/// Columns a level is moved to the right by the widget.
const INDENT: usize = 2;

/// Draws `structure` from visible row `first` on.
pub(super) fn draw(
    connection: &Connection,
    ink: &Ink<'_>,
    structure: &Structure,
    first: usize,
    area: Rect,
    focused: bool,
    buffer: &mut Buffer,
) {
    let open = connection.message.folding.open();
    let rows = structure.rows(open, first, usize::from(area.height));
    let Some(top) = rows.first().copied() else { return };
    let above = ancestors(structure, top);
    let nodes: Vec<NodeId> = above.iter().chain(&rows).copied().collect();
    let selected = connection.message.folding.at();
    let shifted = selected.map_or(0, |node| shift(structure.depth(node), area.width));
    // The widget starts at the root and indents past the end of its area: it draws beside the screen, and what is to be seen is taken over.
    let size = Rect::new(0, 0, area.width + shifted, above.len() as u16 + area.height);
    let mut beside = Buffer::empty(size);
    let (finder, columns) = (finder(connection), usize::from(area.width));
    let line = |node| line(Pen { ink, finder, columns, spans: Vec::new() }, structure, node, open);
    let mut state = TreeState::default();
    for node in nodes.iter().filter(|node| open.is_open(**node)) {
        let mut path = ancestors(structure, *node);
        path.push(*node);
        state.open(path);
    }
    let items = items(structure, &nodes, line);
    // Every node is there once.
    let Ok(tree) = Tree::new(&items) else { return };
    let (opened, closed) = (format!("{} ", ink.glyphs().open), format!("{} ", ink.glyphs().closed));
    let tree = tree.node_open_symbol(&opened).node_closed_symbol(&closed).node_no_children_symbol("  ");
    StatefulWidget::render(tree, size, &mut beside, &mut state);
    for (index, node) in rows.iter().enumerate() {
        let row = row_of(area, index);
        for column in 0..area.width {
            let from = beside.cell((column + shifted, index as u16 + above.len() as u16));
            if let (Some(from), Some(to)) = (from, buffer.cell_mut((row.x + column, row.y))) {
                to.set_symbol(from.symbol()).set_style(from.style());
            }
        }
        if selected == Some(*node) {
            ink.select(buffer, Rect { x: row.x.saturating_sub(1), width: row.width + 2, ..row }, focused);
        }
    }
}

/// The nodes above one, the root first.
fn ancestors(structure: &Structure, node: NodeId) -> Vec<NodeId> {
    let mut above: Vec<NodeId> =
        std::iter::successors(structure.parent(node), |node| structure.parent(*node)).collect();
    above.reverse();
    above
}

/// Columns that scroll out on the left so that a row so deep is seen.
fn shift(depth: usize, width: u16) -> u16 {
    (depth * INDENT).saturating_sub(usize::from(width) / 2) as u16
}

/// The items of the widget for `nodes`, which are in the order of the text.
fn items<'a>(
    structure: &Structure,
    nodes: &[NodeId],
    line: impl Fn(NodeId) -> Line<'a>,
) -> Vec<TreeItem<'a, NodeId>> {
    // Those whose parent has not been met yet, by depth.
    let mut waiting: HashMap<usize, Vec<TreeItem<'a, NodeId>>> = HashMap::new();
    for node in nodes.iter().rev() {
        let depth = structure.depth(*node);
        let mut below = waiting.remove(&(depth + 1)).unwrap_or_default();
        below.reverse();
        if below.is_empty() && structure.child_count(*node) > 0 {
            // Stands for what is closed or below the screen, so that the branch is drawn as one.
            below.push(TreeItem::new_leaf(*node, ""));
        }
        if let Ok(item) = TreeItem::new(*node, line(*node), below) {
            waiting.entry(depth).or_default().push(item);
        }
    }
    waiting.remove(&0).unwrap_or_default()
}

/// Writes one row from left to right.
struct Pen<'a, 'b> {
    ink: &'a Ink<'b>,
    finder: Option<&'a Finder>,
    columns: usize,
    spans: Vec<Span<'static>>,
}

impl Pen<'_, '_> {
    /// What the program says.
    fn put(&mut self, text: &str, role: Role) {
        self.spans.push(Span::styled(text.to_owned(), self.ink.style(role)));
    }

    /// What the payload says, no more than has room, with what is looked for lit. Where that is further on, it begins there.
    fn value(&mut self, text: &str, role: Role) {
        let looked_at = prefix(text, LOOKED_AT);
        let place = self.finder.and_then(|finder| finder.all_in(looked_at).next());
        let from = place.map_or(0, |place| start_for(text, &place, self.columns / 2));
        if from > 0 {
            self.put(self.ink.glyphs().ellipsis, Role::Warning);
        }
        let text = self.ink.head(&text[from..], self.columns);
        for (part, is_lit) in lit(&text, self.finder) {
            let style = self.ink.style(role);
            let style = if is_lit { style.patch(self.ink.style(Role::Match)) } else { style };
            self.spans.push(Span::styled(part.to_owned(), style));
        }
    }
}

fn line(mut pen: Pen<'_, '_>, structure: &Structure, node: NodeId, open: &Open) -> Line<'static> {
    match structure.name(node) {
        Name::None => {}
        Name::Key(key) => {
            pen.value(key, Role::ValueKey);
            pen.put(": ", Role::ValuePunctuation);
        }
        Name::Item(item) => {
            pen.put(&format!("[{item}]"), Role::Muted);
            pen.put(": ", Role::ValuePunctuation);
        }
        Name::Tag(tag) if structure.kind(node) == NodeKind::Attribute => {
            pen.value(&format!("@{tag}"), Role::ValueKey);
            pen.put(" = ", Role::ValuePunctuation);
        }
        Name::Tag(tag) => {
            pen.value(&format!("{tag} "), Role::ValueKey);
            let attributes = structure.children(node).take_while(|_| !open.is_open(node)).take(ATTRIBUTES);
            for attribute in attributes.filter(|child| structure.kind(*child) == NodeKind::Attribute) {
                if let Name::Tag(name) = structure.name(attribute) {
                    pen.value(&format!("@{name}=\"{}\" ", structure.plain_value(attribute)), Role::Muted);
                }
            }
        }
    }
    value(&mut pen, structure, node, open);
    Line::from(pen.spans)
}

/// What stands beside a node's name.
fn value(pen: &mut Pen<'_, '_>, structure: &Structure, node: NodeId, open: &Open) {
    let count = |one: &str, many: &str| counted(structure.child_count(node), one, many);
    let role = match structure.kind(node) {
        NodeKind::Object => return pen.put(&format!("{{{}}}", count("key", "keys")), Role::Muted),
        NodeKind::Array => return pen.put(&format!("[{}]", count("item", "items")), Role::Muted),
        NodeKind::Document => return pen.put("XML", Role::Muted),
        NodeKind::Element if open.is_open(node) => return,
        NodeKind::Element => return element(pen, structure, node),
        NodeKind::String | NodeKind::Attribute | NodeKind::Text => Role::ValueString,
        NodeKind::Number => Role::ValueNumber,
        NodeKind::Boolean => Role::ValueBoolean,
        NodeKind::Null => Role::ValueNull,
        NodeKind::Comment | NodeKind::Instruction => Role::Faint,
    };
    pen.value(&structure.shown_value(node), role);
}

/// The text of a closed element, or how many nodes are in it beside its attributes.
fn element(pen: &mut Pen<'_, '_>, structure: &Structure, node: NodeId) {
    if let Some(text) = structure.content(node) {
        return pen.value(&text, Role::ValueString);
    }
    let is_said = |child: &NodeId| structure.kind(*child) == NodeKind::Attribute;
    let nodes = structure.child_count(node) - structure.children(node).take_while(is_said).count();
    if nodes > 0 {
        pen.put(&counted(nodes, "node", "nodes"), Role::Muted);
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", format::grouped(count as u64), if count == 1 { one } else { many })
}
