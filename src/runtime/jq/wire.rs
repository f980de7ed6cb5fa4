//! What runner and child say to each other: frames of a tag, a length of four bytes (little endian) and that much content.

use std::io::Read;
use std::time::Duration;

use crate::payload::jq::{Ended, Limits};

const PROGRAM: u8 = b'P';
const RUN: u8 = b'R';
const OUTPUT: u8 = b'O';

/// Bytes of limits before a program's text.
const LIMITS_BYTES: usize = 12;

/// To the child.
pub(super) enum Request<'a> {
    /// From now on run this program within these limits.
    Program(Limits, &'a str),
    /// Run it on this text.
    Run(&'a str),
}

impl Request<'_> {
    pub(super) fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Program(limits, text) => {
                let time = u32::try_from(limits.time.as_millis()).unwrap_or(u32::MAX);
                let sizes =
                    [limits.outputs, limits.output_bytes].map(|size| u32::try_from(size).unwrap_or(u32::MAX));
                let mut content = time.to_le_bytes().to_vec();
                content.extend(sizes.into_iter().flat_map(u32::to_le_bytes));
                content.extend(text.as_bytes());
                frame(PROGRAM, &content)
            }
            Self::Run(text) => frame(RUN, text.as_bytes()),
        }
    }
}

/// A request as the child reads it.
pub(super) enum Asked {
    Program(Limits, String),
    Run(String),
}

/// The next request; `None` at the end of the input, or when it is none.
pub(super) fn read_request(from: &mut impl Read) -> Option<Asked> {
    let mut head = [0; 5];
    from.read_exact(&mut head).ok()?;
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    let mut content = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut content).ok().filter(|read| *read == length as usize)?;
    match head[0] {
        PROGRAM => {
            let (limits, text) = content.split_at_checked(LIMITS_BYTES)?;
            let mut numbers = limits
                .chunks_exact(4)
                .map(|four| four.iter().rev().fold(0_u32, |n, b| n << 8 | u32::from(*b)));
            let time = Duration::from_millis(u64::from(numbers.next()?));
            let (outputs, output_bytes) = (numbers.next()? as usize, numbers.next()? as usize);
            Some(Asked::Program(
                Limits { time, outputs, output_bytes },
                String::from_utf8(text.to_vec()).ok()?,
            ))
        }
        RUN => String::from_utf8(content).ok().map(Asked::Run),
        _ => None,
    }
}

/// From the child.
pub(super) enum Reply {
    /// One output of a run.
    Output(String),
    /// The end of a run, and what to say of it.
    End(Ended, Option<String>),
}

/// The tags of the ends.
const ENDS: [(u8, Ended); 6] = [
    (b'0', Ended::Complete),
    (b'1', Ended::Failed),
    (b'2', Ended::Deadline),
    (b'3', Ended::TooMuch),
    (b'4', Ended::TooDeep),
    (b'5', Ended::Memory),
];

impl Reply {
    pub(super) fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Output(text) => frame(OUTPUT, text.as_bytes()),
            Self::End(ended, error) => {
                let tag = ENDS.iter().find(|(_, end)| end == ended).map_or(b'1', |(tag, _)| *tag);
                frame(tag, error.as_deref().unwrap_or_default().as_bytes())
            }
        }
    }

    pub(super) fn decoded(tag: u8, text: String) -> Option<Self> {
        if tag == OUTPUT {
            return Some(Self::Output(text));
        }
        let (_, ended) = ENDS.iter().find(|(end, _)| *end == tag)?;
        Some(Self::End(*ended, Some(text).filter(|text| !text.is_empty())))
    }
}

fn frame(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(content.len() + 5);
    frame.push(tag);
    frame.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes());
    frame.extend(content);
    frame
}
