use proptest::prelude::*;

use super::*;

fn json(text: &str) -> Structure {
    Structure::of_json(text).expect(text)
}

fn xml(text: &str) -> Structure {
    Structure::of_xml(text).expect(text)
}

fn at(structure: &Structure, pointer: &str) -> NodeId {
    structure.at_pointer(pointer).expect(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"))
}

const LIGHTS: &str =
    r#" {"lights": [{"on": true, "odd key": 1.50}, {}], "a/b": "x\ty", "n~": null, "": [], "if": 1} "#;

#[test]
fn nodes_keep_order_and_text() {
    let structure = json(LIGHTS);
    let root = structure.root();
    assert_eq!(structure.kind(root), NodeKind::Object);
    assert_eq!(structure.value(root), LIGHTS.trim());
    let names: Vec<Name<'_>> = structure.children(root).map(|id| structure.name(id)).collect();
    assert_eq!(names[..3], [Name::Key("\"lights\""), Name::Key("\"a/b\""), Name::Key("\"n~\"")]);
    assert_eq!((structure.child_count(root), structure.size(root), structure.len()), (5, 10, 10));
    let number = at(&structure, "/lights/0/odd key");
    assert_eq!((structure.value(number), structure.depth(number)), ("1.50", 3));
    assert_eq!(structure.plain_value(at(&structure, "/a~1b")), "x\ty");
    assert!(json("7").is_empty().eq(&false) && json("7").children(NodeId(0)).next().is_none());
}

#[test]
fn nodes_have_pointers_and_jq_paths() {
    let structure = json(LIGHTS);
    for (pointer, jq) in [
        ("", "."),
        ("/lights/0/odd key", r#".lights[0]."odd key""#),
        ("/lights/1", ".lights[1]"),
        ("/a~1b", r#"."a/b""#),
        ("/n~0", r#"."n~""#),
        ("/", r#"."""#),
        ("/if", r#"."if""#),
    ] {
        let id = at(&structure, pointer);
        assert_eq!(structure.pointer_of(id), pointer);
        assert_eq!(structure.jq_of(id), jq);
    }
    assert_eq!(json("[[1]]").jq_of(NodeId(2)), ".[0][0]");
    assert_eq!(structure.at_pointer("/lights/2"), Ok(None));
    assert_eq!(structure.at_pointer("/lights/00"), Ok(None), "no leading zeros");
    assert_eq!(structure.at_pointer("/lights/-1"), Ok(None));
    assert_eq!(structure.at_pointer("/a~1b/x"), Ok(None));
    let fault = structure.at_pointer("/ok/a~b").expect_err("bad escape").to_string();
    assert_eq!(fault, "'~' in a JSON pointer is written '~0' at column 4");
    assert!(structure.at_pointer("lights").is_err());
}

#[test]
fn a_key_that_occurs_twice_is_addressed_by_its_place() {
    let structure = json(r#"{"a":1,"b":0,"a":2,"\u0061":{"c":3}}"#);
    assert_eq!(structure.value(at(&structure, "/a")), "1");
    assert_eq!(structure.value(at(&structure, "/a~#2")), "2");
    let third = at(&structure, "/a~#3/c");
    assert_eq!(structure.pointer_of(third), "/a~#3/c");
    assert!(structure.at_pointer("/a~#1").is_err() && structure.at_pointer("/a~#x").is_err());
}

#[test]
fn faults_are_those_of_the_reader() {
    assert_eq!(
        Structure::of_json("{\n \"a\": }").expect_err("fault").to_string(),
        "expected a value at line 2 column 7"
    );
    let deep = "[".repeat(100_000);
    assert!(Structure::of_json(deep).expect_err("too deep").to_string().contains("512"));
}

#[test]
fn rows_show_what_is_open() {
    let structure = json(r#"{"a":{"b":1,"c":[2,3]},"d":4}"#);
    let shown = |open: &Open| -> Vec<String> {
        structure.rows(open, 0, 99).into_iter().map(|id| structure.pointer_of(id)).collect()
    };
    let mut open = Open::none();
    assert_eq!(shown(&open), [""]);
    open.set(structure.root(), true);
    assert_eq!(shown(&open), ["", "/a", "/d"]);
    open.reveal(&structure, at(&structure, "/a/c/1"));
    assert_eq!(shown(&open), ["", "/a", "/a/b", "/a/c", "/a/c/0", "/a/c/1", "/d"]);
    assert_eq!(structure.row_of(&open, at(&structure, "/d")), 6);
    open.toggle(at(&structure, "/a"));
    assert_eq!(shown(&open), ["", "/a", "/d"]);
    assert_eq!(structure.row_of(&open, at(&structure, "/a/c/0")), 1, "hidden in /a");
    open.set_all(&structure, structure.root(), false);
    assert_eq!(shown(&open), [""]);
    assert_eq!(structure.row_count(&Open::to_depth(&structure, 2)), 5);
}

const METER: &str = "<?xml version='1.0'?>\n<meter id=\"7\">\n <!-- now -->\n <reading unit='kWh'>1&amp;2 <![CDATA[<3>]]></reading>\n <reading/>\n tail\n</meter>\n";

#[test]
fn xml_has_elements_attributes_and_text() {
    let structure = xml(METER);
    for (path, value) in [
        ("/meter/@id", "7"),
        ("/meter/reading/@unit", "kWh"),
        ("/meter/reading[1]/text()", "1&2 <3>"),
        ("/meter/text()", "tail"),
    ] {
        let id = structure.at_xpath(path).expect(path).expect(path);
        assert_eq!(structure.plain_value(id), value, "{path}");
    }
    let second = structure.at_xpath("/meter/reading[2]").expect("path").expect("there");
    assert_eq!(
        (structure.value(second), structure.xpath_of(second)),
        ("<reading/>", "/meter/reading[2]".to_owned())
    );
    assert_eq!(structure.at_xpath("/meter/reading[3]"), Ok(None));
    assert_eq!(structure.at_xpath("/"), Ok(Some(structure.root())));
    for wrong in ["meter", "/meter//reading", "/meter/reading[0]", "/meter/reading[@unit='kWh']", "/*"] {
        assert!(structure.at_xpath(wrong).is_err(), "{wrong}");
    }
    for id in structure.nodes() {
        assert_eq!(structure.at_xpath(&structure.xpath_of(id)), Ok(Some(id)));
    }
    let marked = xml("\u{feff}<a b='1'>x</a>");
    let text = marked.at_xpath("/a/text()").expect("path").expect("there");
    assert_eq!(marked.value(text), "x", "after a byte order mark");
}

#[test]
fn what_is_no_xml_is_told_with_its_place() {
    for (text, told) in [
        ("<a>\n<b></a>", "line 2"),
        ("<a>", "ends before </a> at line 1 column 4"),
        ("<a/><b/>", "a second element beside the root at line 1 column 5"),
        ("", "no element"),
        ("<a/>x", "text outside of the root element"),
        ("<a b=1/>", "name=\"value\""),
        ("<a b/-c=\"1\"/>", "name=\"value\""),
        ("<a>< b=\"1\"/></a>", "no name after '<' at line 1 column 4"),
        ("<ab=\"1\" c=\"2\"/>", "no name"),
    ] {
        let fault = Structure::of_xml(text).expect_err(text).to_string();
        assert!(fault.contains(told), "{text}: {fault}");
    }
    assert!(Structure::of_xml("<a>".repeat(100_000)).expect_err("deep").to_string().contains("512"));
}

#[test]
fn entities_that_breed_are_shown_as_written() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;&c;</a>";
    let structure = xml(bomb);
    let text = structure.at_xpath("/a/text()").expect("path").expect("there");
    assert_eq!(structure.plain_value(text), "&c;&c;");
}

/// JSON texts with odd keys, duplicates and nesting.
fn any_json() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("a".to_owned()),
        Just("~".to_owned()),
        Just("a/b".to_owned()),
        Just("~#2".to_owned()),
        Just(String::new()),
        Just("0".to_owned()),
        any::<String>(),
    ];
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<String>().prop_map(|s| json::quote(&s)),
    ];
    scalar.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[ {}]", items.join(" , "))),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| {
                let pairs: Vec<String> =
                    pairs.iter().map(|(k, v)| format!("{} :{v}", json::quote(k))).collect();
                format!("{{{}\n}}", pairs.join(","))
            }),
        ]
    })
}

/// The text put together again from the nodes, without the whitespace between.
fn rebuilt(structure: &Structure, id: NodeId) -> String {
    let below =
        |id| structure.children(id).map(|below| rebuilt(structure, below)).collect::<Vec<_>>().join(",");
    let name = match structure.name(id) {
        Name::Key(key) => format!("{key}:"),
        _ => String::new(),
    };
    match structure.kind(id) {
        NodeKind::Object => format!("{name}{{{}}}", below(id)),
        NodeKind::Array => format!("{name}[{}]", below(id)),
        _ => format!("{name}{}", structure.value(id)),
    }
}

proptest! {
    #[test]
    fn every_node_is_found_by_its_pointer(text in any_json()) {
        let structure = json(&text);
        for id in structure.nodes() {
            let pointer = structure.pointer_of(id);
            prop_assert_eq!(structure.at_pointer(&pointer), Ok(Some(id)), "{}", pointer);
        }
    }

    #[test]
    fn the_nodes_together_are_the_text(text in any_json()) {
        let structure = json(&text);
        let again = rebuilt(&structure, structure.root());
        prop_assert_eq!(crate::payload::pretty(&again), crate::payload::pretty(&text));
    }

    #[test]
    fn rows_go_forth_and_back(text in any_json(), opened in prop::collection::vec(any::<bool>(), 60)) {
        let structure = json(&text);
        let mut open = Open::none();
        for (id, is_open) in structure.nodes().zip(opened) {
            open.set(id, is_open && structure.kind(id).is_container());
        }
        let rows = structure.rows(&open, 0, usize::MAX);
        prop_assert_eq!(rows.len(), structure.row_count(&open));
        for pair in rows.windows(2) {
            prop_assert_eq!(structure.next_row(&open, pair[0]), Some(pair[1]));
            prop_assert_eq!(structure.previous_row(&open, pair[1]), Some(pair[0]));
        }
        let visible = |id: NodeId| {
            std::iter::successors(structure.parent(id), |at| structure.parent(*at)).all(|above| open.is_open(above))
        };
        let expected: Vec<NodeId> = structure.nodes().filter(|id| visible(*id)).collect();
        prop_assert_eq!(&rows, &expected);
        for (place, id) in rows.iter().enumerate() {
            prop_assert_eq!(structure.row_of(&open, *id), place);
            prop_assert_eq!(structure.rows(&open, place, 2), rows[place..rows.len().min(place + 2)].to_vec());
        }
    }

    #[test]
    fn b09_no_text_panics(text in r#"\x{feff}{0,2}[<>/a&;"'=!\[\]\-?{},: \né#]{0,60}"#) {
        if let Ok(structure) = Structure::of_xml(text.as_str()) {
            for id in structure.nodes() {
                prop_assert_eq!(structure.at_xpath(&structure.xpath_of(id)), Ok(Some(id)));
                let _ = structure.plain_value(id);
            }
        }
        let _ = Structure::of_json(text.as_str());
        let _ = xml_text(&text);
    }
}
