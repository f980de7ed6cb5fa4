//! Palette, help, notices, themes, and leaving.

use mqtt_tui::app::{Command, Context, Effect, Overlay, Screen};
use mqtt_tui::model::Severity;

use crate::language::Journey;

#[test]
fn the_palette_finds_a_command_by_a_few_letters_and_runs_it() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    journey.keys(":brok").sees("Broker: what it says of itself").keys("<enter>");
    assert_eq!(journey.app.screen(), Screen::Broker);
    journey.keys(":explorer<enter>");
    assert_eq!(journey.app.screen(), Screen::Explorer);
}

#[test]
fn the_palette_moves_by_arrows_and_ends_at_its_ends() {
    let mut journey = Journey::new();
    journey.keys(":<up><down><down><up>");
    let Overlay::Palette(palette) = &journey.app.overlay else { panic!("the palette is open") };
    assert_eq!(palette.selected, 1);
    journey.keys("<pagedown>".repeat(20).as_str());
    let Overlay::Palette(palette) = &journey.app.overlay else { panic!("the palette is open") };
    assert_eq!(palette.selected, palette.found().len() - 1);
    journey.keys("zzzzz").sees("No command fits.").keys("<enter>");
    assert!(matches!(journey.app.overlay, Overlay::None));
    assert_eq!(journey.effects(), []);
}

#[test]
fn a_letter_typed_or_pasted_begins_the_choice_anew() {
    let mut journey = Journey::new();
    for paste in [false, true] {
        journey.keys(":<down><down><down>");
        if paste {
            journey.paste("next theme");
        } else {
            journey.keys("next theme");
        }
        let Overlay::Palette(palette) = &journey.app.overlay else { panic!("the palette is open") };
        assert_eq!((palette.selected, palette.command()), (0, Some(Command::NextTheme)));
        journey.keys("<esc>");
    }
}

#[test]
fn a_command_that_cannot_run_says_why() {
    let mut journey = Journey::new();
    journey.keys(":copy the topic").sees("no topic is selected").keys("<enter>");
    assert!(journey.notice().contains("no topic is selected"), "{}", journey.notice());
    let newest = journey.app.notices.newest_first().next().expect("a notice");
    assert_eq!(newest.severity, Severity::Warning);
}

#[test]
fn a_command_from_the_palette_acts_on_the_place_it_was_opened_from() {
    let mut journey = Journey::new();
    for number in 0..30 {
        journey.message("a", &number.to_string());
    }
    journey.message("b", "x");
    // In the history, down is down in the history.
    journey.keys("<tab><tab>:move.down<enter>");
    assert_eq!(journey.payload(), "28");
    assert_eq!(journey.selected(), "a");
    // In the tree, it is down in the tree.
    journey.keys("<esc><esc>:move.down<enter>");
    assert_eq!(journey.selected(), "b");
    // On the broker screen, help is about the broker screen.
    journey.keys("2:help.open<enter>");
    assert!(matches!(&journey.app.overlay, Overlay::Help(help) if help.of == Context::Broker));
}

#[test]
fn every_command_can_be_chosen_in_the_palette_without_harm() {
    for row in mqtt_tui::app::command::TABLE {
        for place in ["", "<tab>", "<tab><tab>", "2"] {
            let mut journey = Journey::knowing(&[("a/b", "1"), ("a/c", "2")]);
            journey.keys(place).keys(":").paste(row.name).keys("<enter>");
            let requests =
                journey.effects().iter().filter(|effect| matches!(effect, Effect::Request(..))).count();
            let expected = usize::from(matches!(row.command, Command::Reconnect | Command::StayOffline));
            assert_eq!(requests, expected, "{} from {place:?}", row.name);
        }
    }
}

#[test]
fn help_is_about_the_place_and_lists_its_keys() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    journey.keys("?").sees("Help").sees("Topics").sees("Filter the tree as you type");
    journey.keys("?").does_not_see("Filter the tree as you type");
    journey.keys("<f1>").sees("Help").keys("<esc>").does_not_see("Everywhere");
    journey.keys("2?").sees("Broker").keys("<esc>");
    assert_eq!(journey.app.screen(), Screen::Broker, "Esc closes what lies on top, one at a time");
}

#[test]
fn help_scrolls_to_its_end_on_a_small_terminal() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    journey.resize(60, 14).keys("?").does_not_see("Quit from anywhere").keys("G").sees("Quit from anywhere");
    journey.keys("k").does_not_see("Quit from anywhere");
    journey.keys("g").sees("Filter the tree as you type");
}

#[test]
fn notices_can_be_read_again() {
    let mut journey = Journey::new();
    journey.keys("n").wait(30.0).does_not_see("press /").keys("!").sees("press /").sees("connected to");
    journey.keys("!").does_not_see("press /");
}

#[test]
fn a_thousand_notices_are_kept_and_the_rest_counted() {
    let mut journey = Journey::new();
    for number in 0..1_100 {
        let text = format!("number {number}");
        journey.app.notices.push(journey.now, Severity::Info, text);
    }
    journey.keys("!").sees("number 1099").sees("older ones let go");
    journey.keys("G").sees("number 101").does_not_see("number 99");
    assert_eq!(journey.app.notices.newest_first().len(), 1_000);
}

#[test]
fn esc_never_quits() {
    let mut journey = Journey::knowing(&[("a/b", "1")]);
    for place in ["", "/", "/x<enter>", "p", "?", ":", "!", "2", "<tab>", "<tab><tab>[", "2p"] {
        journey.keys(place).keys(&"<esc>".repeat(8));
        assert_eq!(journey.effects(), [], "from {place:?}");
        assert_eq!(journey.app.context(), Context::Topics, "from {place:?}");
    }
}

#[test]
fn q_quits_where_no_text_is_typed_and_ctrl_c_everywhere() {
    for place in ["", "<tab>", "<tab><tab>", "2"] {
        let mut journey = Journey::knowing(&[("a", "1")]);
        journey.keys(place).keys("q");
        assert_eq!(journey.effects(), [Effect::Quit], "q at {place:?}");
    }
    for place in ["", "/", "p", "p<tab>", ":", "?", "!", "2", "<tab>", "2p"] {
        let mut journey = Journey::knowing(&[("a", "1")]);
        journey.keys(place).keys("<ctrl-c>");
        assert_eq!(journey.effects(), [Effect::Quit], "Ctrl-C at {place:?}");
    }
}

#[test]
fn themes_go_round_and_change_the_picture() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    let names = journey.app.settings.themes.clone();
    assert!(names.len() > 1);
    let ground = |journey: &Journey| journey.buffer().cell((0, 0)).expect("a cell").style();
    let first = ground(&journey);
    let mut others = 0;
    for name in names.iter().cycle().skip(1).take(names.len()) {
        journey.keys("t").sees(&format!("theme: {name}"));
        others += usize::from(ground(&journey) != first);
    }
    assert_eq!(journey.app.theme, 0);
    assert!(others > 0, "at least one theme looks different");
}

#[test]
fn ctrl_z_asks_to_be_suspended() {
    let mut journey = Journey::new();
    journey.keys("p<ctrl-z>");
    assert_eq!(journey.effects(), [Effect::Suspend]);
}

#[test]
fn f13_the_release_of_a_key_is_not_another_press() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    let (code, modifiers) = mqtt_tui::app::parse_key("q").expect("a key");
    let release =
        crossterm::event::KeyEvent::new_with_kind(code, modifiers, crossterm::event::KeyEventKind::Release);
    let effects = mqtt_tui::app::update(&mut journey.app, mqtt_tui::app::Action::Key(release), journey.now);
    assert_eq!(effects, []);
}

/// The text of the selected item of the menu in front.
fn chosen(journey: &Journey) -> String {
    let mqtt_tui::app::Overlay::Menu(menu) = &journey.app.overlay else { panic!("no menu") };
    menu.items[menu.selected].text.clone()
}

#[test]
fn a_menu_has_ends_to_go_to_and_finds_an_item_as_one_types() {
    let mut journey = Journey::knowing(&[("a/b", r#"{"temperature": 20.5, "humidity": 40}"#)]);
    journey.keys("<ctrl-y>");
    let first = chosen(&journey);
    journey.keys("G");
    let last = chosen(&journey);
    assert_ne!(first, last);
    journey.keys("g");
    assert_eq!(chosen(&journey), first);
    journey.keys("<end>");
    assert_eq!(chosen(&journey), last);
    journey.keys("<home>");
    assert_eq!(chosen(&journey), first);
    // Letters that are commands elsewhere are text here.
    journey.keys("/pub").sees("mosquitto_pub").does_not_see("mosquitto_sub");
    assert!(chosen(&journey).contains("pub"), "{}", chosen(&journey));
    journey.keys("qqq").sees("Nothing here is called so.").keys("<enter>").sees("Nothing here");
    journey.keys("<esc>").sees("mosquitto_sub").keys("/pub<enter>");
    assert!(matches!(&journey.effects()[..], [.., mqtt_tui::app::Effect::Copy { .. }]));
}

#[test]
fn the_palette_finds_by_the_words_of_a_name_and_what_can_run_here_comes_first() {
    let mut journey = Journey::knowing(&[("a/b", "1")]);
    let first = |journey: &Journey| match &journey.app.overlay {
        mqtt_tui::app::Overlay::Palette(palette) => palette.found().first().copied(),
        _ => panic!("no palette"),
    };
    journey.keys(":filter tree");
    assert_eq!(first(&journey), Some(mqtt_tui::app::Command::FilterTree));
    journey.keys("<esc>/a<enter>:tree").does_not_see("shape");
    let top: Vec<_> = journey.screen().lines().skip(6).take(6).map(str::to_owned).collect();
    assert!(!top.iter().any(|line| line.contains("Keep the filter")), "{top:?}");
    // Letters strewn over a title are no find.
    journey.keys("<esc>:shape").sees("No command fits.").keys("<esc>:range").sees("No command fits.");
}

#[test]
fn a_wide_screen_shows_help_and_commands_in_full() {
    let mut journey = Journey::knowing(&[("a/b", "1")]);
    let whole = "Search everywhere, below the selection, or in the browse set";
    journey.resize(160, 60).keys("Fx<enter>?").sees(whole).keys("<esc>:search everywhere").sees(whole);
    journey.keys("<esc><esc>:since the marked").sees("before or the marked one; once more for the other");
}

#[test]
fn what_was_told_goes_with_the_next_key_once_it_could_be_read() {
    let mut journey = Journey::knowing(&[("a/b", "1"), ("a/c", "2")]);
    let told = |journey: &Journey| journey.app.notices.current(journey.now).map(|notice| notice.text.clone());
    journey.keys("@-1h<enter>");
    let first = told(&journey).unwrap_or_default();
    assert!(first.starts_with("before the oldest"), "{first}");
    // Too soon to have been read.
    journey.wait(0.5).keys("j");
    assert_eq!(told(&journey).as_deref(), Some(first.as_str()));
    journey.wait(1.5);
    assert_eq!(told(&journey).as_deref(), Some(first.as_str()));
    journey.keys("j");
    assert_eq!(told(&journey), None);
    // What went wrong stays.
    journey.keys("<esc>n").wait(2.0).keys("j").sees("press /");
}
