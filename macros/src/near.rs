//! "Did you mean …?"

/// The candidate that `word` most likely was meant to be, if one is near enough to be worth saying.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // One slip in three letters is a typo, more is another word.
    let reach = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= reach)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // From nothing every letter is an insertion, to nothing a deletion.
    let mut rows: Vec<Vec<usize>> = (0..=a.len()).map(|i| vec![i; b.len() + 1]).collect();
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            let mut best = (rows[i - 1][j - 1] + usize::from(!same))
                .min(rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_kind_of_slip_once() {
        assert_eq!(distance("detach", "detach"), 0);
        assert_eq!(distance("detahc", "detach"), 1);
        assert_eq!(distance("detac", "detach"), 1);
        assert_eq!(distance("dettach", "detach"), 1);
        assert_eq!(distance("", "name"), 4);
    }

    #[test]
    fn finds_near_misses_only() {
        let options = ["crate", "name", "detach", "start_paused"];
        assert_eq!(nearest("start_pause", options), Some("start_paused"));
        assert_eq!(nearest("nmae", options), Some("name"));
        assert_eq!(nearest("foo", options), None);
        assert_eq!(nearest("é", options), None);
    }
}
