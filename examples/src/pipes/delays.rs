//! How long children take to answer.

use std::fmt::{self, Display};
use std::str::FromStr;
use std::time::Duration;

use crate::cli::seconds;

/// The delays that children draw theirs from, written `MIN..MAX`, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delays {
    min: Duration,
    max: Duration,
}

impl Delays {
    /// One of them, all equally likely.
    pub fn draw(self) -> Duration {
        self.min + (self.max - self.min).mul_f64(fastrand::f64())
    }
}

impl Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.min.as_secs_f64(), self.max.as_secs_f64())
    }
}

impl FromStr for Delays {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (min, max) = text.split_once("..").ok_or("expected MIN..MAX")?;
        let delays = Self {
            min: seconds(min)?,
            max: seconds(max)?,
        };
        if delays.min > delays.max {
            return Err("MIN is greater than MAX".into());
        }
        Ok(delays)
    }
}
