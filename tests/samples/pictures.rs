//! Two small pictures, encoded here: grey blocks as JPEG, colour stripes as PNG.

use std::io::Write;

/// A picture of stripes (W3C PNG: signature, IHDR, IDAT, IEND).
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0); // filter: none
        for x in 0..width {
            rows.extend([(x * 255 / width) as u8, (y * 255 / height) as u8, if x % 4 < 2 { 0 } else { 200 }]);
        }
    }
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&rows).expect("memory");
    // 8 bits a channel, three channels; the usual compression and filters; not interlaced.
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in
        [(b"IHDR", header), (b"IDAT", encoder.finish().expect("memory")), (b"IEND", Vec::new())]
    {
        let mut checksum = flate2::Crc::new();
        checksum.update(name);
        checksum.update(&data);
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(name);
        out.extend(&data);
        out.extend(checksum.sum().to_be_bytes());
    }
    out
}

/// A picture of so many blocks of 8×8 pixels, each of one grey (ITU-T T.81, baseline): only the DC coefficient of a block is coded,
/// by Huffman tables that hold no more than that needs.
pub(crate) fn jpeg(blocks_wide: u16, blocks_high: u16) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8];
    let mut segment = |marker: u8, data: &[u8]| {
        out.extend([0xff, marker]);
        out.extend((data.len() as u16 + 2).to_be_bytes());
        out.extend(data);
    };
    segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(0xdb, &[&[0][..], &[8; 64]].concat()); // each quantised by 8
    let (height, width) = ((blocks_high * 8).to_be_bytes(), (blocks_wide * 8).to_be_bytes());
    segment(0xc0, &[8, height[0], height[1], width[0], width[1], 1, 1, 0x11, 0]);
    // DC differences of 0 to 7 bits, four bits of code each; AC: nothing but the end of the block, code 0.
    let lengths = |at: usize, count: u8| {
        let mut lengths = [0; 16];
        lengths[at - 1] = count;
        lengths
    };
    segment(0xc4, &[&[0][..], &lengths(4, 8), &[0, 1, 2, 3, 4, 5, 6, 7]].concat());
    segment(0xc4, &[&[0x10][..], &lengths(1, 1), &[0]].concat());
    segment(0xda, &[1, 1, 0, 0, 63, 0]);
    let mut bits: Vec<bool> = Vec::new();
    let mut push = |value: i32, width: u32| bits.extend((0..width).rev().map(|bit| value >> bit & 1 == 1));
    let mut last = 0_i32;
    for block in 0..i32::from(blocks_wide * blocks_high) {
        let level = block * 20 - 50;
        let difference = level - last;
        last = level;
        let size = 32 - difference.unsigned_abs().leading_zeros();
        push(size as i32, 4);
        push(if difference < 0 { difference - 1 } else { difference }, size);
        push(0, 1);
    }
    bits.resize(bits.len().next_multiple_of(8), true);
    for byte in bits.chunks(8) {
        let byte = byte.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        out.push(byte);
        if byte == 0xff {
            out.push(0);
        }
    }
    out.extend([0xff, 0xd9]);
    out
}
