use super::*;

const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const CLEAR: [u8; 4] = [0, 255, 0, 0];

fn picture(width: u32, height: u32, pixels: Vec<[u8; 4]>) -> Picture {
    Picture::new(width, height, pixels).expect("a picture")
}

fn blank(width: u32, height: u32) -> Picture {
    picture(width, height, vec![RED; (width * height) as usize])
}

#[test]
fn a_picture_has_as_many_pixels_as_it_says() {
    assert_eq!(Picture::new(2, 2, vec![RED; 3]), None);
    assert_eq!(Picture::new(0, 0, vec![]), None);
    let picture = picture(2, 1, vec![RED, CLEAR]);
    assert_eq!([0, 1, 2].map(|x| picture.pixel(x, 0)), [Some([255, 0, 0]), None, None]);
    assert_eq!(picture.pixel(0, 1), None);
}

#[test]
fn it_fills_the_room_and_keeps_its_aspect() {
    assert_eq!(blank(640, 480).fitting(80, 200), (80, 60));
    assert_eq!(blank(640, 480).fitting(200, 30), (40, 30));
    assert_eq!(blank(1000, 1).fitting(10, 10), (10, 1), "never thinner than a pixel");
    assert_eq!(blank(1, 1000).fitting(10, 10), (1, 10));
    assert_eq!(blank(32, 24).fitting(100, 80), (96, 72), "each pixel of a small one a square");
    assert_eq!(blank(10, 10).fitting(0, 0), (1, 1));
}

#[test]
fn smaller_it_shows_the_mean_and_larger_the_same_pixels() {
    let two = picture(2, 1, vec![RED, BLUE]);
    assert_eq!(two.scaled((1, 1)).pixel(0, 0), Some([127, 0, 127]));
    let large = two.scaled((4, 2));
    assert_eq!(large.size(), (4, 2));
    assert_eq!([0, 1, 2, 3].map(|x| large.pixel(x, 1) == Some([255, 0, 0])), [true, true, false, false]);
    let mostly_clear = picture(3, 1, vec![RED, CLEAR, CLEAR]);
    assert_eq!(mostly_clear.scaled((1, 1)).pixel(0, 0), None);
    let mostly_red = picture(3, 1, vec![RED, RED, CLEAR]);
    assert_eq!(mostly_red.scaled((1, 1)).pixel(0, 0), Some([255, 0, 0]), "what is clear has no colour");
}

#[test]
fn any_size_becomes_any_other() {
    for (width, height) in [(1, 1), (3, 7), (13, 2), (64, 64)] {
        for size in [(1, 1), (2, 3), (5, 64), (100, 1)] {
            let scaled = blank(width, height).scaled(size);
            assert_eq!(scaled.size(), size);
            let (x, y) = (size.0 - 1, size.1 - 1);
            assert_eq!((scaled.pixel(0, 0), scaled.pixel(x, y)), (Some([255, 0, 0]), Some([255, 0, 0])));
        }
    }
}

#[cfg(not(feature = "images"))]
#[test]
fn without_the_feature_it_is_said_that_nothing_is_drawn() {
    let reason = decode(b"\x89PNG", ImageFormat::Png, (1, 1)).expect_err("a reason");
    assert_eq!(reason, "built without the cargo feature 'images'");
}
