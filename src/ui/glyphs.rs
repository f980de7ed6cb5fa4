//! Our own marks, in two sets: for terminals with UTF-8 and for those with ASCII only.

/// Marks that the panes draw.
#[derive(Debug)]
pub(super) struct Glyphs {
    pub(super) connected: &'static str,
    pub(super) pending: &'static str,
    pub(super) offline: &'static str,
    pub(super) open: &'static str,
    pub(super) closed: &'static str,
    pub(super) cursor: &'static str,
    pub(super) empty_level: &'static str,
    pub(super) dot: &'static str,
    pub(super) more_left: &'static str,
    pub(super) more_right: &'static str,
    pub(super) ellipsis: &'static str,
    pub(super) bars: [&'static str; 8],
    pub(super) up: &'static str,
    pub(super) down: &'static str,
    pub(super) left: &'static str,
    pub(super) right: &'static str,
    pub(super) dash: &'static str,
}

pub(super) const UNICODE: Glyphs = Glyphs {
    connected: "●",
    pending: "◌",
    offline: "○",
    open: "▾",
    closed: "▸",
    cursor: "▌",
    empty_level: "∅",
    dot: "·",
    more_left: "‹",
    more_right: "›",
    ellipsis: "…",
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    up: "↑",
    down: "↓",
    left: "←",
    right: "→",
    dash: "–",
};

pub(super) const ASCII: Glyphs = Glyphs {
    connected: "*",
    pending: "~",
    offline: "o",
    open: "v",
    closed: ">",
    cursor: "*",
    empty_level: "\"\"",
    dot: "-",
    more_left: "<",
    more_right: ">",
    ellipsis: "~",
    bars: [".", ".", ":", ":", "=", "=", "#", "#"],
    up: "Up",
    down: "Down",
    left: "Left",
    right: "Right",
    dash: "-",
};
