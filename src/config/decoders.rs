//! Rules of what payloads are to be taken for, as profiles and settings hold them:
//! `decoders = [{ filter = "meters/+/data", as = "protobuf:meter.proto:meters.Reading" }]`.

use toml_edit::Value;

use super::fault::{FileFault, Origin};
use super::section::Section;
use crate::model::{DecoderRule, Decoding, TopicFilter};

/// Reads the rules of `table`; unknown keys go to `warnings`. Paths of schemas stay as they are written: they begin at the folder of
/// the file, which whoever loads the schemas has to say.
pub(super) fn decoders(
    origin: Origin<'_>,
    table: &mut Section<'_>,
    warnings: &mut Vec<FileFault>,
) -> Result<Vec<DecoderRule>, FileFault> {
    table.list("decoders")?.into_iter().map(|value| rule(origin, value, warnings)).collect()
}

fn rule(origin: Origin<'_>, value: &Value, warnings: &mut Vec<FileFault>) -> Result<DecoderRule, FileFault> {
    let wanted = "a decoder is a table: { filter = \"meters/#\", as = \"cbor\" }";
    let options = value.as_inline_table().ok_or_else(|| origin.fault(value.span(), wanted))?;
    let mut section = Section::new(origin, options);
    let filter = section.parsed("filter", |text| {
        TopicFilter::parse(text).map_err(|fault| format!("this is no topic filter: {fault}"))
    })?;
    let filter = filter.ok_or_else(|| section.fault("filter", "on which topics?"))?;
    let decoding = section.parsed("as", Decoding::parse)?;
    let decoding = decoding.ok_or_else(|| section.fault("as", "what are payloads to be taken for?"))?;
    section.close(warnings);
    Ok(DecoderRule { filter, decoding })
}

#[cfg(test)]
mod tests {
    use crate::config::{ProfileBook, SettingsFile};
    use crate::model::rule_for;

    fn written(name: &str, text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("write");
        (folder, path)
    }

    fn profiles(rules: &str) -> String {
        format!("[[profile]]\nname = \"a\"\nurl = \"h\"\n{rules}\n")
    }

    const RULES: &str = r#"decoders = [
    { filter = "meters/+/data", as = "protobuf:meter.proto:meters.Reading" }, # by the vendor
    { filter = "meters/#", as = "gzip>cbor" },
]"#;

    #[test]
    fn rules_are_read_in_order_and_the_first_that_matches_counts() {
        let (_folder, path) = written("profiles.toml", &profiles(RULES));
        let book = ProfileBook::load(&path);
        assert_eq!((book.faults(), book.warnings()), (&[][..], &[][..]));
        let rules = &book.profiles()[0].decoders;
        let found = rule_for(rules, "meters/7/data").map(ToString::to_string);
        assert_eq!(found.as_deref(), Some("protobuf:meter.proto:meters.Reading"));
        assert_eq!(rule_for(rules, "meters/7").map(ToString::to_string).as_deref(), Some("gzip>cbor"));
        assert_eq!(rule_for(rules, "other"), None);
        let (_folder, path) = written("config.toml", RULES);
        assert_eq!(SettingsFile::load(&path).decoders.len(), 2);
    }

    #[test]
    fn g05_saving_a_profile_keeps_its_rules_as_they_are_written() {
        let (_folder, path) = written("profiles.toml", &profiles(RULES));
        let mut book = ProfileBook::load(&path);
        let mut profile = book.profiles()[0].clone();
        profile.notes = Some("changed".to_owned());
        book.save(profile.clone(), Some("a")).expect("saved");
        assert!(std::fs::read_to_string(&path).expect("read").contains(RULES));
        profile.decoders.remove(1);
        book.save(profile, Some("a")).expect("saved");
        let text = std::fs::read_to_string(&path).expect("read");
        assert!(text.contains("protobuf:meter.proto:meters.Reading\" }, # by the vendor"), "{text}");
        assert!(!text.contains("gzip>cbor"), "{text}");
    }

    #[test]
    fn g02_a_rule_that_cannot_be_read_names_place_and_choices() {
        for (rules, line, words) in [
            ("decoders = [{ filter = \"a/#\", as = \"jsn\" }]", 4, "as: 'jsn' is no form: use auto, hex"),
            ("decoders = [\n  { filter = \"a#\", as = \"hex\" }]", 5, "filter: this is no topic filter"),
            ("decoders = [{ as = \"hex\" }]", 4, "filter: on which topics?"),
            ("decoders = [{ filter = \"#\" }]", 4, "as: what are payloads to be taken for?"),
            ("decoders = [\"cbor\"]", 4, "{ filter = \"meters/#\", as = \"cbor\" }"),
            ("decoders = \"cbor\"", 4, "a list in [brackets]"),
        ] {
            let (_folder, path) = written("profiles.toml", &profiles(rules));
            let book = ProfileBook::load(&path);
            let [fault] = book.faults() else { panic!("{rules}: {:?}", book.faults()) };
            assert_eq!(fault.place.map(|(line, _)| line), Some(line), "{fault}");
            assert!(fault.reason.contains(words), "{fault}");
        }
        let (_folder, path) =
            written("config.toml", "ascii = true\ndecoders = [{ filter = \"#\", as = \"x\" }]\n");
        let settings = SettingsFile::load(&path);
        assert_eq!((settings.faults().len(), settings.ascii.is_some()), (1, true));
    }
}
