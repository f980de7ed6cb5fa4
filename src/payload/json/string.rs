//! JSON strings: the text that a quoted one stands for, and back. Called wherever a key or a value is looked for, copied
//! or said in words.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text that a JSON string stands for; `raw` has its quotes and is valid, as the reader gives it. Half a surrogate
/// pair, which no text can hold, becomes U+FFFD. Anything that is no JSON string comes back as it is.
pub fn unquote(raw: &str) -> Cow<'_, str> {
    let Some(inner) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(raw);
    };
    let Some(first) = memchr::memchr(b'\\', inner.as_bytes()) else { return Cow::Borrowed(inner) };
    let mut text = String::with_capacity(inner.len());
    let (plain, mut rest) = inner.split_at(first);
    text.push_str(plain);
    while let Some(escape) = rest.strip_prefix('\\') {
        let length = push_escaped(&mut text, escape);
        rest = escape.get(length..).unwrap_or_default();
        let plain = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        text.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Cow::Owned(text)
}

/// Appends what `escape` (without its backslash) stands for. Returns the bytes it took.
fn push_escaped(text: &mut String, escape: &str) -> usize {
    let plain = match escape.as_bytes().first() {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return push_unicode(text, escape),
        Some(other) => char::from(*other),
        None => return 0,
    };
    text.push(plain);
    1
}

fn push_unicode(text: &mut String, escape: &str) -> usize {
    let unit =
        |from: usize| escape.get(from..from + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let Some(first) = unit(1) else {
        text.push(char::REPLACEMENT_CHARACTER);
        return escape.len().min(1);
    };
    let second = if escape.get(5..7) == Some("\\u") { unit(7) } else { None };
    let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    if let Some(letter) = pair.filter(|_| (0xd800..0xdc00).contains(&first)) {
        text.push(letter);
        return 11;
    }
    text.push(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER));
    5
}

/// `text` as a JSON string, with its quotes. Only what must be escaped is.
pub fn quote(text: &str) -> String {
    let mut raw = String::with_capacity(text.len() + 2);
    raw.push('"');
    for letter in text.chars() {
        match letter {
            '"' => raw.push_str("\\\""),
            '\\' => raw.push_str("\\\\"),
            '\n' => raw.push_str("\\n"),
            '\t' => raw.push_str("\\t"),
            '\r' => raw.push_str("\\r"),
            '\0'..='\x1f' => {
                let _ = write!(raw, "\\u{:04x}", u32::from(letter));
            }
            letter => raw.push(letter),
        }
    }
    raw.push('"');
    raw
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_stand_for_their_characters() {
        for (raw, text) in [
            (r#""plain""#, "plain"),
            (r#""""#, ""),
            (r#""a\nb\t\"\\\/""#, "a\nb\t\"\\/"),
            (r#""\u00e9\u0041x""#, "éAx"),
            (r#""\ud83d\ude00!""#, "😀!"),
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\ude00\ud83d\u0041""#, "\u{fffd}\u{fffd}A"),
            ("12", "12"),
        ] {
            assert_eq!(unquote(raw), text, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn quoting_and_back_is_the_text(text in any::<String>()) {
            let raw = quote(&text);
            prop_assert_eq!(unquote(&raw), text.as_str());
            prop_assert_eq!(serde_json::from_str::<String>(&raw).expect("valid JSON"), text);
        }

        #[test]
        fn any_text_may_be_asked(text in any::<String>()) {
            let _ = unquote(&text);
            let _ = unquote(&format!("\"{text}\""));
        }
    }
}
