//! Programs that only look: what they may hold, word by word. Nothing in the list repeats itself, builds a value, or takes
//! longer than the payload is long within one step; loops over loops pass the engine's guard.

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};

/// Words that look and do no more.
const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "if",
    "then",
    "elif",
    "else",
    "end",
    "true",
    "false",
    "null",
    "empty",
    "select",
    "first",
    "last",
    "any",
    "all",
    "length",
    "has",
    "keys",
    "type",
    "isboolean",
    "isnumber",
    "isstring",
    "isarray",
    "isobject",
    "values",
    "nulls",
    "booleans",
    "numbers",
    "strings",
    "arrays",
    "objects",
    "scalars",
    "iterables",
    "ascii_downcase",
    "ascii_upcase",
];
/// Words that look for their one argument, which must be a text in the program: one from the payload might be as long as
/// what it is looked for in.
const SEARCHES: &[&str] = &["contains", "startswith", "endswith", "test", "inside"];
/// Signs that neither add, multiply, assign nor descend.
const SIGNS: &[&str] =
    &[".", "|", ",", ";", "?", "//", "==", "!=", "<", "<=", ">", ">=", ":", ")", "]", "(", "["];

/// Whether a program that compiles only looks.
pub(super) fn is_plain(text: &str) -> bool {
    Lexer::new(text).lex().is_ok_and(|tokens| are_plain(&tokens))
}

fn are_plain(tokens: &[Token<&str>]) -> bool {
    let mut before: Option<&Token<&str>> = None;
    for (at, token) in tokens.iter().enumerate() {
        let after = tokens.get(at + 1);
        let plain = match &token.1 {
            Tok::Word if SEARCHES.contains(&token.0) => is_one_text(after),
            // A key after a dot comes as a word too: what follows a dot is never a function.
            Tok::Word => WORDS.contains(&token.0) || is_dot(before),
            Tok::Num => true,
            Tok::Str(parts) => parts.iter().all(|part| !matches!(part, StrPart::Term(_))),
            // A minus before a number, which is a negative number or one less.
            Tok::Sym if token.0 == "-" => matches!(after, Some(Token(_, Tok::Num))),
            Tok::Sym => SIGNS.contains(&token.0) || is_key(token.0),
            Tok::Block(inner) if token.0.starts_with('[') => follows_a_path(before) && are_plain(inner),
            Tok::Block(inner) if token.0.starts_with('(') => are_plain(inner),
            _ => false,
        };
        if !plain {
            return false;
        }
        before = Some(token);
    }
    true
}

/// `.key` comes as one sign.
fn is_key(sign: &str) -> bool {
    sign.strip_prefix('.')
        .is_some_and(|key| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

fn is_dot(before: Option<&Token<&str>>) -> bool {
    matches!(before, Some(Token(".", Tok::Sym)))
}

/// Whether brackets after `before` ask for an item; anywhere else they build an array.
fn follows_a_path(before: Option<&Token<&str>>) -> bool {
    match before {
        Some(Token(sign, Tok::Sym)) => *sign == "." || *sign == "?" || is_key(sign),
        Some(Token(_, Tok::Block(_) | Tok::Str(_))) => true,
        _ => false,
    }
}

/// `("text")`.
fn is_one_text(after: Option<&Token<&str>>) -> bool {
    let Some(Token(_, Tok::Block(inner))) = after else { return false };
    matches!(inner.as_slice(), [Token(_, Tok::Str(parts)), Token(")", Tok::Sym)]
        if parts.iter().all(|part| !matches!(part, StrPart::Term(_))))
}
