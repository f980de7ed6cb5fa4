//! What a payload is to be taken for: chosen by the user, for a topic filter in a file or for one topic on screen.
//! Plain data with one text form, which a user can type and a file can hold.

use std::fmt;

use super::TopicFilter;

/// What lies around a payload and can be taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wrapping {
    /// RFC 1952.
    Gzip,
    /// RFC 1950.
    Zlib,
    /// RFC 8878.
    Zstd,
    /// The LZ4 frame format.
    Lz4,
    /// The framed Snappy format.
    Snappy,
    /// One Snappy block without a frame. Has no mark of its own, so it is never found without being asked for.
    SnappyRaw,
    /// RFC 4648, either alphabet.
    Base64,
    /// RFC 2397.
    DataUrl,
}

impl Wrapping {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Gzip,
        Self::Zlib,
        Self::Zstd,
        Self::Lz4,
        Self::Snappy,
        Self::SnappyRaw,
        Self::Base64,
        Self::DataUrl,
    ];

    /// Its name on screen and in rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Snappy => "snappy",
            Self::SnappyRaw => "snappy-raw",
            Self::Base64 => "base64",
            Self::DataUrl => "data-url",
        }
    }
}

/// A number as it lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scalar {
    /// Signed, of so many bytes: 1, 2, 4 or 8.
    Signed(u8),
    /// Unsigned, of so many bytes: 1, 2, 4 or 8.
    Unsigned(u8),
    /// IEEE 754, of so many bytes: 4 or 8.
    Float(u8),
}

/// One element of an array of numbers packed without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Element {
    /// Type and width.
    pub scalar: Scalar,
    /// The most significant byte comes first. Never set for single bytes.
    pub big_endian: bool,
}

impl Element {
    /// All of them, by name.
    pub const NAMES: [&str; 18] = [
        "i8", "u8", "i16le", "i16be", "u16le", "u16be", "i32le", "i32be", "u32le", "u32be", "i64le", "i64be",
        "u64le", "u64be", "f32le", "f32be", "f64le", "f64be",
    ];

    /// The one of that name: `i16le`, `u8`, `f32be`. Without an ending, little endian.
    pub fn from_name(name: &str) -> Option<Self> {
        let (name, big_endian) = match (name.strip_suffix("le"), name.strip_suffix("be")) {
            (Some(name), _) => (name, false),
            (_, Some(name)) => (name, true),
            _ => (name, false),
        };
        let scalar = match name {
            "i8" => Scalar::Signed(1),
            "u8" => Scalar::Unsigned(1),
            "i16" => Scalar::Signed(2),
            "u16" => Scalar::Unsigned(2),
            "i32" => Scalar::Signed(4),
            "u32" => Scalar::Unsigned(4),
            "i64" => Scalar::Signed(8),
            "u64" => Scalar::Unsigned(8),
            "f32" => Scalar::Float(4),
            "f64" => Scalar::Float(8),
            _ => return None,
        };
        let element = Self { scalar, big_endian };
        Some(if element.width() == 1 { Self { big_endian: false, ..element } } else { element })
    }

    /// Bytes it takes.
    pub fn width(self) -> usize {
        let (Scalar::Signed(bytes) | Scalar::Unsigned(bytes) | Scalar::Float(bytes)) = self.scalar;
        usize::from(bytes)
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.scalar {
            Scalar::Signed(_) => 'i',
            Scalar::Unsigned(_) => 'u',
            Scalar::Float(_) => 'f',
        };
        let order = match self.width() {
            1 => "",
            _ if self.big_endian => "be",
            _ => "le",
        };
        write!(f, "{letter}{}{order}", self.width() * 8)
    }
}

/// A message of a Protobuf schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SchemaName {
    /// Path of the `.proto` file.
    pub file: String,
    /// Full name of the message: `meters.v1.Reading`.
    pub message: String,
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.message)
    }
}

/// What the bytes inside of all wrappings are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// What they look like.
    #[default]
    Auto,
    /// Nothing that can be read: hexadecimal.
    Hex,
    /// Text, even where it is JSON or not UTF-8.
    Text,
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// CBOR (RFC 8949).
    Cbor,
    /// MessagePack.
    MessagePack,
    /// Protobuf, by a schema or as far as it can be read without.
    Protobuf(Option<SchemaName>),
    /// A Sparkplug B payload.
    Sparkplug,
    /// Numbers side by side.
    Array(Element),
}

/// What a payload is to be taken for, as text `gzip>protobuf:meter.proto:meters.Reading`: the wrappings to take off, from the
/// outside in, then the form of what is inside. Without a form it is what it looks like; without wrappings and with a form the
/// bytes are taken as they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Decoding {
    /// From the outside in; at most [`Decoding::MOST_WRAPPINGS`].
    pub wrappings: Vec<Wrapping>,
    /// What is inside.
    pub form: Form,
}

impl Decoding {
    /// Wrappings that are taken off one payload, at most.
    pub const MOST_WRAPPINGS: usize = 8;

    /// What a menu offers: the text that [`Decoding::parse`] reads and what it means. Those that need a name are completed by the user.
    pub const CHOICES: [(&str, &str); 20] = [
        ("auto", "what it looks like"),
        ("hex", "bytes only"),
        ("text", "text as sent"),
        ("json", "JSON"),
        ("xml", "XML"),
        ("cbor", "CBOR"),
        ("messagepack", "MessagePack"),
        ("protobuf", "Protobuf without a schema: numbers of fields"),
        ("protobuf:", "Protobuf by a schema: protobuf:file.proto:package.Message"),
        ("sparkplug", "Sparkplug B"),
        ("gzip", "gzip around what it looks like"),
        ("zlib", "zlib around what it looks like"),
        ("zstd", "zstd around what it looks like"),
        ("lz4", "LZ4 frame around what it looks like"),
        ("snappy", "framed Snappy around what it looks like"),
        ("snappy-raw", "one Snappy block around what it looks like"),
        ("base64", "base64 around what it looks like"),
        ("data-url", "data: URL around what it looks like"),
        ("array:u8", "an array of bytes as numbers"),
        ("array:", "an array of numbers: array:i16le, array:f32be"),
    ];

    /// Takes a payload for `form`, whatever is around it staying on.
    pub fn of(form: Form) -> Self {
        Self { wrappings: Vec::new(), form }
    }

    /// Whether nothing is chosen.
    pub fn is_auto(&self) -> bool {
        self.wrappings.is_empty() && self.form == Form::Auto
    }

    /// The schema it needs.
    pub fn schema(&self) -> Option<&SchemaName> {
        match &self.form {
            Form::Protobuf(schema) => schema.as_ref(),
            _ => None,
        }
    }

    /// Reads the text form; the error says what there is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut decoding = Self::default();
        let mut rest = text.trim();
        loop {
            // A path may hold '>'.
            let (step, after) = match rest.split_once('>') {
                Some((step, after)) if !step.trim_start().starts_with("protobuf:") => (step, Some(after)),
                _ => (rest, None),
            };
            let step = step.trim();
            if let Some(wrapping) = Wrapping::ALL.into_iter().find(|wrapping| wrapping.name() == step) {
                if decoding.wrappings.len() == Self::MOST_WRAPPINGS {
                    return Err(format!("more than {} wrappings", Self::MOST_WRAPPINGS));
                }
                decoding.wrappings.push(wrapping);
            } else if after.is_none() {
                decoding.form = form(step)?;
            } else {
                return Err(format!("'{step}' is nothing to take off: before '>' {}", wrappings()));
            }
            match after {
                Some(after) => rest = after,
                None => return Ok(decoding),
            }
        }
    }
}

fn wrappings() -> String {
    format!("use {}", Wrapping::ALL.map(Wrapping::name).join(", "))
}

fn form(text: &str) -> Result<Form, String> {
    if let Some(schema) = text.strip_prefix("protobuf:") {
        return match schema.rsplit_once(':') {
            Some((file, message)) if !file.is_empty() && !message.is_empty() => {
                Ok(Form::Protobuf(Some(SchemaName { file: file.to_owned(), message: message.to_owned() })))
            }
            _ => Err("a schema is named by file and message: protobuf:meter.proto:meters.Reading".to_owned()),
        };
    }
    if let Some(element) = text.strip_prefix("array:") {
        return Element::from_name(element)
            .map(Form::Array)
            .ok_or_else(|| format!("'{element}' is no element: use {}", Element::NAMES.join(", ")));
    }
    Ok(match text {
        "auto" => Form::Auto,
        "hex" => Form::Hex,
        "text" => Form::Text,
        "json" => Form::Json,
        "xml" => Form::Xml,
        "cbor" => Form::Cbor,
        "messagepack" | "msgpack" => Form::MessagePack,
        "protobuf" => Form::Protobuf(None),
        "sparkplug" => Form::Sparkplug,
        _ => {
            return Err(format!(
                "'{text}' is no form: use auto, hex, text, json, xml, cbor, messagepack, protobuf, protobuf:FILE:MESSAGE, \
                 sparkplug, array:ELEMENT; or to take something off, {}",
                Wrapping::ALL.map(Wrapping::name).join(", ")
            ));
        }
    })
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Hex => f.write_str("hex"),
            Self::Text => f.write_str("text"),
            Self::Json => f.write_str("json"),
            Self::Xml => f.write_str("xml"),
            Self::Cbor => f.write_str("cbor"),
            Self::MessagePack => f.write_str("messagepack"),
            Self::Protobuf(None) => f.write_str("protobuf"),
            Self::Protobuf(Some(schema)) => write!(f, "protobuf:{schema}"),
            Self::Sparkplug => f.write_str("sparkplug"),
            Self::Array(element) => write!(f, "array:{element}"),
        }
    }
}

impl fmt::Display for Decoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, wrapping) in self.wrappings.iter().enumerate() {
            let separator = if index == 0 { "" } else { ">" };
            write!(f, "{separator}{}", wrapping.name())?;
        }
        match (&self.form, self.wrappings.is_empty()) {
            (form, true) => write!(f, "{form}"),
            (Form::Auto, false) => Ok(()),
            (form, false) => write!(f, ">{form}"),
        }
    }
}

/// What payloads on the topics of a filter are to be taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecoderRule {
    /// The topics it is for.
    pub filter: TopicFilter,
    /// What their payloads are.
    pub decoding: Decoding,
}

/// The decoding for `topic`: that of the first rule that matches.
pub fn rule_for<'a>(rules: impl IntoIterator<Item = &'a DecoderRule>, topic: &str) -> Option<&'a Decoding> {
    rules.into_iter().find(|rule| rule.filter.matches(topic)).map(|rule| &rule.decoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_shown() {
        for text in [
            "auto",
            "hex",
            "json",
            "messagepack",
            "protobuf",
            "protobuf:meter.proto:meters.v1.Reading",
            "protobuf:C:\\schemas\\meter.proto:Reading",
            "gzip",
            "base64>gzip>cbor",
            "snappy-raw>array:i16be",
            "zstd>protobuf:a>b.proto:Reading",
            "array:u8",
            "array:f64le",
        ] {
            assert_eq!(Decoding::parse(text).map(|decoding| decoding.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(Decoding::parse(" base64 > msgpack "), Decoding::parse("base64>messagepack"));
        assert_eq!(Decoding::parse("array:i32"), Decoding::parse("array:i32le"));
        for name in Element::NAMES {
            assert_eq!(Element::from_name(name).map(|element| element.to_string()).as_deref(), Some(name));
        }
        for (text, _) in Decoding::CHOICES.iter().filter(|(text, _)| !text.ends_with(':')) {
            assert!(Decoding::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn g02_what_is_no_decoding_says_what_there_is() {
        for (text, words) in [
            ("", "messagepack"),
            ("jsn", "'jsn' is no form: use auto, hex"),
            ("cbor>json", "'cbor' is nothing to take off: before '>' use gzip"),
            ("gzip>", "array:ELEMENT"),
            ("protobuf:meter.proto", "protobuf:meter.proto:meters.Reading"),
            ("array:i24", "'i24' is no element: use i8, u8, i16le"),
            ("gzip>gzip>gzip>gzip>gzip>gzip>gzip>gzip>gzip", "more than 8"),
        ] {
            let fault = Decoding::parse(text).expect_err(text);
            assert!(fault.contains(words), "{text}: {fault}");
        }
    }

    #[test]
    fn the_first_rule_that_matches_counts() {
        let rule = |filter, text| DecoderRule {
            filter: TopicFilter::parse(filter).expect("filter"),
            decoding: Decoding::parse(text).expect("decoding"),
        };
        let rules = [rule("a/b", "hex"), rule("a/+", "cbor"), rule("a/#", "text")];
        let found = |topic| rule_for(&rules, topic).map(ToString::to_string);
        assert_eq!(found("a/b").as_deref(), Some("hex"));
        assert_eq!(found("a/c").as_deref(), Some("cbor"));
        assert_eq!(found("a/c/d").as_deref(), Some("text"));
        assert_eq!(found("b"), None);
    }
}
