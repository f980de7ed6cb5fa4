use proptest::prelude::*;

use super::*;
use crate::payload::Role;

fn lines(text: &str) -> Vec<String> {
    let document = pretty(text).expect(text);
    (0..document.lines()).map(|n| document.line(n).to_owned()).collect()
}

fn fault(text: &str) -> String {
    pretty(text).expect_err("a fault").to_string()
}

/// Roles and parts of each line, blanks left out.
fn roles(text: &str) -> Vec<Vec<(Role, String)>> {
    let document = pretty(text).expect(text);
    let line = |n| {
        let parts = document.tokens(n).map(|(role, part)| (role, part.to_owned()));
        parts.filter(|(role, _)| *role != Role::Plain).collect()
    };
    (0..document.lines()).map(line).collect()
}

#[test]
fn tags_stand_on_lines_of_their_own() {
    let text = "<?xml version='1.0'?><!DOCTYPE m [<!ENTITY a \"b\">]><m id=\"7\">  <!-- now --><r u='W'>-1 </r>\r\n<e/><g><e /></g></m>\n";
    assert_eq!(
        lines(text),
        [
            "<?xml version='1.0'?>",
            "<!DOCTYPE m [<!ENTITY a \"b\">]>",
            "<m id=\"7\">",
            "  <!-- now -->",
            "  <r u='W'>-1 </r>",
            "  <e/>",
            "  <g>",
            "    <e />",
            "  </g>",
            "</m>",
        ]
    );
    assert_eq!(lines("<a/>"), ["<a/>"]);
    assert_eq!(lines("\u{feff}<a><b/></a>"), ["\u{feff}<a>", "  <b/>", "</a>"]);
}

#[test]
fn where_whitespace_may_count_nothing_is_changed() {
    for kept in [
        "<p>some <b>bold <i> </i></b>\n text</p>",
        "<p> &amp; <b/></p>",
        "<p><b/><![CDATA[ ]]></p>",
        "<p>  </p>",
        "<p xml:space=\"preserve\"> <b/> <c/></p>",
        "<p\n a='1'\n/>",
        "<p>\u{a0}<b/></p>",
        "<p>\u{c}<b/></p>",
    ] {
        assert_eq!(pretty(kept).expect(kept).as_str(), kept);
        assert_eq!(pretty(&format!("<m>{kept}</m>")).expect(kept).as_str(), format!("<m>\n  {kept}\n</m>"));
    }
}

#[test]
fn parts_have_roles() {
    use Role::{Boolean, Comment, Key, Number, Punctuation, String};
    let found = roles("<m id=\"7>\"><r u='W'>-1.5</r><s>on &amp; off</s><t>true</t><!--x--></m>");
    let of = |line: usize| found[line].iter().map(|(role, part)| (*role, part.as_str())).collect::<Vec<_>>();
    assert_eq!(
        of(0),
        [
            (Punctuation, "<"),
            (Key, "m"),
            (Key, "id"),
            (Punctuation, "="),
            (String, "\"7>\""),
            (Punctuation, ">")
        ]
    );
    assert_eq!(of(1)[6], (Number, "-1.5"));
    assert_eq!(of(1)[7..], [(Punctuation, "</"), (Key, "r"), (Punctuation, ">")]);
    assert_eq!(of(2)[3], (String, "on &amp; off"));
    assert_eq!(of(3)[3], (Boolean, "true"));
    assert_eq!(of(4), [(Comment, "<!--"), (Comment, "x-->")]);
}

#[test]
fn a_line_within_something_goes_on_as_that() {
    use Role::{Comment, Key, Punctuation, String};
    let text = "<!DOCTYPE m [\n<!ENTITY a '1'>\n]><m>\n<!-- <a>\n<b> -->\n<c d='1\n2'\ne='3'/><![CDATA[<x>\n<y>]]></m>";
    let found = roles(text);
    let first = |line: usize| found[line].first().map(|(role, part)| (*role, part.as_str()));
    assert_eq!(first(1), Some((Comment, "<!ENTITY a '1'>")));
    assert_eq!(first(2), Some((Comment, "]>")), "the root begins on a line of its own");
    // Text stands beside the tags, so all of it is as sent.
    assert_eq!(first(5), Some((Comment, "<b> -->")));
    assert_eq!(found[6][2..], [(Key, "d".into()), (Punctuation, "=".into()), (String, "'1".into())]);
    assert_eq!(first(7), Some((String, "2'")));
    assert_eq!(first(8), Some((Key, "e")));
    assert_eq!(
        found[9],
        [
            (String, "<y>".into()),
            (Punctuation, "]]>".into()),
            (Punctuation, "</".into()),
            (Key, "m".into()),
            (Punctuation, ">".into())
        ]
    );
}

#[test]
fn each_node_is_known_by_its_line() {
    let text = "<?xml version='1.0'?><m a='1'><!-- one\ntwo --><b>3</b><c\n d='4'/></m>";
    let structure = Structure::of_xml(text).expect("XML");
    let lines = XmlLines::of(&structure);
    assert_eq!(lines.count(), pretty(text).expect("XML").lines());
    for (path, line) in
        [("/m", 1), ("/m/@a", 1), ("/m/comment()", 2), ("/m/b/text()", 4), ("/m/c", 5), ("/m/c/@d", 6)]
    {
        let node = structure.at_xpath(path).expect(path).expect(path);
        assert_eq!(lines.line_of(node), line, "{path}");
    }
}

#[test]
fn b09_what_is_too_deep_or_too_wide_is_said() {
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    assert_eq!(fault(&deep), "nested deeper than 512 levels at line 1 column 1534");
    let wide = format!("{}{}{}", "<a>".repeat(510), "<b/>".repeat(100_000), "</a>".repeat(510));
    assert!(fault(&wide).contains("more than 8 times as long"), "{}", fault(&wide));
    assert!(pretty(&wide).expect_err("too wide").is_limit());
    assert!(fault("<a><b></a>").contains('b'));
    assert!(!pretty("<a><b></a>").expect_err("no XML").is_limit());
}

#[test]
fn b09_five_megabytes_on_one_line_are_laid_out() {
    let item = "<reading unit='kWh' obis=\"1-0:1.8.0\">18432.71</reading>";
    let many = format!("<m>{}</m>", item.repeat(5_000_000 / item.len()));
    let document = pretty(&many).expect("XML");
    assert_eq!(document.lines(), 2 + 5_000_000 / item.len());
    let long = format!("<m><t>{}</t></m>", "x".repeat(5_000_000));
    let document = pretty(&long).expect("XML");
    assert_eq!(document.tokens(1).map(|(_, part)| part.len()).max(), Some(5_000_000));
}

/// XML with everything that may stand in it, and whitespace anywhere.
fn any_xml() -> impl Strategy<Value = String> {
    let blank = prop_oneof![Just(""), Just(" "), Just("\n  "), Just("\r\n\t")];
    let text = prop_oneof![
        Just("&#32;".to_owned()),
        Just("<![CDATA[ <a>\n ]]>".to_owned()),
        "[a-z0-9é\u{a0} \n]{1,9}",
        Just("&lt; ]] &amp;".to_owned()),
    ];
    let attributes = prop_oneof![
        Just(""),
        Just(" a = '1 > 0'"),
        Just("\n b=\"it's\n\"  c=''"),
        Just(" xml:space='preserve'"),
    ];
    let other =
        prop_oneof![Just("<!-- a\n  <b> -->"), Just("<?go on\n?>"), Just("<e/>"), Just("<f g='h' />")];
    let leaf = prop_oneof![3 => other.prop_map(str::to_owned), 1 => text];
    let element = leaf.prop_recursive(5, 40, 5, move |inner| {
        let children = prop::collection::vec((blank.clone(), inner), 0..5);
        (attributes.clone(), children, blank.clone()).prop_map(|(attributes, children, last)| {
            let children: String =
                children.into_iter().flat_map(|(blank, child)| [blank.to_owned(), child]).collect();
            format!("<n{attributes}>{children}{last}</n >")
        })
    });
    let before = prop_oneof![
        Just(""),
        Just("<?xml version='1.0'?>\n<!-- x -->"),
        Just("\u{feff}"),
        Just(" <!DOCTYPE r [\n<!ENTITY a 'b'>]>")
    ];
    (before, element).prop_map(|(before, element)| format!("{before}<r>{element}</r>\n"))
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|letter| !WHITESPACE.contains(letter)).collect()
}

/// What must be found again as it was sent: texts, values of attributes, comments, and whole elements that hold text.
fn said(structure: &Structure) -> Vec<(NodeKind, String)> {
    let says = |node: &NodeId| match structure.kind(*node) {
        NodeKind::Document => false,
        NodeKind::Element => structure.children(*node).any(|child| structure.kind(child) == NodeKind::Text),
        _ => true,
    };
    let value = |node: NodeId| (structure.kind(node), structure.value(node).to_owned());
    structure.nodes().filter(says).map(value).collect()
}

proptest! {
    #[test]
    fn nothing_but_whitespace_between_tags_changes(text in any_xml()) {
        let document = pretty(&text).expect("XML");
        prop_assert_eq!(without_blanks(document.as_str()), without_blanks(&text));
        let (sent, laid_out) = (Structure::of_xml(text.as_str()).expect("XML"), Structure::of_xml(document.as_str()).expect("XML"));
        prop_assert_eq!(said(&sent), said(&laid_out));
        prop_assert_eq!(sent.len(), laid_out.len());
        let again = pretty(document.as_str()).expect("XML");
        prop_assert_eq!(again.as_str(), document.as_str(), "laid out twice");
        prop_assert_eq!(XmlLines::of(&sent).count(), document.lines());
    }

    #[test]
    fn the_parts_of_a_line_are_the_line(text in any_xml()) {
        let document = pretty(&text).expect("XML");
        for n in 0..document.lines() {
            prop_assert_eq!(document.tokens(n).map(|(_, part)| part).collect::<String>(), document.line(n));
        }
    }

    #[test]
    fn b09_no_text_panics(text in r#"\x{feff}{0,2}[<>/a&;"'=!\[\]\-?{},: \né#]{0,60}"#) {
        if let Ok(document) = pretty(&text) {
            prop_assert_eq!(without_blanks(document.as_str()), without_blanks(&text));
        }
        for inside in [Inside::Content, Inside::Name, Inside::Tag, Inside::Value(b'"'), Inside::CData, Inside::Declaration(1)] {
            let (mut at, mut inside, line) = (0, inside, text.replace('\n', " "));
            while at < line.len() {
                at += part(&line[at..], &mut inside).1;
            }
        }
    }
}
