use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style as Look;

use super::*;

const ASCII: Style = Style::LINE.ascii(true);

/// Columns ratatui really uses for `text`.
fn drawn_width(text: &str) -> usize {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 2000, 1));
    usize::from(buffer.set_stringn(0, 0, text, 2000, Look::default()).0)
}

/// What a terminal would obey, hide or reorder by; written apart from the table the sanitiser uses.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'
                ..='\u{202e}'
        )
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{ffa0}')
}

#[test]
fn a11_flags_are_their_letters_since_terminals_disagree_on_their_columns() {
    assert_eq!(sanitise("🇳🇱🇳🇱 flags 🇩!"), "⟨NL⟩⟨NL⟩ flags ⟨D⟩!");
    assert_eq!(sanitise("🇳🇱🇧"), "⟨NL⟩⟨B⟩");
    assert_eq!(width(&sanitise("🇳🇱")), 4);
    let ascii = sanitise_with("🇳🇱", Style::LINE.ascii(true));
    assert!(ascii.is_ascii(), "{ascii}");
}

#[test]
fn clean_text_is_borrowed_and_unchanged() {
    for text in [
        "",
        "plain",
        "grüße, 名前 ✓",
        "👍🏽",
        "❤️ 1️⃣",
        "e\u{301}",
        "한국어",
        "العربية",
        "a\u{a0}b\u{3000}c",
        "ﾊﾞ",
        "⟨x⟩",
    ] {
        assert!(is_clean(text), "{text}");
        assert!(matches!(sanitise(text), Cow::Borrowed(_)), "{text}");
        assert_eq!(sanitise(text), text);
    }
}

#[test]
fn a01_a02_a03_escape_sequences_are_visible_and_inert() {
    assert_eq!(sanitise("\x1b]52;c;aGk=\x07"), "␛]52;c;aGk=␇");
    assert_eq!(sanitise("\x1b]0;title\x07"), "␛]0;title␇");
    assert_eq!(sanitise("\x1b[2J\x1b[6n\x1bc"), "␛[2J␛[6n␛c");
    assert_eq!(sanitise("\x1bP"), "␛P");
    assert_eq!(sanitise_with("\x1b]52;c\x07", ASCII), "^[]52;c^G");
}

#[test]
fn a04_c1_controls_and_del_are_visible() {
    assert_eq!(sanitise("\u{9b}2J\u{9d}\u{90}\u{9f}\x7f"), "⟨U+009B⟩2J⟨U+009D⟩⟨U+0090⟩⟨U+009F⟩␡");
    assert_eq!(sanitise_with("\x7f\u{9b}", ASCII), "^?<U+009B>");
}

#[test]
fn a06_bidi_controls_cannot_masquerade() {
    assert_eq!(sanitise("safe/\u{202e}exe"), "safe/⟨U+202E⟩exe");
    for c in "\u{202a}\u{202b}\u{202c}\u{202d}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}".chars()
    {
        assert_eq!(sanitise(&format!("a{c}b")), format!("a⟨U+{:04X}⟩b", u32::from(c)));
    }
}

#[test]
fn a07_topics_that_differ_only_in_invisible_characters_look_different() {
    for c in "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\u{3164}\u{fe0f}\u{fe01}\u{e0041}\u{e0100}\u{34f}"
        .chars()
    {
        let topic = format!("home/lig{c}ht");
        assert_ne!(sanitise(&topic), "home/light", "U+{:04X}", u32::from(c));
        assert!(sanitise(&topic).contains('⟨'));
    }
    assert_eq!(sanitise("1\u{fe0f}"), "1⟨U+FE0F⟩", "a selector that selects nothing");
    assert_eq!(sanitise("a\u{200d}👍"), "a⟨U+200D⟩👍", "a joiner that joins nothing");
    assert_eq!(sanitise("\u{e000}\u{fffe}"), "⟨U+E000⟩⟨U+FFFE⟩");
}

#[test]
fn a08_invalid_utf8_is_shown_byte_by_byte() {
    assert_eq!(sanitise_bytes(b"a\xff\xc3(\x1b", Style::LINE), "a⟨xFF⟩⟨xC3⟩(␛");
    assert_eq!(sanitise_bytes(b"\xe2\x82", ASCII), "<xE2><x82>");
    assert!(matches!(sanitise_bytes("grün".as_bytes(), Style::LINE), Cow::Borrowed(_)));
}

#[test]
fn a09_a10_controls_within_text() {
    assert_eq!(sanitise("a\0b\tc\r\nd\x0b\x0c"), "a␀b␉c␍␊d␋␌");
    assert_eq!(sanitise_with("a\tbc\t|\t", Style::VIEW), "a   bc  |   ");
    assert_eq!(sanitise_with("名\t|", Style::VIEW), "名  |", "a tab stop counts columns, not characters");
    assert_eq!(sanitise_with("\t", Style { ascii: false, tab: 1 }), " ");
}

#[test]
fn a11_ten_thousand_marks_take_a_few_cells() {
    let zalgo = format!("x{}y", "\u{301}".repeat(10_000));
    let shown = sanitise(&zalgo);
    assert!(shown.starts_with("x\u{301}\u{301}\u{301}\u{301}⟨+"), "{shown}");
    assert!(shown.ends_with("⟩y") && shown.len() < 1000, "{}", shown.len());
    let counted: usize =
        shown.split("⟨+").skip(1).filter_map(|part| part.split(' ').next()?.parse::<usize>().ok()).sum();
    assert_eq!(counted, 9_996, "every mark is shown or counted");
    assert_eq!(sanitise("\u{301}a"), "⟨U+0301⟩a", "a mark without a base would vanish");
}

#[test]
fn a11_clusters_cannot_grow_over_their_neighbours() {
    assert_eq!(sanitise("👩\u{200d}🚀"), "👩⟨U+200D⟩🚀", "terminals disagree on the width of joined emoji");
    let jamo = "\u{1100}".repeat(100);
    let widest = pieces(&jamo, Style::LINE).map(|piece| piece.width()).max();
    assert!(widest <= Some(2 * MAX_BASES), "{widest:?}");
}

#[test]
fn a11_simple_characters_are_as_wide_as_drawn_and_stay_apart() {
    for c in (' '..='\u{ffff}').filter(|c| is_simple(*c)) {
        let pair = format!("{c}{c}");
        assert_eq!(width(&pair), drawn_width(&pair), "U+{:04X}", u32::from(c));
        assert_eq!(pair.graphemes(true).count(), 2, "U+{:04X}", u32::from(c));
    }
}

#[test]
fn ascii_style_is_ascii() {
    assert_eq!(sanitise_with("grün \u{202e}", ASCII), "gr<U+00FC>n <U+202E>");
    assert_eq!(fit("abcdef", 4, ASCII).0, "abc~");
}

#[test]
fn text_is_cut_at_clusters_with_an_ellipsis() {
    for (text, columns, expected, cut) in [
        ("abc", 3, "abc", false),
        ("abcd", 3, "ab…", true),
        ("abcd", 1, "…", true),
        ("abcd", 0, "", true),
        ("", 0, "", false),
        ("名前名前", 5, "名前…", true),
        ("名前名前", 4, "名…", true),
        ("名前", 4, "名前", false),
        ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…", true),
        ("\x1b[2J", 3, "␛[…", true),
        ("ab\u{202e}", 5, "ab⟨U…", true),
    ] {
        let (shown, was_cut) = fit(text, columns, Style::LINE);
        assert_eq!((&*shown, was_cut), (expected, cut), "{text:?} in {columns}");
    }
    assert_eq!(fit_left("home/kitchen", 8, Style::LINE).0, "…kitchen");
    assert_eq!(fit_left("名前名前", 4, Style::LINE).0, "…前");
    assert_eq!(fit_left("ab", 0, Style::LINE).0, "");
    assert_eq!(fit_left("ab", 2, Style::LINE), (Cow::Borrowed("ab"), false));
}

/// Text with much of what is troublesome.
fn troublesome() -> impl Strategy<Value = String> {
    let characters = prop_oneof![
        any::<char>(),
        proptest::char::range(' ', '~'),
        proptest::char::range('\0', '\u{2ff}'),
        proptest::char::range('\u{300}', '\u{36f}'),
        proptest::char::range('\u{900}', '\u{d7f}'),
        proptest::char::range('\u{1100}', '\u{11ff}'),
        proptest::char::range('\u{2000}', '\u{206f}'),
        proptest::char::range('\u{fe00}', '\u{ffff}'),
        proptest::char::range('\u{1f1e6}', '\u{1f6ff}'),
        proptest::sample::select(vec![
            '\u{200d}',
            '\u{fe0f}',
            '👩',
            '❤',
            '\u{20e3}',
            '1',
            '\u{1f3fd}',
            '\t',
            '\u{e0067}'
        ]),
    ];
    proptest::collection::vec(characters, 0..40).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn a05_nothing_hostile_comes_out(text in troublesome()) {
        let shown = sanitise(&text);
        prop_assert!(!shown.chars().any(is_hostile), "{shown:?}");
        prop_assert!(!shown.contains('\u{200d}'), "{shown:?}");
        prop_assert!(sanitise_with(&text, ASCII).bytes().all(|b| (0x20..0x7f).contains(&b)));
    }

    #[test]
    fn what_comes_out_is_clean_and_stays_the_same(text in troublesome()) {
        let once = sanitise(&text).into_owned();
        prop_assert!(is_clean(&once), "{once:?}");
        prop_assert_eq!(&sanitise(&once), &once);
        prop_assert_eq!(is_clean(&text), once == text);
    }

    #[test]
    fn a11_widths_are_those_of_the_screen(text in troublesome()) {
        let shown = sanitise(&text);
        prop_assert_eq!(width(&shown), drawn_width(&shown));
        let sum: usize = pieces(&text, Style::LINE).map(|piece| piece.width()).sum();
        prop_assert_eq!(sum, width(&shown), "{:?}", shown);
        prop_assert!(pieces(&text, Style::LINE).all(|piece| piece.width() > 0), "{:?} vanishes", text);
    }

    #[test]
    fn cut_text_fits(text in troublesome(), columns in 0_usize..30) {
        let whole = sanitise(&text);
        for (shown, cut) in [fit(&text, columns, Style::LINE), fit_left(&text, columns, Style::LINE)] {
            prop_assert!(width(&shown) <= columns, "{shown:?}");
            prop_assert_eq!(cut, width(&whole) > columns);
            prop_assert!(cut || shown == whole);
        }
    }

    #[test]
    fn bytes_never_panic(bytes: Vec<u8>) {
        prop_assert!(is_clean(&sanitise_bytes(&bytes, Style::LINE)));
        prop_assert!(sanitise_bytes(&bytes, ASCII).is_ascii());
    }
}
