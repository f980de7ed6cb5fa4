use proptest::prelude::*;

use super::*;
use crate::payload::structure::Structure;

fn field(text: &str) -> Field {
    Field::parse(text).expect(text)
}

#[test]
fn fields_are_typed_in_many_ways() {
    for (typed, shown) in [
        ("", "value"),
        (".", "value"),
        ("value", "value"),
        ("size", "size"),
        ("gap", "gap"),
        ("/lights/0/on", "/lights/0/on"),
        (".lights[0].on", "/lights/0/on"),
        (".[2]", "/2"),
        (r#"."a/b"[1]["c d"]"#, "/a~1b/1/c d"),
        ("temperature", "/temperature"),
        ("[3]", "[3]"),
        ("xpath:/meter/@id", "xpath:/meter/@id"),
        (".battery-level", "/battery-level"),
    ] {
        let read = field(typed);
        assert_eq!(read.to_string(), shown, "{typed}");
        assert_eq!(field(shown), read, "{typed}");
    }
    for (wrong, told) in [
        (".a | length", "at column 3"),
        (".a.", "at column 3"),
        ("[x]", "at column 2"),
        ("/a~x", "'~0' at column 1"),
        ("xpath:a", "an XPath begins with '/' at column 7"),
    ] {
        let fault = Field::parse(wrong).expect_err(wrong).to_string();
        assert!(fault.ends_with(told), "{wrong}: {fault}");
    }
}

#[test]
fn numbers_are_found_at_fields() {
    let text = r#" {"t":20.4,"s":"21.5","on":true,"state":"OFF","deep":{"a":[1,{"b":-2e3}]},"big":1e999,"é":7,"\u00e8":8,"d":1,"d":2} "#;
    for (at, number) in [
        ("/t", Some(20.4)),
        ("/s", Some(21.5)),
        ("/on", Some(1.0)),
        ("/state", Some(0.0)),
        ("/deep/a/1/b", Some(-2000.0)),
        ("/deep/a/0", Some(1.0)),
        ("/deep/a/2", None),
        ("/deep", None),
        ("/big", None),
        ("/é", Some(7.0)),
        ("/è", Some(8.0)),
        ("/d", Some(1.0)),
        ("/d~#2", Some(2.0)),
        ("/d~#3", None),
        ("/t/x", None),
        ("/missing", None),
        ("size", None),
    ] {
        assert_eq!(number_in(text, &field(at)), number, "{at}");
    }
    for (text, number) in [
        (" 20.4\n", Some(20.4)),
        ("ON", Some(1.0)),
        ("False", Some(0.0)),
        ("\"12\"", Some(12.0)),
        ("20.4 °C", None),
        ("nan", None),
        ("", None),
        ("{}", None),
    ] {
        assert_eq!(number_in(text, &Field::Whole), number, "{text}");
    }
}

#[test]
fn items_of_lists_and_values_of_xml_are_numbers_too() {
    assert_eq!(number_in("[1, 2.5, \"on\"]", &Field::Item(1)), Some(2.5));
    assert_eq!(number_in("[1, 2.5, \"on\"]", &Field::Item(3)), None);
    assert_eq!(number_in("1; 2,5; ;4", &Field::Item(4)), Some(4.0), "commas and semicolons both separate");
    assert_eq!(number_in(" 7  8\t9 ", &Field::Item(2)), Some(9.0));
    let meter = "<m id='7'><r unit='x'> 20.5 </r><r>off</r><r/></m>";
    for (path, number) in [
        ("/m/@id", Some(7.0)),
        ("/m/r", Some(20.5)),
        ("/m/r[2]/text()", Some(0.0)),
        ("/m/r[3]", None),
        ("/m", None),
    ] {
        assert_eq!(number_in(meter, &Field::XPath(path.to_owned())), number, "{path}");
    }
}

#[test]
fn what_can_be_charted_is_listed_with_its_field() {
    let listed = |structure: &Structure| -> Vec<(String, f64)> {
        numbers_in(structure).into_iter().map(|(field, value)| (field.to_string(), value)).collect()
    };
    let json = Structure::of_json(r#"{"a":{"b":[1,"x",{"c":"2"}]},"a":3,"on":false}"#).expect("JSON");
    let expected = [("/a/b/0", 1.0), ("/a/b/2/c", 2.0), ("/a~#2", 3.0), ("/on", 0.0)];
    assert_eq!(listed(&json), expected.map(|(path, value)| (path.to_owned(), value)));
    let xml = Structure::of_xml("<m id='7'><r>1</r><r>x</r><r>2</r></m>").expect("XML");
    let expected = [("xpath:/m/@id", 7.0), ("xpath:/m/r[1]/text()", 1.0), ("xpath:/m/r[3]/text()", 2.0)];
    assert_eq!(listed(&xml), expected.map(|(path, value)| (path.to_owned(), value)));
    assert_eq!(numbers_in(&Structure::of_json("5").expect("JSON")), [(Field::Whole, 5.0)]);
    let many = Structure::of_json(format!("[{}]", vec!["1"; 5000].join(","))).expect("JSON");
    assert_eq!(numbers_in(&many).len(), MAX_LISTED);
}

fn any_value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let scalar = prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map("[a-c~/\"é]{0,3}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn numbers_are_those_of_another_reader(value in any_value()) {
        let text = value.to_string();
        let structure = Structure::of_json(text.as_str()).expect("serde writes JSON");
        for id in structure.nodes() {
            let pointer = structure.pointer_of(id);
            let there = value.pointer(&pointer).expect("the same tree");
            let expected = there.as_f64().or(there.as_bool().map(f64::from));
            prop_assert_eq!(number_in(&text, &Field::Pointer(pointer)), expected);
        }
        let listed = numbers_in(&structure);
        for (field, number) in listed {
            prop_assert_eq!(number_in(&text, &field), Some(number), "{}", field);
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>(), typed in any::<String>()) {
        if let Ok(field) = Field::parse(&typed) {
            let _ = number_in(&text, &field);
            prop_assert_eq!(Field::parse(&field.to_string()), Ok(field));
        }
        for field in [Field::Whole, Field::Item(1), Field::Pointer("/a".to_owned())] {
            let _ = number_in(&text, &field);
        }
    }
}
