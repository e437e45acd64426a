//! "Did you mean": the known word nearest to one that is not known.

/// The nearest of `known` to `word`, if one is near enough that a slip of the hand explains the difference.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = normalize(word);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&plain, &normalize(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len().min(word.len()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `compatibilityDate`, `compatibility-date` and `compatibility_date` are one word to a person. A word is cut at a
/// length no key has, which bounds the work on hostile input.
fn normalize(word: &str) -> String {
    word.chars()
        .take(64)
        .filter(|character| !matches!(character, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const KEYS: [&str; 4] = ["compatibility_date", "compatibility_flags", "main", "vars"];

    #[test]
    fn a_slip_finds_its_word() {
        assert_eq!(nearest("compatability_date", KEYS), Some("compatibility_date"));
        assert_eq!(nearest("compatibilityFlags", KEYS), Some("compatibility_flags"));
        assert_eq!(nearest("var", KEYS), Some("vars"));
    }

    #[test]
    fn a_foreign_word_finds_none() {
        assert_eq!(nearest("webpack_config", KEYS), None);
        assert_eq!(nearest("", KEYS), None);
    }
}
