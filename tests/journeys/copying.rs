//! What leaves the program: copies, files, the editor, shell commands, exports, and messages published again.

use bytes::Bytes;
use mqtt_tui::app::out::{Edit, ExportNews, ExportStep, Format, Pipe, PipeEnd, Save};
use mqtt_tui::app::{Command, Done, Effect, HeldFrom, Overlay};
use mqtt_tui::config::{PasswordSource, Profile};
use mqtt_tui::model::{Message, Properties, Publication, QoS, SessionEvent, Target};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::language::Journey;

/// What was copied since the last question, with what the notice calls it.
fn copied(journey: &mut Journey) -> (&'static str, Vec<u8>) {
    match &journey.effects()[..] {
        [Effect::Copy { what, bytes }] => (what, bytes.clone()),
        other => panic!("not one copy but {other:?}"),
    }
}

fn copied_as(journey: &mut Journey, item: &str) -> String {
    journey.keys("<ctrl-y>");
    journey.choose(item);
    String::from_utf8(copied(journey).1).expect("text")
}

#[test]
fn everything_about_a_message_can_be_copied() {
    let mut journey = Journey::new();
    journey.bytes("raw", b"\0\xffok").keys("<ctrl-y>").sees("payload as hex").sees("00ff6f6b");
    journey.choose("payload");
    assert_eq!(copied(&mut journey), ("payload", b"\0\xffok".to_vec()));
    assert_eq!(copied_as(&mut journey, "payload as hex"), "00ff6f6b");
    assert_eq!(copied_as(&mut journey, "payload as base64"), "AP9vaw==");
    assert_eq!(copied_as(&mut journey, "topic"), "raw");
    let line = copied_as(&mut journey, "message as JSON");
    assert!(
        line.starts_with(r#"{"topic":"raw","payload":"AP9vaw==","payload_encoding":"base64","qos":0,"#),
        "{line}"
    );
    assert!(!line.ends_with('\n'));
}

#[test]
fn a_message_can_be_copied_as_the_command_that_publishes_it() {
    let mut journey = Journey::new();
    journey.retained("home/it's hot", "21.5 °C").keys("o").keys("j");
    assert_eq!(journey.selected(), "home/it's hot");
    let theirs = copied_as(&mut journey, "mosquitto_pub");
    assert_eq!(theirs, r"mosquitto_pub -h here -p 1883 -V mqttv5 -t 'home/it'\''s hot' -r -m '21.5 °C'");
    let ours = copied_as(&mut journey, "mqtt-tui pub");
    assert_eq!(ours, r"mqtt-tui pub mqtt://here:1883 -V 5 -t 'home/it'\''s hot' -r -m '21.5 °C'");
    let listener = copied_as(&mut journey, "mosquitto_sub");
    assert_eq!(listener, r"mosquitto_sub -h here -p 1883 -V mqttv5 -t 'home/it'\''s hot' -v");
}

#[test]
fn of_a_branch_the_topic_and_the_subscription_to_all_below_can_be_copied() {
    let mut journey = Journey::knowing(&[("home/a", "1")]);
    journey.keys("g<ctrl-y>").does_not_see("mosquitto_pub").sees("mosquitto_sub");
    journey.choose("mosquitto_sub");
    assert_eq!(copied(&mut journey).1, b"mosquitto_sub -h here -p 1883 -V mqttv5 -t 'home/#' -v");
}

#[test]
fn d10_a_password_is_in_no_copy_and_the_notice_says_what_to_do() {
    let mut target = Target::new("here", 1883, "journey");
    (target.user, target.password) = (Some("bob".into()), Some("hunter2".into()));
    let mut journey = Journey::on(Profile::new("here", target));
    journey.message("a", "x").keys("<ctrl-y>").does_not_see("hunter2");
    journey.choose("mosquitto_pub");
    let (what, bytes) = copied(&mut journey);
    let line = String::from_utf8(bytes).expect("text");
    assert!(line.contains(r#"-u bob -P "$MQTT_PASSWORD""#) && !line.contains("hunter2"), "{line}");
    assert!(what.contains("MQTT_PASSWORD"), "{what}");
    journey.keys("<ctrl-y>");
    journey.choose("mqtt-tui pub");
    let (what, bytes) = copied(&mut journey);
    assert!(!String::from_utf8(bytes).expect("text").contains("hunter2"));
    assert!(what.contains("MQTT_TUI_PASSWORD"), "{what}");
}

#[test]
fn a_saved_profile_is_named_in_our_own_command() {
    let mut profile = Profile::new("my home", Target::new("here", 1883, ""));
    profile.target.user = Some("bob".into());
    profile.password = PasswordSource::Command("pass show home".into());
    let mut journey = Journey::on(profile.clone());
    journey.know_profiles(vec![profile]).message("a", "x");
    assert_eq!(copied_as(&mut journey, "mqtt-tui pub"), "mqtt-tui pub 'my home' -t a -m x");
}

#[test]
fn what_is_copied_is_the_message_that_was_on_screen() {
    let mut journey = Journey::new();
    journey.message("a", "first").keys("<ctrl-y>").message("a", "second");
    journey.choose("payload");
    assert_eq!(copied(&mut journey).1, b"first");
}

#[test]
fn a_payload_is_saved_under_the_name_that_is_typed() {
    let mut journey = Journey::new();
    journey.bytes("home/raw", b"\0\xff\n").keys("o").keys("jW").sees("Save the payload to");
    journey.sees("home-raw-2026-11-20T14.00.10.000Z.bin");
    journey.message("home/raw", "newer").keys("<ctrl-u>~/x.bin<enter>");
    let save = Save { path: "~/x.bin".into(), bytes: Bytes::from_static(b"\0\xff\n"), replace: false };
    assert_eq!(journey.effects(), [Effect::Save(save.clone())]);
    journey.done(Done::FileExists(Box::new(save.clone()))).sees("Replace the file?").sees("~/x.bin");
    journey.keys("n");
    assert_eq!(journey.effects(), []);
    journey.done(Done::FileExists(Box::new(save.clone()))).keys("y");
    assert_eq!(journey.effects(), [Effect::Save(Save { replace: true, ..save })]);
    journey.done(Done::Saved("saved to /home/me/x.bin, 3 B".into())).sees("saved to /home/me/x.bin");
}

#[test]
fn a_name_of_a_file_must_be_one() {
    let mut journey = Journey::new();
    journey.message("a", "x").keys("W<ctrl-u><enter>").sees("type the name of a file");
    journey.keys("dir/<enter>").sees("that is a folder");
    journey.keys("<esc>").does_not_see("Save the payload");
    assert_eq!(journey.effects(), []);
}

fn edit(journey: &mut Journey) -> Edit {
    match journey.keys("e").effects().pop() {
        Some(Effect::Edit(edit)) => edit,
        other => panic!("no editor but {other:?}"),
    }
}

#[test]
fn f15_what_comes_back_changed_from_the_editor_waits_in_the_publish_pane() {
    let mut journey = Journey::new();
    journey.retained("a", "{\"on\":true}");
    let Edit { publication, extension, without, .. } = edit(&mut journey);
    assert_eq!(extension, "json");
    assert!(without.contains(&"MQTT_TUI_PASSWORD".to_owned()));
    journey.done(Done::Edited(publication.clone(), Ok(publication.payload.clone())));
    journey.sees("nothing was changed").does_not_see("Ctrl-S");
    journey
        .done(Done::Edited(publication.clone(), Err("the editor: exit code 1; nothing was changed".into())));
    journey.sees("exit code 1").does_not_see("Ctrl-S");
    let edited = Bytes::from_static(b"{\"on\":false}");
    journey.done(Done::Edited(publication, Ok(edited.clone()))).sees("Ctrl-S");
    assert_eq!(journey.effects(), [], "nothing is sent by itself");
    let (_, sent) = journey.keys("<ctrl-s>").published();
    assert_eq!((sent.topic.as_str(), sent.payload, sent.retain), ("a", edited, true));
}

#[test]
fn what_was_edited_goes_nowhere_where_nothing_may_be_published() {
    let mut journey = Journey::read_only();
    journey.message("a", "x");
    let Edit { publication, .. } = edit(&mut journey);
    journey.done(Done::Edited(publication, Ok(Bytes::from_static(b"y")))).sees("read-only");
    assert!(!journey.app.connection().publish.open);
}

#[test]
fn a_message_is_published_again_with_everything_that_came_with_it() {
    let properties = Properties {
        payload_format: Some(1),
        message_expiry: Some(60),
        content_type: Some("text/plain".into()),
        correlation_data: Some(Bytes::from_static(b"\xff\0")),
        subscription_ids: vec![3],
        user_properties: vec![("k".into(), "v=w".into())],
        ..Properties::default()
    };
    let mut journey = Journey::new();
    let message = Message {
        qos: QoS::AtLeastOnce,
        retain: true,
        properties: Some(Box::new(properties.clone())),
        ..journey.plain("a", b"21.5\n")
    };
    journey.event(SessionEvent::Message(message)).keys("P").sees("Ctrl-S");
    assert_eq!(journey.effects(), [], "nothing is sent by itself");
    let (_, sent) = journey.keys("<ctrl-s>").published();
    let expected = Publication {
        topic: "a".into(),
        payload: Bytes::from_static(b"21.5\n"),
        qos: QoS::AtLeastOnce,
        retain: true,
        properties: Some(Box::new(Properties { subscription_ids: Vec::new(), ..properties })),
    };
    assert_eq!(sent, expected);
}

#[test]
fn a_payload_that_no_field_can_show_is_kept_byte_for_byte_until_it_is_cleared() {
    let mut journey = Journey::new();
    journey.bytes("a", b"\0\xff").keys("P").sees("2 B, byte for byte as received");
    journey.keys("x").sees("not typed in").paste("y").sees("not typed in");
    let held = journey.app.connection().publish.held.clone().expect("held");
    assert_eq!((&held.bytes[..], held.from), (&b"\0\xff"[..], HeldFrom::Received));
    let (_, sent) = journey.keys("<ctrl-s>").published();
    assert_eq!(&sent.payload[..], b"\0\xff");
    let (_, sent) = journey.keys("<ctrl-l>new<ctrl-s>").published();
    assert_eq!(&sent.payload[..], b"new");
}

#[test]
fn a_payload_that_was_typed_and_never_sent_is_not_given_up_unasked() {
    let mut journey = Journey::knowing(&[("a", "old")]);
    journey.keys("pdraft<esc>P").sees("never sent").keys("n");
    assert_eq!(journey.app.connection().publish.payload_text(), "draft");
    journey.keys("P").keys("y");
    assert_eq!(journey.app.connection().publish.payload_text(), "old");
    journey.keys("<esc>P").does_not_see("never sent");
}

fn pipe(journey: &mut Journey) -> Pipe {
    match journey.effects().pop() {
        Some(Effect::Pipe(pipe)) => pipe,
        other => panic!("no command but {other:?}"),
    }
}

fn printed(output: &[u8], errors: &[u8], how: &str) -> PipeEnd {
    let (output, errors) = (Bytes::copy_from_slice(output), Bytes::copy_from_slice(errors));
    PipeEnd { output, errors, how: how.to_owned(), good: how == "exit code 0" }
}

#[test]
fn a_payload_goes_through_a_command_and_what_comes_out_can_be_read_and_copied() {
    let mut journey = Journey::new();
    journey.bytes("a", b"\0\xff").keys("|").keys("xxd | head<enter>").sees("running");
    let Pipe { id, command, payload, without } = pipe(&mut journey);
    assert_eq!((command.as_str(), &payload[..]), ("xxd | head", &b"\0\xff"[..]));
    assert!(without.contains(&"MQTT_TUI_PASSWORD".to_owned()));
    journey.done(Done::Piped(id + 1, printed(b"not mine", b"", "exit code 0"))).does_not_see("not mine");
    journey.done(Done::Piped(id, printed(b"one\ntwo\x1b[2J\n", b"careful\n", "exit code 0")));
    journey.sees("exit code 0").sees("careful").sees("one").sees("two").does_not_see("running");
    journey.keys("y");
    assert_eq!(copied(&mut journey), ("output", b"one\ntwo\x1b[2J\n".to_vec()));
    journey.keys("<esc>").does_not_see("careful");
}

#[test]
fn a_command_that_is_left_is_ended_and_its_output_comes_to_nobody() {
    let mut journey = Journey::knowing(&[("a", "x")]);
    journey.keys("|").keys("sleep 9<enter>");
    let id = pipe(&mut journey).id;
    journey.keys("<esc>");
    assert_eq!(journey.effects(), [Effect::EndPipe]);
    journey.done(Done::Piped(id, printed(b"late", b"", "exit code 0"))).does_not_see("late");
}

#[test]
fn commands_come_back_with_up_and_a_secret_variable_of_a_profile_stays_behind() {
    let mut profile = Profile::new("here", Target::new("here", 1883, ""));
    profile.password = PasswordSource::Environment("MY_SECRET".into());
    let mut journey = Journey::on(profile);
    journey.message("a", "x");
    for command in ["wc", "jq .", "wc"] {
        journey.keys("|").keys(command).keys("<enter>");
        assert!(pipe(&mut journey).without.contains(&"MY_SECRET".to_owned()));
        journey.keys("<esc>");
    }
    let typed = |journey: &Journey| match &journey.app.overlay {
        Overlay::Prompt(prompt) => prompt.input.value().to_owned(),
        _ => panic!("no line in\n{}", journey.screen()),
    };
    journey.keys("|<up>");
    assert_eq!(typed(&journey), "wc");
    journey.keys("<up><up><up>");
    assert_eq!(typed(&journey), "jq .");
    journey.keys("<down><down>");
    assert_eq!(typed(&journey), "");
    journey.keys("<enter>").sees("type a command");
}

#[test]
fn a_long_output_scrolls_to_its_end() {
    let mut journey = Journey::knowing(&[("a", "x")]);
    journey.keys("|").keys("seq 200<enter>");
    let id = pipe(&mut journey).id;
    let lines = (1..=200).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n") + "\n";
    journey.done(Done::Piped(id, printed(lines.as_bytes(), b"", "exit code 0"))).sees("line 1");
    journey
        .keys("G")
        .sees("line 200")
        .sees("200 of 200 lines")
        .keys("jjj")
        .keys("k")
        .does_not_see("line 200");
    journey.keys("g").sees("line 1");
}

/// Has the export written to its end; its messages.
fn exported(journey: &mut Journey) -> Vec<Message> {
    let mut written = Vec::new();
    loop {
        let effects = journey.effects();
        if effects.is_empty() {
            return written;
        }
        for effect in effects {
            match effect {
                Effect::Export(id, ExportStep::Write(messages)) => {
                    written.extend(messages);
                    journey.done(Done::Export(id, ExportNews::Ready));
                }
                Effect::Export(id, ExportStep::End) => {
                    journey.done(Done::Export(id, ExportNews::Ended("/home/me/out.jsonl".into(), 99)));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The reason for which the export was given up.
fn given_up(journey: &mut Journey) -> String {
    match journey.effects().pop() {
        Some(Effect::Export(_, ExportStep::Fail(reason))) => reason,
        other => panic!("not given up but {other:?}"),
    }
}

/// Begins an export of what the menu calls `item` to `path`; its number.
fn begin_export(journey: &mut Journey, item: &str, path: &str) -> u64 {
    journey.keys("<ctrl-e>");
    journey.choose(item);
    journey.keys("<ctrl-u>").keys(path).keys("<enter>");
    match &journey.effects()[..] {
        [Effect::Export(id, ExportStep::Open { path: open, format, replace: false })] => {
            assert_eq!((open.as_str(), *format), (path, Format::of(path)));
            *id
        }
        other => panic!("no export but {other:?}"),
    }
}

#[test]
fn the_history_below_is_exported_in_the_order_of_arrival() {
    let mut journey = Journey::new();
    for number in 0..3_000 {
        let (topic, payload) = (["home/a", "home/b/c", "other"][number % 3], number.to_string());
        journey.messages([(topic, payload.as_bytes())]);
    }
    journey.keys("g");
    assert_eq!(journey.selected(), "home");
    let id = begin_export(&mut journey, "history of all below", "out.jsonl");
    assert!(!journey.app.has_work(), "nothing is copied before the file is open");
    journey.done(Done::Export(id, ExportNews::Ready)).message("home/a", "too late");
    let written = exported(&mut journey);
    let expected: Vec<String> = (0..3_000).filter(|n| n % 3 < 2).map(|n| n.to_string()).collect();
    let payloads: Vec<&[u8]> = written.iter().map(|message| &message.payload[..]).collect();
    assert_eq!(payloads, expected.iter().map(String::as_bytes).collect::<Vec<_>>());
    assert!(written.iter().all(|message| message.topic.starts_with("home/")));
    journey.sees("2,000 messages exported to /home/me/out.jsonl");
}

#[test]
fn one_topic_is_exported_without_what_is_below() {
    let mut journey = Journey::knowing(&[("a", "1"), ("a/b", "2"), ("a", "3")]);
    journey.keys("g");
    let id = begin_export(&mut journey, "history of this topic", "out.csv");
    journey.done(Done::Export(id, ExportNews::Ready));
    let written = exported(&mut journey);
    let payloads: Vec<&[u8]> = written.iter().map(|message| &message.payload[..]).collect();
    assert_eq!(payloads, [b"1", b"3"]);
}

#[test]
fn what_was_found_and_what_is_browsed_can_be_exported() {
    let mut journey = Journey::knowing(&[("a", "x1"), ("b", "y"), ("b", "x2"), ("a", "x3"), ("c", "z")]);
    journey.keys("g<ctrl-e>").does_not_see("search results").does_not_see("browse set").keys("<esc>");
    journey.keys("F").keys("x<enter>");
    journey.sees("x3");
    journey.effects();
    let id = begin_export(&mut journey, "search results", "found.jsonl");
    journey.done(Done::Export(id, ExportNews::Ready));
    let payloads: Vec<_> = exported(&mut journey).into_iter().map(|message| message.payload).collect();
    assert_eq!(payloads, ["x1", "x2", "x3"]);
    journey.keys("<esc>g").keys("bjb");
    journey.effects();
    let id = begin_export(&mut journey, "browse set", "browsed.jsonl");
    journey.done(Done::Export(id, ExportNews::Ready));
    let payloads: Vec<_> = exported(&mut journey).into_iter().map(|message| message.payload).collect();
    assert_eq!(payloads, ["x1", "y", "x2", "x3"]);
}

#[test]
fn a_chart_is_exported_as_a_table_of_its_values() {
    let mut journey = Journey::knowing(&[("t", "20.50"), ("t", "21")]);
    journey.keys("gc");
    journey.effects();
    journey.keys("<ctrl-e>");
    journey.choose("chart");
    journey.sees("chart.csv").keys("<enter>");
    let Some(Effect::Export(id, ExportStep::Open { format: Format::Text, .. })) = journey.effects().pop()
    else {
        panic!("no export in\n{}", journey.screen())
    };
    let mut table = String::new();
    journey.done(Done::Export(id, ExportNews::Ready));
    while let Some(Effect::Export(id, step)) = journey.effects().pop() {
        match step {
            ExportStep::WriteText(text) => {
                table.push_str(&text);
                journey.done(Done::Export(id, ExportNews::Ready));
            }
            step => {
                assert_eq!(step, ExportStep::End);
                journey.done(Done::Export(id, ExportNews::Ended("chart.csv".into(), table.len() as u64)));
            }
        }
    }
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert_eq!(lines[0], "received,topic,field,value,qos,retain,dup");
    assert_eq!(lines[1], "2026-11-20T14:00:10.000Z,t,value,20.50,0,false,false");
    assert!(lines[2].ends_with(",t,value,21,0,false,false"), "{table}");
    journey.sees("2 rows exported to chart.csv");
}

#[test]
fn an_export_says_how_far_it_is_and_can_be_stopped() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    let id = begin_export(&mut journey, "history of this topic", "out.jsonl");
    journey.keys("<ctrl-e>").sees("An export is under way").sees("0 messages so far");
    journey.choose("stop");
    assert_eq!(journey.effects(), [Effect::Export(id, ExportStep::Drop)]);
    journey.sees("export stopped").done(Done::Export(id, ExportNews::Ready));
    assert!(!journey.app.has_work(), "late news start nothing");
}

#[test]
fn b12_an_export_that_fails_says_why_and_the_program_goes_on() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    let id = begin_export(&mut journey, "history of this topic", "out.jsonl");
    journey.done(Done::Export(id, ExportNews::Failed("not written: out.jsonl: no space left".into())));
    journey.sees("no space left").sees("Export to").keys("<esc>");
    begin_export(&mut journey, "history of this topic", "other.jsonl");
}

#[test]
fn an_export_over_a_file_that_is_there_is_asked_about() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    let id = begin_export(&mut journey, "history of this topic", "out.jsonl");
    journey.done(Done::Export(id, ExportNews::Exists)).sees("Replace the file?").keys("n");
    assert_eq!(journey.effects(), []);
    let id = begin_export(&mut journey, "history of this topic", "out.jsonl");
    journey.done(Done::Export(id, ExportNews::Exists)).keys("y");
    match &journey.effects()[..] {
        [Effect::Export(again, ExportStep::Open { replace: true, .. })] => assert_ne!(*again, id),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_export_of_a_connection_that_is_closed_leaves_nothing_behind() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    let id = begin_export(&mut journey, "history of this topic", "out.jsonl");
    journey.done(Done::Export(id, ExportNews::Ready));
    let connection = journey.app.connection().id;
    drop(journey.app.close(connection));
    journey.done(Done::Export(id, ExportNews::Ready));
    let reason = "export stopped: its connection was closed; out.jsonl was not written";
    assert_eq!(given_up(&mut journey), reason);
    assert!(!journey.app.has_work());
}

#[test]
fn an_export_does_not_go_on_at_an_earlier_moment() {
    let mut journey = Journey::knowing(&[("a", "1"), ("a", "2"), ("a", "3")]);
    let id = begin_export(&mut journey, "history of this topic", "out.jsonl");
    journey.done(Done::Export(id, ExportNews::Ready)).keys("<space>,,");
    journey.done(Done::Export(id, ExportNews::Ready));
    assert!(given_up(&mut journey).contains("earlier moment"));
}

#[test]
fn what_gave_way_before_it_was_written_is_told() {
    let mut journey = Journey::with_history(512 << 10, 1);
    for number in 0..2_000 {
        journey.messages([("a", format!("{number:0100}").as_bytes())]);
    }
    journey.keys("g");
    let id = begin_export(&mut journey, "history of this topic", "out.jsonl");
    journey.done(Done::Export(id, ExportNews::Ready));
    let big = vec![b'x'; 4_000];
    for _ in 0..300 {
        journey.messages([("flood", &big[..])]);
    }
    exported(&mut journey);
    journey.sees("gave way");
}

#[test]
fn commands_that_need_a_message_say_so_on_a_branch() {
    let mut journey = Journey::knowing(&[("home/a", "1")]);
    journey.keys("g");
    for command in [Command::SavePayload, Command::EditPayload, Command::PipePayload, Command::PublishAgain] {
        assert_eq!(command.check(&journey.app), Err("no message is shown"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn e11_copy_save_pipe_edit_and_publish_again_take_the_exact_bytes(
        payload in prop_oneof![vec(any::<u8>(), 0..300), "\\PC{0,80}\n?".prop_map(String::into_bytes)],
    ) {
        let mut journey = Journey::new();
        journey.bytes("a", &payload).keys("y");
        prop_assert_eq!(copied(&mut journey).1, payload.clone());
        journey.keys("W<enter>");
        match &journey.effects()[..] {
            [Effect::Save(save)] => prop_assert_eq!(&save.bytes[..], &payload[..]),
            other => panic!("{other:?}"),
        }
        journey.keys("|").keys("cat<enter>");
        prop_assert_eq!(&pipe(&mut journey).payload[..], &payload[..]);
        journey.keys("<esc>");
        journey.effects();
        prop_assert_eq!(&edit(&mut journey).publication.payload[..], &payload[..]);
        let (_, sent) = journey.keys("P<ctrl-s>").published();
        prop_assert_eq!(&sent.payload[..], &payload[..]);
        prop_assert_eq!(sent.topic, "a");
    }
}

#[test]
fn the_help_comes_over_a_line_being_typed_and_gives_it_back() {
    let mut journey = Journey::new();
    journey.message("a", "x").keys("W<ctrl-u>~/note.txt<f1>").sees("Take what is typed");
    journey.keys("<esc>").sees("~/note.txt").keys("<enter>");
    assert!(matches!(&journey.effects()[..], [Effect::Save(save)] if save.path == "~/note.txt"));
}

#[test]
fn a_command_that_is_left_in_any_way_is_ended_and_one_under_the_help_is_not_lost() {
    let mut journey = Journey::new();
    journey.message("a", "x").keys("|sleep 9<enter>");
    let Some(Effect::Pipe(Pipe { id, .. })) = journey.effects().pop() else { panic!("no command") };
    journey.keys("<f1>");
    let end =
        PipeEnd { output: "rested\n".into(), errors: Bytes::new(), how: "exit code 0".into(), good: true };
    journey.done(Done::Piped(id, end)).keys("<esc>").sees("rested");
    journey.click(20, 5).sees("rested").keys("<esc>|sleep 9<enter>");
    journey.effects();
    journey.keys("<f1><esc><esc>");
    assert_eq!(journey.effects(), [Effect::EndPipe]);
}

#[test]
fn g03_no_key_that_was_meant_for_something_else_replaces_a_file() {
    let mut journey = Journey::new();
    journey.message("a", "x").keys("W<ctrl-u>there<enter>");
    let Some(Effect::Save(save)) = journey.effects().pop() else { panic!("nothing saved") };
    // The file lies in a network folder that takes its time.
    journey.wait(1.0).keys("y");
    journey.effects();
    journey.done(Done::FileExists(Box::new(save))).keys("y");
    assert!(!journey.effects().iter().any(|effect| matches!(effect, Effect::Save(_))));
    journey.sees("not written: there is there already; write it again to be asked");
}

#[test]
fn b06_what_would_take_long_to_be_written_in_another_form_is_not() {
    let mut journey = Journey::with_history(64 << 20, 1);
    journey.bytes("large", &vec![0xff; 5 << 20]).keys("<ctrl-y>").sees("W saves the payload");
    journey.choose("payload");
    assert_eq!(copied(&mut journey).1.len(), 5 << 20);
}

#[test]
fn what_gave_way_before_it_was_exported_is_counted_to_the_last_message() {
    let mut journey = Journey::with_history(400_000, 1);
    journey.messages((0..600).map(|_| ("a", &b"first"[..])));
    journey.slowly().keys("<ctrl-e>");
    journey.choose("history of this topic");
    journey.keys("<ctrl-u>x.jsonl<enter>");
    let Some(Effect::Export(id, ExportStep::Open { .. })) = journey.effects().pop() else {
        panic!("no export")
    };
    journey.done(Done::Export(id, ExportNews::Ready)).works(5);
    let steps = journey.effects();
    assert!(matches!(&steps[..], [Effect::Export(_, ExportStep::Write(first))] if first.len() == 500));
    // All but the newest of what was not written yet give way; what comes now is none of it.
    for _ in 0..40 {
        journey.messages((0..500).map(|_| ("a", &b"later and a little longer"[..])));
    }
    journey.done(Done::Export(id, ExportNews::Ready)).works(5);
    journey.done(Done::Export(id, ExportNews::Ended("x.jsonl".into(), 1)));
    assert!(journey.notice().contains("500 messages exported"), "{}", journey.notice());
    assert!(journey.notice().contains("100 gave way before they could be"), "{}", journey.notice());
}

#[test]
fn quitting_asks_before_it_gives_an_export_up_and_ctrl_c_does_not() {
    let mut journey = Journey::new();
    journey.message("a", "x").keys("<ctrl-e>");
    journey.choose("history of this topic");
    journey.keys("<enter>").effects();
    journey.keys("q").sees("Quit?").sees("a.jsonl is still being written");
    assert_eq!(journey.effects(), []);
    journey.keys("nqy");
    assert_eq!(journey.effects(), [Effect::Quit]);
    journey.keys("<ctrl-c>");
    assert_eq!(journey.effects(), [Effect::Quit]);
}
