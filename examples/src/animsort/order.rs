//! How ordered a sequence is: measuring it, and dealing one.

/// From −1, reversed, to 1, sorted: the share of neighbours in order less the share of those that are
/// not. What has no neighbours is sorted.
pub fn measure(values: &[usize]) -> f64 {
    if values.len() < 2 {
        return 1.0;
    }
    let sum: f64 = values
        .windows(2)
        .map(|pair| if pair[0] <= pair[1] { 1.0 } else { -1.0 })
        .sum();
    sum / (values.len() - 1) as f64
}

/// The numbers from 1 to `count`, from `ordered` = −1, reversed, over 0, shuffled, to 1, sorted.
pub fn deal(count: usize, ordered: f64, random: &mut fastrand::Rng) -> Vec<usize> {
    let mut values: Vec<usize> = (1..=count).collect();
    if ordered < 0.0 {
        values.reverse();
    }
    for i in (1..count).rev() {
        if random.f64() < 1.0 - ordered.abs() {
            values.swap(i, random.usize(..=i));
        }
    }
    values
}

/// Reads a degree of order, for an option.
pub fn parse(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(ordered) if (-1.0..=1.0).contains(&ordered) => Ok(ordered),
        _ => Err("expected a number from -1 to 1".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random() -> fastrand::Rng {
        fastrand::Rng::with_seed(1)
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!(deal(5, 1.0, &mut random()), [1, 2, 3, 4, 5]);
        assert_eq!(deal(5, -1.0, &mut random()), [5, 4, 3, 2, 1]);
        assert_eq!(deal(1, 0.0, &mut random()), [1]);
    }

    #[test]
    fn in_between_it_is_a_permutation() {
        for ordered in [-0.9, -0.5, 0.0, 0.5, 0.9] {
            let mut values = deal(100, ordered, &mut random());
            assert!(!values.is_sorted());
            values.sort_unstable();
            assert_eq!(values, (1..=100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn more_order_is_more_order() {
        let measured = [-1.0, -0.9, 0.0, 0.9, 1.0]
            .map(|ordered| measure(&deal(10_000, ordered, &mut random())));
        assert!(measured.is_sorted(), "{measured:?}");
        assert!(measured[2].abs() < 0.05, "{measured:?}");
    }

    #[test]
    fn neighbours_are_counted() {
        assert_eq!(measure(&[7]), 1.0);
        assert_eq!(measure(&[1, 2, 3]), 1.0);
        assert_eq!(measure(&[3, 2, 1]), -1.0);
        assert_eq!(measure(&[1, 3, 2]), 0.0);
    }

    #[test]
    fn only_degrees_of_order_are_read() {
        assert_eq!(parse("-0.5"), Ok(-0.5));
        for text in ["1.01", "-2", "nan", "inf", "much", ""] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
