//! Addresses of nodes, there and back: JSON pointers (RFC 6901), jq paths, and a subset of XPath 1.0.
//!
//! An object may hold a key twice, which RFC 6901 leaves open. Here a plain token means the first of them, and a token
//! ending in `~#2` the second, and so on. No other pointer is written like that: RFC 6901 allows `~0` and `~1` only.
//!
//! The XPaths are `/a/b[2]/@id` and the like: steps by name as written (prefix included), each with an optional place
//! among those of its name, and `@attribute`, `text()`, `comment()` or `processing-instruction()` at the end.

use std::borrow::Cow;
use std::fmt;

use super::{Name, NodeId, NodeKind, Structure};
use crate::payload::json;

/// Why and where a text is no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathFault {
    /// Character, from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at column {}", self.reason, self.column)
    }
}

impl std::error::Error for PathFault {}

/// Marks which of several values of the same key is meant, from the second on.
const REPEATED: &str = "~#";

/// One step of a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::payload) struct Token {
    /// The key, or a place in an array.
    pub(in crate::payload) name: String,
    /// The place in an array that the name is, when it is one.
    pub(in crate::payload) item: Option<usize>,
    /// Which of the keys so named, from 1.
    pub(in crate::payload) nth: usize,
}

/// The steps of a JSON pointer.
pub(in crate::payload) fn tokens_of(pointer: &str) -> Result<Vec<Token>, PathFault> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    if !pointer.starts_with('/') {
        return Err(PathFault { column: 1, reason: "a JSON pointer begins with '/'" });
    }
    let mut column = 1;
    let parts = pointer.split('/').skip(1);
    parts
        .map(|part| {
            let token = token_of(part, column);
            column += 1 + part.chars().count();
            token
        })
        .collect()
}

fn token_of(part: &str, column: usize) -> Result<Token, PathFault> {
    let (text, nth) = match part.rsplit_once(REPEATED) {
        Some((text, digits)) => match digits.parse() {
            Ok(nth) if nth >= 2 => (text, nth),
            _ => return Err(PathFault { column, reason: "'~#' needs a number from 2 on" }),
        },
        None => (part, 1),
    };
    let mut name = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '~' => match letters.next() {
                Some('0') => name.push('~'),
                Some('1') => name.push('/'),
                _ => return Err(PathFault { column, reason: "'~' in a JSON pointer is written '~0'" }),
            },
            letter => name.push(letter),
        }
    }
    let plain = name == "0" || !name.starts_with(['0', '+']);
    let item = name.parse().ok().filter(|_| plain);
    Ok(Token { name, item, nth })
}

/// A key as a step of a JSON pointer, with its `/`. `nth` counts the keys so named, from 1.
pub(in crate::payload) fn token_text(key: &str, nth: usize) -> String {
    let escaped = if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    };
    if nth < 2 { format!("/{escaped}") } else { format!("/{escaped}{REPEATED}{nth}") }
}

impl Structure {
    /// From below the root down to `id`.
    pub(super) fn steps(&self, id: NodeId) -> Vec<NodeId> {
        let mut steps: Vec<NodeId> = std::iter::successors(Some(id), |at| self.parent(*at))
            .take_while(|at| *at != self.root())
            .collect();
        steps.reverse();
        steps
    }

    /// The siblings of `id` that come before it.
    fn before(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let siblings = self.parent(id).map(|parent| self.children(parent));
        siblings.into_iter().flatten().take_while(move |sibling| *sibling < id)
    }

    /// The JSON pointer of a node; the root's is empty.
    pub fn pointer_of(&self, id: NodeId) -> String {
        let step = |id: NodeId| match self.name(id) {
            Name::Key(raw) => {
                let key = json::unquote(raw);
                let same = |sibling: &NodeId| matches!(self.name(*sibling), Name::Key(raw) if json::unquote(raw) == key);
                token_text(&key, 1 + self.before(id).filter(same).count())
            }
            Name::Item(item) => format!("/{item}"),
            Name::Tag(_) | Name::None => String::new(),
        };
        self.steps(id).into_iter().map(step).collect()
    }

    /// The node at a JSON pointer; `Ok(None)` when nothing is there.
    pub fn at_pointer(&self, pointer: &str) -> Result<Option<NodeId>, PathFault> {
        let mut at = self.root();
        for token in tokens_of(pointer)? {
            let found = match self.kind(at) {
                NodeKind::Array => {
                    token.item.filter(|_| token.nth == 1).and_then(|item| self.children(at).nth(item))
                }
                NodeKind::Object => {
                    self.children(at).filter(|id| self.is_named(*id, &token.name)).nth(token.nth - 1)
                }
                _ => None,
            };
            match found {
                Some(found) => at = found,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    fn is_named(&self, id: NodeId, key: &str) -> bool {
        matches!(self.name(id), Name::Key(raw) if json::unquote(raw) == key)
    }

    /// The jq path of a node, such as `.lights[0]."odd key"`. Of a key that occurs twice jq sees the last value only.
    pub fn jq_of(&self, id: NodeId) -> String {
        let mut path = String::new();
        for step in self.steps(id) {
            match self.name(step) {
                Name::Key(raw) => {
                    let key = json::unquote(raw);
                    path.push('.');
                    if is_identifier(&key) { path.push_str(&key) } else { path.push_str(&json::quote(&key)) }
                }
                Name::Item(item) => {
                    let dot = if path.is_empty() { "." } else { "" };
                    path.extend([dot, "[", &item.to_string(), "]"]);
                }
                Name::Tag(_) | Name::None => {}
            }
        }
        if path.is_empty() { ".".to_owned() } else { path }
    }

    /// The XPath of a node; the document's is `/`.
    pub fn xpath_of(&self, id: NodeId) -> String {
        let path: String =
            self.steps(id).into_iter().flat_map(|step| ["/".to_owned(), self.xpath_step(step)]).collect();
        if path.is_empty() { "/".to_owned() } else { path }
    }

    /// Whether a node is the declaration of a namespace (`xmlns`, `xmlns:…`), which XPath does not count among the attributes.
    pub fn is_namespace(&self, id: NodeId) -> bool {
        self.kind(id) == NodeKind::Attribute
            && matches!(self.name(id), Name::Tag(name) if name == "xmlns" || name.starts_with("xmlns:"))
    }

    fn xpath_step(&self, id: NodeId) -> String {
        let test = self.xpath_test(id);
        let siblings = self.parent(id).map(|parent| self.children(parent)).into_iter().flatten();
        let alike: Vec<NodeId> = siblings.filter(|sibling| self.xpath_test(*sibling) == test).collect();
        let place = alike.iter().position(|sibling| *sibling == id).unwrap_or(0);
        let (sign, name) = test;
        if alike.len() > 1 { format!("{sign}{name}[{}]", place + 1) } else { format!("{sign}{name}") }
    }

    /// What a step of an XPath names a node by: `@` or nothing, and the name.
    pub(super) fn xpath_test(&self, id: NodeId) -> (&'static str, &str) {
        match (self.kind(id), self.name(id)) {
            (NodeKind::Attribute, Name::Tag(name)) => ("@", name),
            (_, Name::Tag(name)) => ("", name),
            (NodeKind::Comment, _) => ("", "comment()"),
            (NodeKind::Instruction, _) => ("", "processing-instruction()"),
            _ => ("", "text()"),
        }
    }

    /// The node at an XPath of the subset above; `Ok(None)` when nothing is there.
    pub fn at_xpath(&self, path: &str) -> Result<Option<NodeId>, PathFault> {
        let mut at = Some(self.root());
        for step in xpath_steps(path)? {
            let alike = |id: &NodeId| {
                let (sign, name) = self.xpath_test(*id);
                step.test.strip_prefix(sign) == Some(name)
            };
            at = at.and_then(|above| self.children(above).filter(alike).nth(step.nth - 1));
        }
        Ok(at)
    }
}

impl Structure {
    /// Whether `path` is an XPath of the subset above.
    pub fn check_xpath(path: &str) -> Result<(), PathFault> {
        xpath_steps(path).map(|_| ())
    }

    /// What a node says when it is asked for a value: a scalar or attribute as [`Self::plain_value`], an element that holds
    /// text and no element its text. `None` for what has no value of its own.
    pub fn content(&self, id: NodeId) -> Option<Cow<'_, str>> {
        match self.kind(id) {
            NodeKind::Element if self.children(id).any(|below| self.kind(below) == NodeKind::Element) => None,
            NodeKind::Element => {
                let text = self.children(id).find(|below| self.kind(*below) == NodeKind::Text)?;
                Some(self.plain_value(text))
            }
            kind if kind.is_container() => None,
            _ => Some(self.plain_value(id)),
        }
    }
}

/// Whether jq reads a key as `.key`, without quotes.
fn is_identifier(key: &str) -> bool {
    let mut letters = key.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        && !RESERVED.contains(&key)
}

/// Words of the jq language, which older versions of it do not take for keys.
const RESERVED: &[&str] = &[
    "and", "as", "catch", "def", "elif", "else", "end", "foreach", "if", "import", "include", "label",
    "module", "or", "reduce", "then", "try",
];

/// One step of an XPath.
struct XpathStep<'a> {
    test: &'a str,
    nth: usize,
}

fn xpath_steps(path: &str) -> Result<Vec<XpathStep<'_>>, PathFault> {
    let Some(rest) = path.strip_prefix('/') else {
        return Err(PathFault { column: 1, reason: "an XPath begins with '/'" });
    };
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    let mut column = 2;
    rest.split('/')
        .map(|part| {
            let step = xpath_step(part, column);
            column += 1 + part.chars().count();
            step
        })
        .collect()
}

fn xpath_step(part: &str, column: usize) -> Result<XpathStep<'_>, PathFault> {
    let (test, nth) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
        Some((test, digits)) => match digits.parse() {
            Ok(nth) if nth >= 1 => (test, nth),
            _ => return Err(PathFault { column, reason: "only a place from 1 on may stand in '[…]'" }),
        },
        None => (part, 1),
    };
    let name = test.strip_prefix('@').unwrap_or(test);
    let function = matches!(name, "text()" | "comment()" | "processing-instruction()");
    if name.is_empty() {
        return Err(PathFault { column, reason: "a name, '@name' or 'text()' is missing" });
    }
    if !function && name.contains(['[', ']', '(', ')', '*', '@', '=', ' ']) {
        return Err(PathFault {
            column,
            reason: "only names, '[place]', '@name' and 'text()' are understood",
        });
    }
    Ok(XpathStep { test, nth })
}
