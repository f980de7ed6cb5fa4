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

/// What led to the alarm of the demo.
const STATUS: &str = "plant/line1/press/status";

/// Messages that fulfil a condition.
fn searching() -> Scene {
    let mut scene = Scene::new(140, 40, LOOK);
    scene.theme("midnight").keys("F ctrl-t ctrl-t");
    scene.paste("topic:press/status .hydraulics.pressure_bar < 160").keys("enter down");
    scene
}

/// What sank, and what climbed for it.
fn charting() -> Scene {
    let mut scene = Scene::new(140, 40, LOOK);
    scene.theme("midnight").select(STATUS).keys("c").choose("/hydraulics/pressure_bar");
    scene.keys("a").paste("/hydraulics/filter_dp_bar").keys("enter h h h");
    scene
}

/// The moment before the alarm.
fn travelling() -> Scene {
    let mut scene = Scene::new(140, 40, LOOK);
    scene.theme("midnight").keys("F").paste("topic:alarm HYD-017").keys("enter enter ' ,").select(STATUS);
    scene
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
    let mut search = searching();
    let mut chart = charting();
    let mut travel = travelling();
    [
        ("explorer", &mut explorer),
        ("explorer-80x24", &mut narrow),
        ("explorer-light", &mut paper),
        ("publish", &mut publish),
        ("broker", &mut broker),
        ("connections", &mut connections),
        ("search", &mut search),
        ("chart", &mut chart),
        ("travel", &mut travel),
    ]
    .map(|(name, scene)| (name, svg::picture(&scene.draw(), svg::DARK, &format!("mqtt-tui: {name}"))))
    .into()
}
