use proptest::prelude::*;

use super::*;
use crate::payload::{pretty, sanitise::sanitise_with};

const VIEW: Style = Style::VIEW;

fn shown(rows: &[Row<'_>]) -> Vec<String> {
    rows.iter().map(Row::text).collect()
}

fn at(line: usize, row: usize) -> Position {
    Position { line, row }
}

#[test]
fn lines_wrap_at_the_width() {
    let document = Document::text("abcdefgh\n\n名前名前\nxy".to_owned());
    let all = rows(&document, at(0, 0), 3, 20, VIEW, &[]);
    assert_eq!(shown(&all), ["abc", "def", "gh", "", "名", "前", "名", "前", "xy"]);
    let places: Vec<_> = all.iter().map(|row| row.at).collect();
    assert_eq!(places[2..5], [at(0, 2), at(1, 0), at(2, 0)]);
    assert_eq!(shown(&rows(&document, at(0, 1), 3, 3, VIEW, &[])), ["def", "gh", ""]);
    assert_eq!(shown(&rows(&document, at(2, 2), 3, 2, VIEW, &[])), ["名", "前"]);
    assert!(rows(&document, at(9, 0), 3, 3, VIEW, &[]).is_empty());
    assert!(rows(&document, at(0, 0), 3, 0, VIEW, &[]).is_empty());
}

#[test]
fn the_index_knows_where_each_row_is() {
    let document = Document::text("abcdefgh\n\nxyz1".to_owned());
    let index = WrapIndex::of(&document, 3, VIEW);
    assert_eq!(index.rows(), 6);
    let places: Vec<_> = (0..6).map(|row| index.position(row)).collect();
    assert_eq!(places, [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(2, 0), at(2, 1)]);
    assert_eq!(index.position(500), at(2, 1), "past the end stands the last row");
    assert_eq!((index.row(0), index.row(2), index.row(9)), (0, 4, 6));
    assert!(index.is_for(3, VIEW) && !index.is_for(4, VIEW) && !index.is_for(3, Style::LINE));
}

#[test]
fn what_was_found_is_lit_wherever_it_is_drawn() {
    let document = Document::text("ab\u{202e}名cd\nabcd".to_owned());
    let lit =
        [Match { line: 0, range: 1..8 }, Match { line: 1, range: 0..2 }, Match { line: 1, range: 3..4 }];
    let marked = |row: &Row<'_>| -> String {
        let span =
            |span: &Span<'_>| if span.lit { format!("[{}]", span.text) } else { span.text.to_string() };
        row.spans.iter().map(span).collect()
    };
    let sliced: Vec<String> = slice(&document, 0, 0, 40, 9, VIEW, &lit).iter().map(marked).collect();
    assert_eq!(sliced, ["a[b][⟨U+202E⟩][名]cd", "[ab]c[d]"]);
    let wrapped: Vec<String> = rows(&document, at(1, 0), 3, 9, VIEW, &lit).iter().map(marked).collect();
    assert_eq!(wrapped, ["[ab]c", "[d]"]);
    assert_eq!(column_of(&document, 0, 5, VIEW), 10);
    assert_eq!(column_of(&document, 1, 3, VIEW), 3);
    assert_eq!(row_of(&document, 1, 3, 3, VIEW), 1);
    assert_eq!(row_of(&document, 1, 2, 3, VIEW), 0);
}

#[test]
fn unwrapped_rows_scroll_sideways() {
    let document = Document::text("abcdef\n名前\na\tb\n".to_owned());
    let sliced = |from, width| shown(&slice(&document, 0, from, width, 9, VIEW, &[]));
    assert_eq!(sliced(0, 4), ["abcd", "名前", "a   ", ""]);
    assert_eq!(sliced(1, 4), ["bcde", " 前", "   b", ""]);
    assert_eq!(sliced(5, 4), ["f", "", "", ""]);
    assert_eq!(sliced(usize::MAX, 4), ["", "", "", ""]);
    let cut: Vec<_> = slice(&document, 0, 1, 4, 9, VIEW, &[]).iter().map(|row| row.cut).collect();
    assert_eq!(cut, [true, false, false, false]);
    assert_eq!(slice(&document, 2, 0, 4, 1, VIEW, &[]).len(), 1);
    let hostile = Document::text("a\u{202e}b".to_owned());
    assert_eq!(shown(&slice(&hostile, 0, 3, 4, 1, VIEW, &[])), ["+202"]);
}

#[test]
fn rows_of_json_have_roles() {
    let document = pretty(r#"{"key":"a long string","n":12}"#).expect("valid");
    let all = rows(&document, at(0, 0), 10, 20, VIEW, &[]);
    assert_eq!(shown(&all), ["{", "  \"key\": \"", "a long str", "ing\",", "  \"n\": 12", "}"]);
    assert_eq!(all[2].spans.len(), 1);
    assert_eq!(all[2].spans[0].role, Role::String);
    let roles: Vec<_> = all[4].spans.iter().map(|span| span.role).collect();
    assert_eq!(roles, [Role::Plain, Role::Key, Role::Punctuation, Role::Plain, Role::Number]);
}

#[test]
fn a01_a06_placeholders_are_apart_and_split_only_when_they_must() {
    let document = Document::text("ab\u{202e}cd\x1b".to_owned());
    let wide = rows(&document, at(0, 0), 40, 9, VIEW, &[]);
    let marks: Vec<_> = wide[0].spans.iter().map(|span| (&*span.text, span.placeholder)).collect();
    assert_eq!(marks, [("ab", false), ("⟨U+202E⟩", true), ("cd", false), ("␛", true)]);
    assert_eq!(shown(&rows(&document, at(0, 0), 9, 9, VIEW, &[])), ["ab", "⟨U+202E⟩c", "d␛"]);
    assert_eq!(shown(&rows(&document, at(0, 0), 5, 9, VIEW, &[])), ["ab⟨U+", "202E⟩", "cd␛"]);
}

#[test]
fn b09_a_line_of_5_mb_is_laid_out_where_it_is_seen() {
    let text = format!("{{\"a\":\"{}\"}}", "x".repeat(5_000_000));
    let document = pretty(&text).expect("valid");
    let far = slice(&document, 1, 4_000_000, 80, 1, VIEW, &[]);
    assert_eq!((far[0].width(), far[0].cut, far[0].spans[0].role), (80, true, Role::String));
    let wrapped = rows(&document, at(1, 60_000), 80, 24, VIEW, &[]);
    assert_eq!(wrapped.len(), 24);
    assert!(wrapped.iter().all(|row| row.width() == 80));
    assert_eq!(wrapped[23].at, at(1, 60_023));
}

proptest! {
    #[test]
    fn wrapped_rows_hold_the_whole_text_and_fit(
        lines in proptest::collection::vec("(\\PC|[a-z \u{301}\u{200b}名\t\u{1b}]){0,30}", 1..6),
        width in 2_usize..12,
    ) {
        let style = Style { tab: 2, ..Style::VIEW };
        let document = Document::text(lines.join("\n"));
        let all = rows(&document, Position::default(), width, 1_000, style, &[]);
        let mut counted = 0;
        for n in 0..document.lines() {
            let of_line: Vec<_> = all.iter().filter(|row| row.at.line == n).collect();
            prop_assert_eq!(of_line.len(), row_count(&document, n, width, style));
            let text: String = of_line.iter().map(|row| row.text()).collect();
            prop_assert_eq!(&text, &*sanitise_with(document.line(n), style));
            counted += of_line.len();
        }
        prop_assert_eq!(counted, all.len());
        // A cluster of a complex script may be wider than a very narrow pane; then it has a row of its own.
        prop_assert!(all.iter().all(|row| row.width() <= width || row.text().graphemes(true).count() == 1));
        let counted = WrapIndex::of(&document, width, style);
        for (index, row) in all.iter().enumerate() {
            prop_assert_eq!(counted.position(index), row.at);
            let window = rows(&document, row.at, width, 3, style, &[]);
            prop_assert_eq!(&window[..], &all[index..all.len().min(index + 3)]);
        }
    }

    #[test]
    fn a_slice_is_a_window_on_the_line(text in "[a-z名é\u{1b}\u{202e}]{0,40}", from in 0_usize..50, columns in 0_usize..20) {
        let document = Document::text(text);
        let whole = slice(&document, 0, 0, 10_000, 1, VIEW, &[]).remove(0);
        let part = slice(&document, 0, from, columns, 1, VIEW, &[]).remove(0);
        prop_assert!(part.width() <= columns);
        prop_assert_eq!(part.cut, whole.width() > from.saturating_add(columns));
        let text = part.text();
        prop_assert!(whole.text().contains(text.trim_start()));
    }
}
