//! The tree view: the branches of JSON and XML, drawn by the tree widget. Only the rows on screen and what is above them become items of
//! the widget, so that a tree of millions of nodes costs no more than a small one.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::StatefulWidget;
use tui_tree_widget::{Tree, TreeItem, TreeState};

use super::super::ink::{Ink, row_of};
use crate::app::Connection;
use crate::config::Role;
use crate::payload::format;
use crate::payload::structure::{Name, NodeId, NodeKind, Open, Structure};

/// Attributes that a closed element says beside its name, at most.
const ATTRIBUTES: usize = 8;
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
    let line = |node| line(ink, structure, node, open, usize::from(area.width));
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

fn line<'a>(ink: &Ink<'_>, structure: &Structure, node: NodeId, open: &Open, columns: usize) -> Line<'a> {
    let mut spans = Vec::new();
    let mut push = |text: &str, role: Role| {
        spans.push(Span::styled(
            ink.head(&ink.clean(ink.head(text, columns).as_str()), columns),
            ink.style(role),
        ));
    };
    match structure.name(node) {
        Name::None => {}
        Name::Key(key) => {
            push(key, Role::ValueKey);
            push(": ", Role::ValuePunctuation);
        }
        Name::Item(item) => {
            push(&format!("[{item}]"), Role::Muted);
            push(": ", Role::ValuePunctuation);
        }
        Name::Tag(tag) if structure.kind(node) == NodeKind::Attribute => {
            push(&format!("@{tag}"), Role::ValueKey);
            push(" = ", Role::ValuePunctuation);
        }
        Name::Tag(tag) => {
            push(&format!("{tag} "), Role::ValueKey);
            let attributes = structure.children(node).take_while(|_| !open.is_open(node)).take(ATTRIBUTES);
            for attribute in attributes.filter(|child| structure.kind(*child) == NodeKind::Attribute) {
                if let Name::Tag(name) = structure.name(attribute) {
                    push(&format!("@{name}=\"{}\" ", structure.plain_value(attribute)), Role::Muted);
                }
            }
        }
    }
    let (text, role) = value(structure, node, open);
    push(&text, role);
    Line::from(spans)
}

/// What stands beside a node's name.
fn value(structure: &Structure, node: NodeId, open: &Open) -> (String, Role) {
    let count = |one: &str, many: &str| {
        let count = structure.child_count(node) as u64;
        format!("{} {}", format::grouped(count), if count == 1 { one } else { many })
    };
    match structure.kind(node) {
        NodeKind::Object => (format!("{{{}}}", count("key", "keys")), Role::Muted),
        NodeKind::Array => (format!("[{}]", count("item", "items")), Role::Muted),
        NodeKind::Document => ("XML".to_owned(), Role::Muted),
        NodeKind::Element if open.is_open(node) => (String::new(), Role::Muted),
        NodeKind::Element => match structure.content(node) {
            Some(text) => (text.into_owned(), Role::ValueString),
            None => (count("node", "nodes"), Role::Muted),
        },
        NodeKind::String => (structure.value(node).to_owned(), Role::ValueString),
        NodeKind::Number => (structure.value(node).to_owned(), Role::ValueNumber),
        NodeKind::Boolean => (structure.value(node).to_owned(), Role::ValueBoolean),
        NodeKind::Null => (structure.value(node).to_owned(), Role::ValueNull),
        NodeKind::Attribute | NodeKind::Text => (structure.plain_value(node).into_owned(), Role::ValueString),
        NodeKind::Comment | NodeKind::Instruction => (structure.value(node).to_owned(), Role::Faint),
    }
}
