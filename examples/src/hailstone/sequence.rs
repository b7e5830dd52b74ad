//! The numbers themselves.

use num_bigint::BigUint;

/// The sequence from a number down to 1: from `n` to `3n + 1` when odd, to `n / 2` when even.
#[derive(Clone, Debug)]
pub struct Hailstone {
    next: Option<BigUint>,
}

impl Hailstone {
    /// The sequence that starts with `number`, in decimal digits; `None` unless it is above 1.
    pub fn parse(number: &str) -> Option<Self> {
        // `BigUint` would let a plus sign and underscores pass.
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let start: BigUint = number.parse().ok()?;
        (start > BigUint::from(1u8)).then_some(Self { next: Some(start) })
    }
}

impl Iterator for Hailstone {
    type Item = BigUint;

    fn next(&mut self) -> Option<BigUint> {
        let value = self.next.take()?;
        self.next = if value.bit(0) {
            (value != BigUint::from(1u8)).then(|| &value * 3u8 + 1u8)
        } else {
            Some(&value >> 1)
        };
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::Hailstone;

    fn sequence(start: &str) -> Vec<String> {
        Hailstone::parse(start)
            .expect("a start")
            .map(|value| value.to_string())
            .collect()
    }

    #[test]
    fn goes_down_to_one() {
        assert_eq!(
            sequence("6"),
            ["6", "3", "10", "5", "16", "8", "4", "2", "1"]
        );
        assert_eq!(sequence("27").len(), 112);
    }

    #[test]
    fn knows_no_largest_number() {
        let two_to_the_200 = "1606938044258990275541962092341162602522202993782792835301376";
        assert_eq!(sequence(two_to_the_200).len(), 201);
    }

    #[test]
    fn starts_above_one_with_digits_only() {
        for bad in [
            "", "0", "1", "01", "-6", "+6", "1_000", "6 7", "six", "0x6", "٦",
        ] {
            assert!(Hailstone::parse(bad).is_none(), "{bad:?}");
        }
        assert_eq!(sequence("002"), ["2", "1"]);
    }
}
