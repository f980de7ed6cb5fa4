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

/// Where spaces stand between the bytes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// After each byte, two of them after each eighth.
    Wide,
    /// After each second byte, as `xxd` has them.
    Narrow,
}

impl Gaps {
    /// Column at which [`HexRow::cells`] writes byte `index` of its row.
    pub fn column(self, index: usize) -> usize {
        match self {
            Self::Wide => index * 3 + index / 8,
            Self::Narrow => index * 2 + index / 2,
        }
    }
}

/// How many bytes a row has in `columns`, and their gaps: 32, 16 or 8 with wide gaps, 16 with narrow ones before 8, at the least 4.
pub fn per_row(columns: usize) -> (usize, Gaps) {
    let ways = [(32, Gaps::Wide), (16, Gaps::Wide), (16, Gaps::Narrow), (8, Gaps::Wide)];
    // 8 digits of offset, 2 spaces, the cells, 2 spaces, 1 column a byte.
    let fits = |(n, gaps): &(usize, Gaps)| 8 + 2 + gaps.column(n - 1) + 2 + 2 + n <= columns;
    ways.into_iter().find(fits).unwrap_or((4, Gaps::Wide))
}

impl HexRow<'_> {
    /// Offset of the row in hexadecimal, 8 digits or more.
    pub fn address(&self) -> String {
        format!("{:08x}", self.offset)
    }

    /// The bytes as `1f 8b …` or `1f8b …`, filled up with spaces to the width of a full row.
    pub fn cells(&self, gaps: Gaps) -> String {
        let mut out = String::with_capacity(self.per_row * 3 + self.per_row / 8);
        for index in 0..self.per_row {
            let column = gaps.column(index);
            out.extend(std::iter::repeat_n(' ', column - out.len()));
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
        assert_eq!(first.cells(Gaps::Wide), "1b 1c 1d 1e 1f 20 21 22  23 24 25 26 27 28 29 2a");
        assert_eq!(first.cells(Gaps::Narrow), "1b1c 1d1e 1f20 2122 2324 2526 2728 292a");
        assert_eq!(first.ascii(), "..... !\"#$%&'()*");
        for (index, byte) in first.bytes.iter().enumerate() {
            for gaps in [Gaps::Wide, Gaps::Narrow] {
                let column = gaps.column(index);
                assert_eq!(first.cells(gaps)[column..column + 2], format!("{byte:02x}"));
            }
        }
        let last = row(&bytes, 1, 16).expect("a last row");
        assert_eq!((last.address().as_str(), last.ascii().as_str()), ("00000010", "+,"));
        assert_eq!(last.cells(Gaps::Narrow).len(), first.cells(Gaps::Narrow).len());
        assert_eq!(row(&bytes, 2, 16), None);
        assert_eq!(row(&[], 0, 16), None);
        assert_eq!(row(&bytes, usize::MAX, 16), None);
    }

    #[test]
    fn a02_a_hex_row_holds_only_printable_ascii() {
        let bytes: Vec<u8> = (0..=255).collect();
        for index in 0..row_count(bytes.len(), 8) {
            let row = row(&bytes, index, 8).expect("within the bytes");
            let shown = format!("{}{}{}", row.address(), row.cells(Gaps::Wide), row.ascii());
            assert!(shown.bytes().all(|b| (0x20..0x7f).contains(&b)), "{shown:?}");
        }
    }

    #[test]
    fn rows_fit_the_columns_there_are() {
        assert_eq!([150, 80, 68, 50, 10].map(|columns| per_row(columns).0), [32, 16, 16, 8, 4]);
        for columns in 44..200 {
            let bytes = [0x41; 64];
            let (per_row, gaps) = per_row(columns);
            let row = row(&bytes, 0, per_row).expect("a row");
            assert!(format!("{}  {}  {}", row.address(), row.cells(gaps), row.ascii()).len() <= columns);
        }
    }
}
