//! Bytes as rows of hexadecimal and ASCII. Each row is made when it is shown, so a payload of any size costs nothing.
//! Called by the hex view of the message pane.

use std::fmt::Write;

/// One row of the hex view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HexRow<'a> {
    /// Offset of the first byte in the payload.
    pub offset: usize,
    /// The bytes; fewer than `per_row` in the last row.
    pub bytes: &'a [u8],
    /// Bytes in a full row.
    pub per_row: usize,
}

/// How many rows `length` bytes take.
pub fn row_count(length: usize, per_row: usize) -> usize {
    length.div_ceil(per_row.max(1))
}

/// Row `index`, from 0; `None` past the end.
pub fn row(bytes: &[u8], index: usize, per_row: usize) -> Option<HexRow<'_>> {
    let per_row = per_row.max(1);
    let offset = index.checked_mul(per_row)?;
    let end = offset.saturating_add(per_row).min(bytes.len());
    let bytes = bytes.get(offset..end).filter(|bytes| !bytes.is_empty())?;
    Some(HexRow { offset, bytes, per_row })
}

/// The largest of 32, 16, 8 and 4 bytes a row that fits into `columns`: offset, cells, ASCII and the gaps between.
pub fn per_row(columns: usize) -> usize {
    // 8 digits of offset, 2 spaces, 3 columns a byte, a gap each 8 bytes, 2 spaces, 1 column a byte.
    [32, 16, 8].into_iter().find(|n| 8 + 2 + n * 4 + n / 8 <= columns).unwrap_or(4)
}

/// Column at which [`HexRow::cells`] writes byte `index` of its row.
pub fn column(index: usize) -> usize {
    // Two digits and a space each, and one more after each eighth.
    index * 3 + index / 8
}

impl HexRow<'_> {
    /// Offset of the row in hexadecimal, 8 digits or more.
    pub fn address(&self) -> String {
        format!("{:08x}", self.offset)
    }

    /// The bytes as `1f 8b …`, a wider gap after each eighth, filled up with spaces to the width of a full row.
    pub fn cells(&self) -> String {
        let mut out = String::with_capacity(self.per_row * 3 + self.per_row / 8);
        for index in 0..self.per_row {
            if index > 0 {
                out.push_str(if index % 8 == 0 { "  " } else { " " });
            }
            match self.bytes.get(index) {
                Some(byte) => {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "{byte:02x}");
                }
                None => out.push_str("  "),
            }
        }
        out
    }

    /// The bytes as ASCII, `.` for what cannot be shown.
    pub fn ascii(&self) -> String {
        self.bytes.iter().map(|b| if (0x20..0x7f).contains(b) { char::from(*b) } else { '.' }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_show_offset_cells_and_ascii() {
        let bytes: Vec<u8> = (0x1b..0x1b + 18).collect();
        assert_eq!(row_count(bytes.len(), 16), 2);
        let first = row(&bytes, 0, 16).expect("a first row");
        assert_eq!(first.address(), "00000000");
        assert_eq!(first.cells(), "1b 1c 1d 1e 1f 20 21 22  23 24 25 26 27 28 29 2a");
        assert_eq!(first.ascii(), "..... !\"#$%&'()*");
        for (index, byte) in first.bytes.iter().enumerate() {
            assert_eq!(first.cells()[column(index)..column(index) + 2], format!("{byte:02x}"));
        }
        let last = row(&bytes, 1, 16).expect("a last row");
        assert_eq!((last.address().as_str(), last.ascii().as_str()), ("00000010", "+,"));
        assert_eq!(last.cells().len(), first.cells().len());
        assert_eq!(row(&bytes, 2, 16), None);
        assert_eq!(row(&[], 0, 16), None);
        assert_eq!(row(&bytes, usize::MAX, 16), None);
    }

    #[test]
    fn a02_a_hex_row_holds_only_printable_ascii() {
        let bytes: Vec<u8> = (0..=255).collect();
        for index in 0..row_count(bytes.len(), 8) {
            let row = row(&bytes, index, 8).expect("within the bytes");
            let shown = format!("{}{}{}", row.address(), row.cells(), row.ascii());
            assert!(shown.bytes().all(|b| (0x20..0x7f).contains(&b)), "{shown:?}");
        }
    }

    #[test]
    fn rows_fit_the_columns_there_are() {
        assert_eq!([150, 80, 50, 10].map(per_row), [32, 16, 8, 4]);
        for columns in 44..200 {
            let bytes = [0x41; 64];
            let row = row(&bytes, 0, per_row(columns)).expect("a row");
            assert!(format!("{}  {}  {}", row.address(), row.cells(), row.ascii()).len() <= columns);
        }
    }
}
