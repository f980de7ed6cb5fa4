//! `mqtt-tui screenshots`: the README's pictures, from the demo scene. The same code gives the same bytes.

use std::path::Path;
use std::process::ExitCode;

use super::scene::Scene;
use super::{ScreenshotsArgs, output};
use crate::app::Command;
use crate::config::{Colours, Look};
use crate::ui::svg;

const LOOK: Look = Look { colours: Colours::True, ascii: false };

pub(super) fn run(args: &ScreenshotsArgs) -> ExitCode {
    match write_all(&args.folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => output::fail(1, &format!("cannot write to {}: {fault}", args.folder.display())),
    }
}

fn write_all(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, picture) in pictures() {
        std::fs::write(folder.join(format!("{name}.svg")), picture)?;
    }
    Ok(())
}

/// Every picture by name.
pub(super) fn pictures() -> Vec<(&'static str, String)> {
    const LAMP: &str = "zigbee2mqtt/living_room_lamp";
    let scene = |columns, rows, theme: &str| {
        let mut scene = Scene::new(columns, rows, LOOK);
        scene.theme(theme).select(LAMP);
        scene
    };
    let mut explorer = scene(140, 40, "midnight");
    let mut narrow = scene(80, 24, "terminal");
    let mut paper = scene(140, 40, "paper");
    let mut publish = scene(140, 40, "ember");
    publish.select("zigbee2mqtt/living_room_lamp").run(Command::OpenPublish);
    let mut broker = scene(140, 40, "midnight");
    broker.run(Command::ShowBroker);
    let mut connections = scene(140, 32, "midnight");
    connections.several().run(Command::ShowConnections).run(Command::Top);
    [
        ("explorer", &mut explorer),
        ("explorer-80x24", &mut narrow),
        ("explorer-light", &mut paper),
        ("publish", &mut publish),
        ("broker", &mut broker),
        ("connections", &mut connections),
    ]
    .map(|(name, scene)| (name, svg::picture(&scene.draw(), svg::DARK, &format!("mqtt-tui: {name}"))))
    .into()
}
