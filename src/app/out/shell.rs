//! Words for a POSIX shell: whatever a topic or a payload holds, a pasted command line passes on these bytes and does nothing else.
//! What cannot be seen, or would act on the terminal while it is pasted, is spelled out with `printf`.

use std::fmt::Write as _;

use crate::payload::is_clean;

/// `bytes` as one word. `None` when there is a NUL in it, which no argument can hold.
pub fn word(bytes: &[u8]) -> Option<String> {
    if bytes.contains(&0) {
        return None;
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(byte);
    if let Ok(text) = std::str::from_utf8(bytes)
        && bytes.first().is_some_and(|first| *first != b'-' && *first != b'=')
        && bytes.iter().all(plain)
    {
        return Some(text.to_owned());
    }
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while !rest.is_empty() {
            let seen = visible(rest);
            if seen > 0 {
                let _ = write!(out, "'{}'", rest[..seen].replace('\'', r"'\''"));
            }
            rest = &rest[seen..];
            let unseen = rest.len() - rest.trim_start_matches(|c| !is_visible(c)).len();
            spell(&mut out, &rest.as_bytes()[..unseen]);
            rest = &rest[unseen..];
        }
        spell(&mut out, chunk.invalid());
    }
    Some(if out.is_empty() { "''".to_owned() } else { out })
}

/// How many bytes of `text` may stand in quotes as they are.
fn visible(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_visible).len()
}

/// A line feed in quotes is one; everything else that cannot be seen is spelled out.
fn is_visible(c: char) -> bool {
    c == '\n' || c.is_ascii_graphic() || c == ' ' || (!c.is_ascii() && is_clean(c.encode_utf8(&mut [0; 4])))
}

/// Adds bytes that must not be pasted. No line feed is among them, which the shell would cut off at the end.
fn spell(out: &mut String, bytes: &[u8]) {
    if !bytes.is_empty() {
        let _ = write!(out, "\"$(printf '{}')\"", octal(bytes));
    }
}

/// A command that writes exactly `bytes` to standard output.
pub fn writer(bytes: &[u8]) -> String {
    let mut format = String::with_capacity(bytes.len() + 16);
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'%' => format.push_str("%%"),
            b'\\' => format.push_str(r"\\"),
            // In front it would read as a flag.
            b'-' if index == 0 => format.push_str(r"\055"),
            b'\'' => format.push_str(r"\047"),
            b' ' | 0x21..=0x7e => format.push(char::from(*byte)),
            _ => octal_digits(&mut format, *byte),
        }
    }
    format!("printf '{format}'")
}

fn octal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 4);
    for byte in bytes {
        octal_digits(&mut out, *byte);
    }
    out
}

/// `\033`.
fn octal_digits(out: &mut String, byte: u8) {
    out.push('\\');
    out.extend([byte >> 6, byte >> 3 & 7, byte & 7].map(|digit| char::from(b'0' + digit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_need_no_quotes_have_none() {
        assert_eq!(word(b"home/kitchen/climate").as_deref(), Some("home/kitchen/climate"));
        assert_eq!(word(b"").as_deref(), Some("''"));
        assert_eq!(word(b"-x").as_deref(), Some("'-x'"));
        assert_eq!(word(b"a b").as_deref(), Some("'a b'"));
        assert_eq!(word("Küche".as_bytes()).as_deref(), Some("'Küche'"));
    }

    #[test]
    fn a02_what_would_act_on_the_terminal_is_spelled_out() {
        let word = word("a\u{1b}]0;x\u{7}\u{9b}\u{202e}'\t".as_bytes()).expect("no NUL");
        assert_eq!(
            word,
            concat!(
                r#"'a'"$(printf '\033')"']0;x'"$(printf '\007\302\233\342\200\256')""#,
                r#"''\'''"$(printf '\011')""#
            )
        );
        assert!(is_clean(&word));
    }

    #[test]
    fn a_nul_is_no_argument() {
        assert_eq!(word(b"a\0b"), None);
        assert_eq!(writer(b"a\0%'\\\n"), r"printf 'a\000%%\047\\\012'");
        assert_eq!(writer(b"-n"), r"printf '\055n'");
    }
}
