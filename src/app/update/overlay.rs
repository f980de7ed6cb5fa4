//! Help, palette and past notices.

use super::{menu, moves, out, run as run_command};
use crate::app::{App, Command, Effect, Overlay, PaletteState};
use crate::model::Moment;

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    match command {
        Command::OpenHelp => {
            app.overlay = match app.overlay {
                Overlay::Help(..) => Overlay::None,
                _ => Overlay::Help(app.context(), 0),
            };
        }
        Command::OpenPalette => app.overlay = Overlay::Palette(PaletteState::default()),
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

pub(super) fn movement(app: &mut App, command: Command) {
    let step = moves::rows(command, moves::PAGE);
    match &mut app.overlay {
        Overlay::Help(_, scroll) => *scroll = scroll.saturating_add_signed(step),
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
