//! Which code points must not reach the terminal as they are, and which need no second look. Called by the sanitiser only.
//! Ranges from the Unicode 16 properties `Default_Ignorable_Code_Point`, `Bidi_Control`, `Extended_Pictographic`, and general categories
//! `Cc`, `Co` and the noncharacters.

/// Controls, bidi controls, zero-width and other default-ignorable code points, separators, annotations, private use and
/// noncharacters.
pub(super) fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    match code {
        0x20..=0x7e => false, // first, as most are
        0..=0x1f | 0x7f..=0x9f // C0, DEL, C1
        | 0xad // soft hyphen
        | 0x034f // combining grapheme joiner
        | 0x061c // Arabic letter mark
        | 0x115f..=0x1160 // Hangul fillers
        | 0x17b4..=0x17b5 // Khmer inherent vowels
        | 0x180b..=0x180f // Mongolian variation selectors and vowel separator
        | 0x200b..=0x200f // zero-width space, joiners, direction marks
        | 0x2028..=0x202e // line and paragraph separators, bidi embeddings and overrides
        | 0x2060..=0x206f // word joiner, invisible operators, bidi isolates, deprecated format
        | 0x3164 | 0xffa0 // Hangul fillers
        | 0xe000..=0xf8ff // private use
        | 0xfdd0..=0xfdef // noncharacters
        | 0xfe00..=0xfe0f // variation selectors
        | 0xfeff // byte order mark
        | 0xfff0..=0xfffb // unassigned ignorable, interlinear annotation
        | 0x13430..=0x1345f // Egyptian format controls
        | 0x1bca0..=0x1bca3 // shorthand format controls
        | 0x1d173..=0x1d17a // musical format controls
        | 0xe_0000..=0xe_0fff // tags, variation selectors supplement
        | 0xf_0000..=0x10_ffff => true, // private use planes
        _ => code & 0xfffe == 0xfffe, // noncharacters at the end of each plane
    }
}

/// Characters that can start or continue an emoji sequence, skin tones included.
pub(super) fn is_pictographic(c: char) -> bool {
    matches!(u32::from(c),
        0xa9 | 0xae | 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2194..=0x2199 | 0x21a9..=0x21aa | 0x231a..=0x231b
        | 0x2328 | 0x23cf | 0x23e9..=0x23f3 | 0x23f8..=0x23fa | 0x24c2 | 0x25aa..=0x25ab | 0x25b6 | 0x25c0
        | 0x25fb..=0x25fe | 0x2600..=0x27bf | 0x2934..=0x2935 | 0x2b05..=0x2b07 | 0x2b1b..=0x2b1c | 0x2b50 | 0x2b55
        | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff)
}

/// The letter of a regional indicator; two of them are a flag.
pub(super) fn regional(c: char) -> Option<char> {
    let letter = u32::from(c).checked_sub(0x1f1e6).filter(|letter| *letter < 26)?;
    Some(char::from(b'A' + letter as u8))
}

/// Characters that become a keycap with U+FE0F U+20E3.
pub(super) fn is_keycap_base(c: char) -> bool {
    matches!(c, '0'..='9' | '#' | '*')
}

/// Letters that form a cluster of their own beside each other: no need to ask for its bounds. ASCII, Latin, Greek,
/// Cyrillic, kana, and CJK ideographs.
pub(super) fn is_simple(c: char) -> bool {
    matches!(u32::from(c),
        0x20..=0x7e | 0xa1..=0xa8 | 0xaa..=0xac | 0xaf..=0x2ff | 0x370..=0x377 | 0x37a..=0x37f | 0x384..=0x482 | 0x48a..=0x52f
        | 0x3041..=0x3096 | 0x30a1..=0x30fa | 0x4e00..=0x9fff)
}

/// Columns that a simple character takes.
pub(super) fn simple_width(c: char) -> usize {
    if c < '\u{3041}' { 1 } else { 2 }
}
