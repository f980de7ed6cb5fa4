//! Help, palette and past notices; closing what lies on top.

use super::{menu, moves, out, run as run_command};
use crate::app::{App, Command, Effect, Help, Overlay, PaletteState};
use crate::model::Moment;

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    match command {
        Command::OpenHelp => {
            let of = app.context();
            app.overlay = match std::mem::take(&mut app.overlay) {
                Overlay::Help(help) => *help.under,
                under => Overlay::Help(Help { of, scroll: 0, under: Box::new(under) }),
            };
        }
        Command::OpenPalette => app.overlay = Overlay::Palette(PaletteState::over(app)),
        Command::ShowNotices => {
            app.notices.scroll = 0;
            app.overlay = match app.overlay {
                Overlay::Notices => Overlay::None,
                _ => Overlay::Notices,
            };
        }
        Command::RunSelected => {
            if let Overlay::Palette(palette) = std::mem::take(&mut app.overlay)
                && let Some(chosen) = palette.command()
            {
                return run_command(app, chosen, now);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Closes what lies on top: under the help comes back what it lay over, and a command that still runs is ended.
pub(super) fn close(app: &mut App) -> Vec<Effect> {
    match std::mem::take(&mut app.overlay) {
        Overlay::Help(help) => app.overlay = *help.under,
        Overlay::Output(piped) if piped.end.is_none() => return vec![Effect::EndPipe],
        _ => {}
    }
    Vec::new()
}

pub(super) fn movement(app: &mut App, command: Command) {
    let step = moves::rows(command, moves::PAGE);
    match &mut app.overlay {
        Overlay::Help(help) => help.scroll = help.scroll.saturating_add_signed(step),
        Overlay::Palette(palette) => {
            let last = palette.found().len().saturating_sub(1);
            palette.selected = palette.selected.saturating_add_signed(step).min(last);
        }
        Overlay::Notices => {
            let last = app.notices.newest_first().len().saturating_sub(1);
            app.notices.scroll = app.notices.scroll.saturating_add_signed(step).min(last);
        }
        Overlay::Menu(menu) => menu::movement(menu, command),
        Overlay::Output(piped) => out::movement(piped, command),
        Overlay::None | Overlay::Ask(_) | Overlay::Prompt(_) => {}
    }
}
