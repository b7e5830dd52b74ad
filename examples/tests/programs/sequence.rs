//! What the hailstone programs have to say.

/// The sequence from `start` down to 1.
pub(crate) fn sequence(start: u128) -> Vec<String> {
    let mut value = start;
    let mut sequence = vec![value.to_string()];
    while value != 1 {
        value = if value.is_multiple_of(2) {
            value / 2
        } else {
            3 * value + 1
        };
        sequence.push(value.to_string());
    }
    sequence
}
