//! "Did you mean …?" for names of profiles and variables.

/// The candidate nearest to `text`, if one is near enough to be a slip of the fingers.
pub(super) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let slips = if text.chars().count() < 6 { 1 } else { 2 };
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(text, candidate), candidate))
        .filter(|(distance, _)| (1..=slips).contains(distance))
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        let names = ["home", "office", "garden"];
        assert_eq!(nearest("hme", names), Some("home"));
        assert_eq!(nearest("hoem", names), Some("home"));
        assert_eq!(nearest("ofice", names), Some("office"));
        for other in ["home", "house", "localhost", "broker.lan", "x"] {
            assert_eq!(nearest(other, names), None, "{other}");
        }
    }
}
