//! One line about any message.

use proptest::prelude::*;

use super::*;
use crate::payload::{Style, is_clean, width};

fn line(bytes: &[u8]) -> String {
    glance(bytes, &Hints::default(), 40, Style::LINE)
}

#[test]
fn a_row_tells_what_is_inside() {
    assert_eq!(line(b"20.4"), "20.4");
    assert_eq!(line(b"{ \"a\": 1 }"), "{\"a\":1}");
    assert_eq!(line(b""), "");
    assert_eq!(line(b"\xa1\x64temp\xfb\x40\x35\x66\x66\x66\x66\x66\x66"), "CBOR {\"temp\":21.4}");
    assert_eq!(line(&wrap::wrap(Wrapping::Gzip, b"{\"a\":1}")), "gzip {\"a\":1}");
    assert_eq!(
        line(&wrap::wrap(Wrapping::Base64, &wrap::wrap(Wrapping::Zlib, b"{\"a\":1}"))),
        "base64 zlib {\"a\":1}"
    );
    assert_eq!(line(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02"), "PNG 640×480");
    assert_eq!(line(b"\x1f\x8b\x08\0\xff"), "binary, 5 B  1f 8b 08 00 ff");
    let rule = Decoding::parse("array:i8").expect("rule");
    let hints = Hints { rule: Some(&rule), ..Hints::default() };
    assert_eq!(glance(b"\x01\xff", &hints, 40, Style::LINE), "array [1,-1]");
    let mut large = wrap::wrap(Wrapping::Gzip, b"{}");
    large.extend([0xee; 5000]);
    assert_eq!(line(&large), "gzip, 5,022 B");
    let mut picture = b"GIF89a\x80\x02\xe0\x01".to_vec();
    picture.extend([0xee; 5000]);
    assert_eq!(line(&picture), "GIF 640×480, 5,010 B");
    assert_eq!(glance(&picture, &Hints::default(), 40, Style::LINE.ascii(true)), "GIF 640x480, 5,010 B");
}

proptest! {
    #[test]
    fn a01_any_bytes_give_one_clean_line_that_fits(bytes: Vec<u8>, text: String, columns in 0_usize..60, wrapping in prop::sample::select(&Wrapping::ALL[..])) {
        for payload in [bytes.clone(), text.clone().into_bytes(), wrap::wrap(wrapping, &bytes), wrap::wrap(wrapping, text.as_bytes())] {
            for topic in ["a", "spBv1.0/g/NDATA/n"] {
                let shown = glance(&payload, &Hints { topic, content_type: Some("application/msgpack"), ..Hints::default() }, columns, Style::LINE);
                prop_assert!(is_clean(&shown), "{shown:?}");
                prop_assert!(width(&shown) <= columns, "{shown:?}");
                prop_assert!(width(&glance(&payload, &Hints::default(), columns, Style::LINE)) <= columns);
            }
        }
    }

    #[test]
    fn plain_text_is_shown_as_without_reading(text in "[ -~]{0,60}") {
        let kind = crate::payload::preview_kind(text.as_bytes());
        let plain = crate::payload::preview(text.as_bytes(), kind, 40, Style::LINE);
        let shown = line(text.as_bytes());
        prop_assert!(shown == plain || shown.starts_with("base64 "), "{shown:?} {plain:?}");
    }
}
