//! Numbers packed side by side, as JSON: by the user's word only, since any bytes could be that.

use super::writer::Writer;
use crate::model::{Element, Scalar};

/// Writes as many of `element` as there are whole, and gives the number of bytes that are left over; `None` when the text is too long.
pub(super) fn render(bytes: &[u8], element: Element, writer: &mut Writer) -> Option<usize> {
    let chunks = bytes.chunks_exact(element.width());
    let rest = chunks.remainder().len();
    writer.open('[');
    for chunk in chunks {
        if writer.is_full() {
            return None;
        }
        let append = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        let bits = if element.big_endian {
            chunk.iter().fold(0, append)
        } else {
            chunk.iter().rev().fold(0, append)
        };
        match element.scalar {
            Scalar::Unsigned(_) => writer.plain(bits),
            Scalar::Signed(width) => {
                let unused = 64 - 8 * u32::from(width);
                writer.plain((bits << unused) as i64 >> unused);
            }
            Scalar::Float(4) => writer.float32(f32::from_bits(bits as u32)),
            Scalar::Float(_) => writer.float(f64::from_bits(bits)),
        }
    }
    writer.close(']');
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_width_and_order() {
        let text = |bytes: &[u8], name: &str| {
            let element = Element::from_name(name).expect(name);
            let mut writer = Writer::new(1000);
            let rest = render(bytes, element, &mut writer).expect("short");
            (writer.finish(), rest)
        };
        assert_eq!(text(&[0xff, 0xfe, 1], "i16be"), ("[-2]".to_owned(), 1));
        assert_eq!(text(&[0xff, 0xfe], "i16le"), ("[-257]".to_owned(), 0));
        assert_eq!(text(&[0xff, 1], "u8"), ("[255,1]".to_owned(), 0));
        assert_eq!(text(&[0xff; 8], "i64le").0, "[-1]");
        assert_eq!(text(&[0xff; 8], "u64be").0, "[18446744073709551615]");
        assert_eq!(text(&20.4_f32.to_be_bytes(), "f32be").0, "[20.4]");
        assert_eq!(text(&(-1e300_f64).to_le_bytes(), "f64").0, "[-1e300]");
        assert_eq!(text(&[], "i8").0, "[]");
    }
}
