use super::*;

mod bombs;
mod formats;
mod glancing;
mod looks;
mod schema;

const JSON: &str = r#"{"device":"probe-3","temperature":21.4,"ok":true,"tags":["lab","näive ☕"]}"#;

/// Read with nothing known beside.
fn bare(bytes: &[u8]) -> Reading {
    read(bytes, &Hints::default())
}

/// Read as a rule says.
fn told(bytes: &[u8], rule: &str) -> Reading {
    let rule = Decoding::parse(rule).expect(rule);
    read(bytes, &Hints { rule: Some(&rule), ..Hints::default() })
}

fn note(reading: &Reading) -> &str {
    reading.note.as_deref().unwrap_or_default()
}

/// The encoders of the wrappings.
mod wrap {
    use std::io::{Read, Write};

    use crate::model::Wrapping;

    pub(super) fn wrap(wrapping: Wrapping, bytes: &[u8]) -> Vec<u8> {
        let best = flate2::Compression::best();
        match wrapping {
            Wrapping::Gzip => {
                let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), best);
                encoder.write_all(bytes).expect("memory");
                encoder.finish().expect("memory")
            }
            Wrapping::Zlib => {
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), best);
                encoder.write_all(bytes).expect("memory");
                encoder.finish().expect("memory")
            }
            Wrapping::Zstd => {
                let level = ruzstd::encoding::CompressionLevel::Fastest;
                ruzstd::encoding::compress_to_vec(bytes, level)
            }
            Wrapping::Lz4 => {
                let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
                encoder.write_all(bytes).expect("memory");
                encoder.finish().expect("memory")
            }
            Wrapping::Snappy => {
                let mut out = Vec::new();
                snap::read::FrameEncoder::new(bytes).read_to_end(&mut out).expect("memory");
                out
            }
            Wrapping::SnappyRaw => snap::raw::Encoder::new().compress_vec(bytes).expect("memory"),
            Wrapping::Base64 => base64(bytes).into_bytes(),
            Wrapping::DataUrl => format!("data:application/json;base64,{}", base64(bytes)).into_bytes(),
        }
    }

    fn base64(bytes: &[u8]) -> String {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }
}
