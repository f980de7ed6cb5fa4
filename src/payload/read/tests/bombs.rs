//! Wrappings: whole, cut short, damaged, lying, and larger than memory.

use proptest::prelude::*;

use super::wrap::wrap;
use super::*;
use crate::payload::Style;

#[test]
fn each_wrapping_is_taken_off_and_named() {
    for wrapping in Wrapping::ALL {
        let payload = wrap(wrapping, JSON.as_bytes());
        let reading =
            if wrapping == Wrapping::SnappyRaw { told(&payload, "snappy-raw") } else { bare(&payload) };
        assert_eq!((reading.kind, note(&reading)), (Kind::Json, ""), "{wrapping:?}");
        assert_eq!(reading.layers, [Layer { wrapping, size: JSON.len() }]);
        assert_eq!(reading.text(&payload), Some(JSON));
        assert_eq!(told(&payload, wrapping.name()), reading, "found is as told");
        assert_eq!(
            reading.chain(),
            format!("{} › JSON, {} B ‹ {} B", wrapping.name(), JSON.len(), payload.len())
        );
        assert!(reading.is_json());
    }
    let nested = wrap(Wrapping::Base64, &wrap(Wrapping::Gzip, &wrap(Wrapping::Zstd, JSON.as_bytes())));
    let reading = bare(&nested);
    assert!(reading.chain().starts_with("base64 › gzip › zstd › JSON, "), "{}", reading.chain());
    assert_eq!(told(&nested, "base64>gzip>zstd>json"), reading);
}

#[test]
fn parts_one_after_the_other_are_one_content_and_what_follows_is_said() {
    for wrapping in [Wrapping::Gzip, Wrapping::Zstd, Wrapping::Lz4] {
        let mut payload = wrap(wrapping, b"{\"first\":1,");
        payload.extend(wrap(wrapping, b"\"second\":2}"));
        let reading = bare(&payload);
        assert_eq!(
            reading.text(&payload),
            Some("{\"first\":1,\"second\":2}"),
            "{wrapping:?}: {}",
            note(&reading)
        );
        payload.extend(b"\0\0\0\0");
        let reading = bare(&payload);
        assert_eq!(reading.kind, Kind::Json);
        assert!(note(&reading).contains("4 B that follow are left out"), "{wrapping:?}: {}", note(&reading));
    }
    let mut skipped = vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    skipped.splice(0..0, wrap(Wrapping::Zstd, b"{}"));
    skipped.extend(wrap(Wrapping::Zstd, b" "));
    assert_eq!(bare(&skipped).text(&skipped), Some("{} "));
}

#[test]
fn b09_a_wrapping_cut_anywhere_says_so_and_leaves_the_raw_bytes() {
    for wrapping in Wrapping::ALL {
        let payload = wrap(wrapping, JSON.as_bytes());
        for cut in 0..payload.len() {
            let reading = told(&payload[..cut], wrapping.name());
            // Only the padding of base64 can be missed without harm.
            let is_padding = payload[cut..].iter().all(|byte| *byte == b'=');
            assert!(is_padding || reading.text(&payload[..cut]) != Some(JSON), "{wrapping:?} cut at {cut}");
            // Base64 and framed Snappy have no end: what is there is read.
            let endless = matches!(wrapping, Wrapping::Base64 | Wrapping::DataUrl | Wrapping::Snappy);
            if !endless && cut > 0 {
                assert!(reading.layers.is_empty(), "{wrapping:?} cut at {cut}: {reading:?}");
                assert!(note(&reading).contains("cannot be taken for "), "{wrapping:?} cut at {cut}");
            }
            // By looks, what bears its mark is named.
            let reading = bare(&payload[..cut]);
            if cut > 10 && !endless && !matches!(wrapping, Wrapping::SnappyRaw | Wrapping::Zlib) {
                assert_eq!(reading.kind, Kind::Binary, "{wrapping:?} cut at {cut}");
                assert!(note(&reading).starts_with("begins like"), "{wrapping:?}: {}", note(&reading));
            }
        }
    }
    let gzip = wrap(Wrapping::Gzip, JSON.as_bytes());
    let reading = bare(&gzip[..20]);
    assert_eq!(note(&reading), "begins like gzip: ends in the middle at offset 20");
}

#[test]
fn b09_a_damaged_wrapping_is_never_shown_as_if_it_were_whole() {
    for wrapping in [Wrapping::Gzip, Wrapping::Zlib, Wrapping::Snappy] {
        let payload = wrap(wrapping, JSON.as_bytes());
        let mut harmed = 0;
        for at in 10..payload.len() {
            let mut damaged = payload.clone();
            damaged[at] ^= 0x10;
            let reading = bare(&damaged);
            // Some bits of a stream have no effect on its content.
            let unharmed = reading.text(&damaged) == Some(JSON);
            assert!(unharmed || reading.kind == Kind::Binary, "{wrapping:?} damaged at {at}: {reading:?}");
            harmed += usize::from(!unharmed);
        }
        assert!(harmed > payload.len() / 2);
    }
}

/// Zeros that take little room.
fn zeros(length: usize) -> Vec<u8> {
    wrap(Wrapping::Gzip, &vec![b' '; length])
}

#[test]
fn b09_of_a_bomb_the_first_64_mb_are_taken_and_that_is_said() {
    // 100 members of 10 MB: a gigabyte in a megabyte, and its last size says 10 MB.
    let bomb = zeros(10_000_000).repeat(100);
    let reading = bare(&bomb);
    assert_eq!(reading.layers, [Layer { wrapping: Wrapping::Gzip, size: 64 << 20 }]);
    assert_eq!(note(&reading), "gzip: first 67 MB of a larger content; the raw bytes stay");
    assert_eq!(reading.kind, Kind::Text);
    let shown = glance(&bomb[..4000], &Hints::default(), 40, Style::LINE);
    assert!(shown.starts_with("gzip"), "{shown}");
    let small = zeros(2_000_000);
    assert!(small.len() < 4096);
    assert!(glance(&small, &Hints::default(), 40, Style::LINE).starts_with("gzip"));
}

#[test]
fn b09_a_declared_size_beyond_the_limit_is_refused_before_anything_is_set_aside() {
    // Frame header with a window of 3.75 TB, then one with a single segment of 2^62 bytes.
    for payload in [
        &[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 1, 0, 0][..],
        &[0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0],
    ] {
        let reading = bare(payload);
        assert_eq!(reading.kind, Kind::Binary);
        assert!(note(&reading).contains("of memory, more than 67 MB"), "{}", note(&reading));
    }
    // 4 GB in six bytes.
    let reading = told(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0x00], "snappy-raw");
    assert!(note(&reading).contains("declares 4.2 GB, more than it can hold"), "{}", note(&reading));
}

#[test]
fn b09_wrappings_within_wrappings_end_after_eight() {
    let mut payload = JSON.as_bytes().to_vec();
    for _ in 0..8 {
        payload = wrap(Wrapping::Gzip, &payload);
    }
    let reading = bare(&payload);
    assert_eq!((reading.layers.len(), reading.kind), (8, Kind::Json));
    let reading = bare(&wrap(Wrapping::Gzip, &payload));
    assert_eq!((reading.layers.len(), reading.kind), (8, Kind::Binary));
    assert!(note(&reading).contains("more than 8 wrappings"), "{}", note(&reading));
}

proptest! {
    #[test]
    fn a08_a_damaged_wrapping_is_no_panic(
        wrapping in prop::sample::select(&Wrapping::ALL[..]),
        content in prop::collection::vec(any::<u8>(), 0..300),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut payload = wrap(wrapping, &content);
        for (at, byte) in damage {
            if !payload.is_empty() {
                let at = at.index(payload.len());
                payload[at] = byte;
            }
        }
        let reading = told(&payload, wrapping.name());
        prop_assert!(reading.layers.len() <= 8);
        bare(&payload);
    }

    #[test]
    fn what_was_wrapped_comes_out_again(
        wrapping in prop::sample::select(&Wrapping::ALL[..]),
        content in prop::collection::vec(any::<u8>(), 1..2000),
    ) {
        let payload = wrap(wrapping, &content);
        let reading = told(&payload, &format!("{}>hex", wrapping.name()));
        prop_assert_eq!(reading.bytes(&payload), &content[..]);
        prop_assert_eq!(reading.note.as_deref(), None);
    }
}
