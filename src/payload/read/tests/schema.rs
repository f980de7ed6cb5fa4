//! Protobuf by a schema: names, order, defaults, and faults that say where.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::model::SchemaName;

const METER: &str = r#"syntax = "proto3";
package meters;
import "unit.proto";
message Reading {
  string serial = 1;
  map<string, uint32> counters = 9;
  sint64 balance = 2;
  uint64 total = 3;
  float temperature = 4;
  Unit unit = 5;
  repeated double samples = 6;
  optional bool alarm = 7;
  Reading previous = 8;
  bytes raw = 10;
  State state = 11;
}
enum State { UNKNOWN = 0; RUNNING = 1; }
"#;
const UNIT: &str = "syntax = \"proto3\";\npackage meters;\nmessage Unit { string name = 1; }\n";

struct Place(tempfile::TempDir);

impl Place {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("write");
        }
        Self(folder)
    }

    fn load(&self, file: &str, message: &str) -> (Schemas, SchemaName, Vec<SchemaFault>) {
        let name = SchemaName { file: file.to_owned(), message: message.to_owned() };
        let (schemas, faults) = Schemas::load([&name, &name], self.0.path());
        (schemas, name, faults)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn read_by(schemas: &Schemas, name: &SchemaName, payload: &[u8]) -> Reading {
    let rule = Decoding::of(Form::Protobuf(Some(name.clone())));
    read(payload, &Hints { rule: Some(&rule), schemas: Some(schemas), ..Hints::default() })
}

#[test]
fn b06_a_message_too_large_for_its_schema_is_shown_by_number_and_that_is_said() {
    let place = Place::with(&[("meter.proto", METER), ("unit.proto", UNIT)]);
    let (schemas, name, _) = place.load("meter.proto", "meters.Reading");
    let mut payload = b"\x0a\x01m\x52\xf8\xff\xff\x03".to_vec();
    payload.resize(8 << 20, 0);
    assert_eq!(note(&read_by(&schemas, &name, &payload)), "");
    payload.extend(b"\x18\x01");
    let reading = read_by(&schemas, &name, &payload);
    assert_eq!(note(&reading), "shown without its schema: the payload is larger than 8 MiB");
    assert_eq!(reading.text.map(|text| text.len() > 8 << 20), Some(true), "whole all the same");
}

#[test]
fn fields_have_names_in_the_order_of_the_schema() {
    let place = Place::with(&[("meter.proto", METER), ("unit.proto", UNIT)]);
    let (schemas, name, faults) = place.load("meter.proto", "meters.Reading");
    assert_eq!(faults, []);
    // total, serial, balance -1, temperature 20.4, unit, samples packed, counters, state 1, an unknown field 99
    let payload = b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x0a\x01m\x10\x01\x25\x33\x33\xa3\x41\x2a\x05\x0a\x03kWh\x32\x08\0\0\0\0\0\0\xf0\x3f\
        \x4a\x05\x0a\x01b\x10\x02\x4a\x05\x0a\x01a\x10\x01\x52\x02\xff\xfe\x58\x01\x98\x06\x07";
    let reading = read_by(&schemas, &name, payload);
    assert_eq!((reading.kind, note(&reading)), (Kind::Protobuf, ""));
    assert_eq!(
        reading.text.as_deref(),
        Some(
            r#"{"serial":"m","counters":{"a":1,"b":2},"balance":-1,"total":18446744073709551615,"temperature":20.4,"unit":{"name":"kWh"},"samples":[1.0],"raw":"h'fffe'","state":"RUNNING","99":7}"#
        )
    );
    let reading = read_by(&schemas, &name, b"\x58\x07\x38\0");
    assert_eq!(
        reading.text.as_deref(),
        Some(r#"{"serial":"","balance":0,"total":0,"temperature":0.0,"alarm":false,"raw":"h''","state":7}"#),
        "what is at its default is shown, what is absent is not"
    );
}

#[test]
fn what_is_not_that_message_says_why_and_is_read_as_it_looks() {
    let place = Place::with(&[("meter.proto", METER), ("unit.proto", UNIT)]);
    let (schemas, name, _) = place.load("meter.proto", "meters.Reading");
    let reading = read_by(&schemas, &name, JSON.as_bytes());
    assert_eq!(reading.kind, Kind::Json);
    assert!(note(&reading).contains("meters.Reading: "), "{}", note(&reading));
    let nested = "\x42\x02".repeat(3);
    assert_eq!(read_by(&schemas, &name, nested.as_bytes()).text, None);
}

#[test]
fn b09_a_nest_of_messages_is_refused_and_not_followed() {
    let place = Place::with(&[("meter.proto", METER), ("unit.proto", UNIT)]);
    let (schemas, name, _) = place.load("meter.proto", "meters.Reading");
    let mut nest = b"\x0a\x01m".to_vec();
    for _ in 0..2_000 {
        let mut length = nest.len();
        let mut head = vec![0x42];
        while length > 0x7f {
            head.push(length as u8 | 0x80);
            length >>= 7;
        }
        head.push(length as u8);
        nest.splice(0..0, head);
    }
    let reading = read_by(&schemas, &name, &nest);
    assert!(note(&reading).contains("recursion limit"), "{}", note(&reading));
}

#[test]
fn g02_a_schema_that_does_not_compile_says_file_line_and_column() {
    for (files, file, place, words) in [
        (
            vec![("a.proto", "syntax = \"proto3\";\nmessage A {\n  strin name = 1;\n}\n")],
            "a.proto",
            Some((3, 3)),
            "strin",
        ),
        (vec![("a.proto", "syntax = \"proto3\";\nmesage A {}\n")], "a.proto", Some((2, 1)), "mesage"),
        (
            vec![("a.proto", "syntax = \"proto3\";\nimport \"none.proto\";\n")],
            "a.proto",
            Some((2, 1)),
            "none.proto",
        ),
        (
            vec![("a.proto", "import \"b.proto\";\n"), ("b.proto", "message B { required int32 a = 0; }\n")],
            "b.proto",
            Some((1, 32)),
            "number",
        ),
        (vec![], "a.proto", None, "there is no such file"),
    ] {
        let folder = Place::with(&files);
        let (schemas, name, faults) = folder.load("a.proto", "A");
        let [fault] = &faults[..] else { panic!("{faults:?}") };
        assert_eq!((&fault.file, fault.place), (&folder.path(file), place), "{fault}");
        assert!(fault.reason.contains(words), "{fault}");
        let reading = read_by(&schemas, &name, b"\x08\x01");
        assert_eq!(reading.text.as_deref(), Some("{\"1\":1}"));
        assert!(note(&reading).contains(&fault.to_string()), "{}", note(&reading));
    }
}

#[test]
fn g02_a_message_that_is_not_there_lists_those_that_are() {
    let place = Place::with(&[("meter.proto", METER), ("unit.proto", UNIT)]);
    let (_, _, faults) = place.load("meter.proto", "Reading");
    assert_eq!(faults[0].reason, "there is no message Reading; there is meters.Unit, meters.Reading");
    let told_text = told(JSON.as_bytes(), "protobuf:a.proto:A");
    assert_eq!(
        note(&told_text),
        "cannot be taken for that message: a.proto:A is not loaded; shown as it looks",
        "the schema comes before what the payload looks like"
    );
    let unloaded = told(b"\x08\x01", "protobuf:a.proto:A");
    assert_eq!(note(&unloaded), "shown without its schema: a.proto:A is not loaded");
}
