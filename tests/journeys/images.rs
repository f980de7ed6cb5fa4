//! Images in the message pane. What they look like needs the cargo feature `images`; what is said without it, a build without it.

use crate::language::Journey;

/// A PNG of that size by its header, and nothing more.
fn header(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], &size, b"\x08\x02\0\0\0\0\0\0\0"].concat()
}

#[cfg(not(feature = "images"))]
#[test]
fn a_build_that_draws_no_images_says_so_and_shows_the_bytes() {
    let mut journey = Journey::new();
    journey.bytes("camera", &header(640, 480)).sees("PNG 640×480").sees("89 50 4e 47");
    journey.sees("not drawn: built without the cargo feature 'images'");
    journey.keys("v").does_not_see("not drawn");
}

#[cfg(feature = "images")]
mod drawn {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
    use mqtt_tui::app::Effect;
    use mqtt_tui::config::Colours;
    use ratatui::style::Color;

    use super::{Journey, header};

    const RED: Color = Color::Rgb(255, 0, 0);
    const BLUE: Color = Color::Rgb(0, 0, 255);

    /// Red above, blue below.
    fn flag(width: u32, height: u32) -> Vec<u8> {
        flag_of(width, height, [255, 0, 0, 255])
    }

    fn flag_of(width: u32, height: u32, above: [u8; 4]) -> Vec<u8> {
        let pixel = |_, y| Rgba(if y * 2 < height { above } else { [0, 0, 255, 255] });
        let mut out = Cursor::new(Vec::new());
        let image = DynamicImage::from(RgbaImage::from_fn(width, height, pixel));
        image.write_to(&mut out, ImageFormat::Png).expect("encoded");
        out.into_inner()
    }

    /// Columns and rows of the cells with that colour, and the first of them.
    fn extent(journey: &Journey, colour: Color) -> Option<(u16, u16, (u16, u16))> {
        let buffer = journey.buffer();
        let has = |place: &(u16, u16)| buffer[*place].fg == colour || buffer[*place].bg == colour;
        let places: Vec<_> = buffer.area.positions().map(Into::into).filter(has).collect();
        let (xs, ys) = (places.iter().map(|place| place.0), places.iter().map(|place| place.1));
        let (left, right, top, bottom) = (xs.clone().min()?, xs.max()?, ys.clone().min()?, ys.max()?);
        Some((right - left + 1, bottom - top + 1, (left, top)))
    }

    #[test]
    fn an_image_fills_the_pane_with_its_aspect_kept() {
        let mut journey = Journey::new();
        journey.bytes("camera", &flag(400, 100)).sees("PNG 400×100").does_not_see("89 50 4e 47");
        let (columns, rows, top) = extent(&journey, RED).expect("red");
        let (blue_columns, blue_rows, below) = extent(&journey, BLUE).expect("blue");
        assert!(columns > 50 && columns == blue_columns, "{columns} and {blue_columns} columns");
        let pixels = (rows + blue_rows) * 2;
        assert!(
            (columns / 4).abs_diff(pixels) <= 2,
            "{columns} columns of 400×100 in {pixels} pixels' height"
        );
        assert_eq!((top.0, top.1 + rows), below, "red stands above blue");
        journey.keys("<enter>/red").sees("nothing on screen to be looked through").keys("<esc>");
        journey.keys("v").sees(" raw ").keys("v").sees(" hex ").sees("89 50 4e 47");
        assert_eq!(extent(&journey, RED), None);
    }

    #[test]
    fn with_z_it_has_the_whole_screen_and_a_new_size_scales_it_anew() {
        let mut journey = Journey::new();
        journey.bytes("camera", &flag(400, 100)).keys("<enter>");
        let before = extent(&journey, RED).expect("red").0;
        journey.keys("z");
        let zoomed = extent(&journey, RED).expect("red").0;
        assert_eq!((zoomed > before, zoomed), (true, 136), "all columns but the frame's");
        journey.slowly().resize(80, 24);
        assert_eq!(extent(&journey, RED).expect("drawn at once").0, 76);
        let scales = |effect: &Effect| format!("{effect:?}").contains("Scale");
        assert!(journey.effects().iter().any(scales), "and scaled well by a job");
    }

    #[test]
    fn a_small_image_is_drawn_with_large_pixels() {
        let mut journey = Journey::new();
        journey.bytes("thermal", &flag(8, 8));
        let (columns, rows, _) = extent(&journey, RED).expect("red");
        assert_eq!((columns % 8, columns, rows), (0, columns, columns / 4), "half of a square");
        assert!(columns >= 16, "{columns}");
    }

    #[test]
    fn what_is_transparent_shows_the_ground() {
        let mut journey = Journey::new();
        journey.bytes("icon", &flag_of(8, 8, [255, 0, 0, 0]));
        assert_eq!(extent(&journey, RED), None);
        assert!(extent(&journey, BLUE).is_some());
    }

    #[test]
    fn an_image_in_base64_is_drawn_too() {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(flag(40, 20));
        let mut journey = Journey::new();
        journey.message("camera", &text).sees("base64 › PNG 40×20");
        assert!(extent(&journey, RED).is_some() && extent(&journey, BLUE).is_some());
    }

    #[test]
    fn b09_an_image_too_large_to_decode_says_so_and_shows_the_bytes() {
        let mut journey = Journey::new();
        journey.bytes("camera", &header(60_000, 60_000));
        journey.sees("PNG 60000×60000").sees("not drawn: 14 GB of pixels, more than 64 MB");
        journey.sees("89 50 4e 47");
    }

    #[test]
    fn b09_an_image_that_is_cut_off_says_so_and_shows_the_bytes() {
        let mut journey = Journey::new();
        let bytes = flag(40, 20);
        journey.bytes("camera", &bytes[..50]).sees("not drawn: ").sees("89 50 4e 47");
        assert_eq!(extent(&journey, RED), None);
    }

    #[test]
    fn b06_keys_are_answered_while_an_image_is_decoded() {
        let mut journey = Journey::new();
        journey.message("a", "1").bytes("camera", &flag(40, 20)).slowly();
        journey.keys("j");
        assert_eq!((journey.selected(), extent(&journey, RED)), ("camera".to_owned(), None));
        journey.keys("k").sees("number").keys("j");
        assert_eq!(journey.finish_jobs(), 1, "one decoder at a time");
        assert!(extent(&journey, RED).is_some());
    }

    #[test]
    fn the_image_before_stays_until_the_next_is_decoded() {
        let green = Color::Rgb(0, 255, 0);
        let mut journey = Journey::new();
        journey.bytes("camera", &flag(40, 20)).slowly();
        journey.bytes("camera", &flag_of(40, 20, [0, 255, 0, 255]));
        assert!(extent(&journey, RED).is_some() && extent(&journey, green).is_none());
        journey.finish_jobs();
        assert!(extent(&journey, RED).is_none() && extent(&journey, green).is_some());
    }

    #[test]
    fn f12_without_colours_or_half_blocks_it_is_drawn_all_the_same() {
        let gradient = flag_of(40, 20, [255, 255, 255, 255]);
        let mut journey = Journey::new();
        journey.looks(Colours::None, true).bytes("camera", &gradient).sees("@@@@@@@@").sees("PNG 40x20");
        assert!(journey.screen().is_ascii());
        let mut journey = Journey::new();
        journey.looks(Colours::True, true).bytes("camera", &gradient);
        assert!(extent(&journey, BLUE).is_some() && journey.screen().is_ascii());
        let mut journey = Journey::new();
        journey.looks(Colours::Cube, false).bytes("camera", &gradient);
        assert!(extent(&journey, Color::Indexed(21)).is_some(), "the blue of the cube");
        let mut journey = Journey::new();
        journey.looks(Colours::Sixteen, false).bytes("camera", &gradient);
        assert!(extent(&journey, Color::White).is_some());
    }
}
