//! What was measured, as numbers, and the file that keeps them.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::statistics::Spread;

/// One contestant's rounds at one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Key of the subject.
    pub subject: String,
    /// What is measured.
    pub quantity: String,
    /// In what.
    pub unit: String,
    /// Of whom.
    pub contestant: String,
    /// A number from each round.
    pub rounds: Vec<f64>,
}

impl Figure {
    /// Without any round.
    pub fn new(subject: &str, quantity: &str, unit: &str, contestant: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            quantity: quantity.to_owned(),
            unit: unit.to_owned(),
            contestant: contestant.to_owned(),
            rounds: Vec::new(),
        }
    }

    /// With these rounds.
    pub fn with(mut self, rounds: impl IntoIterator<Item = f64>) -> Self {
        self.rounds.extend(rounds);
        self
    }

    /// The median and the quartiles.
    pub fn spread(&self) -> Spread {
        Spread::of(self.rounds.iter().copied())
    }
}

/// Everything that was measured. As text: a line each, its parts apart by tabs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The machine, the versions, the date: what is said about all of it.
    pub about: Vec<(String, String)>,
    /// The numbers.
    pub all: Vec<Figure>,
    /// What is to be said about a subject: what was left out, and why.
    pub notes: Vec<(String, String)>,
}

impl Figures {
    /// The figures of one contestant.
    pub fn get(&self, subject: &str, quantity: &str, contestant: &str) -> Option<&Figure> {
        self.all.iter().find(|figure| {
            (&*figure.subject, &*figure.quantity, &*figure.contestant)
                == (subject, quantity, contestant)
        })
    }

    /// The figures of one subject.
    pub fn of(&self, subject: &str) -> impl Iterator<Item = &Figure> {
        self.all
            .iter()
            .filter(move |figure| figure.subject == subject)
    }

    /// Adds what somebody else measured.
    pub fn extend(&mut self, other: Self) {
        self.about.extend(other.about);
        self.all.extend(other.all);
        self.notes.extend(other.notes);
    }

    /// Forgets a subject, which is measured anew.
    pub fn forget(&mut self, subject: &str) {
        self.all.retain(|figure| figure.subject != subject);
        self.notes.retain(|(about, _)| about != subject);
    }

    /// Says something about a subject.
    pub fn note(&mut self, subject: &str, text: impl Into<String>) {
        self.notes.push((subject.to_owned(), text.into()));
    }

    /// What is said about everything.
    pub fn about(&self, what: &str) -> &str {
        let found = self.about.iter().find(|(key, _)| key == what);
        found.map_or("", |(_, value)| value)
    }

    /// Reads the text.
    ///
    /// # Panics
    ///
    /// If it was not written by `Display`.
    pub fn parse(text: &str) -> Self {
        let mut figures = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            match line.split('\t').collect::<Vec<_>>()[..] {
                ["about", key, value] => figures.about.push((key.into(), value.into())),
                ["note", subject, text] => figures.note(subject, text),
                ["figure", subject, quantity, unit, contestant, rounds] => {
                    let numbers = rounds.split(' ').map(|n| n.parse().expect("a number"));
                    let figure = Figure::new(subject, quantity, unit, contestant);
                    figures.all.push(figure.with(numbers));
                }
                _ => panic!("neither a figure nor a note: {line}"),
            }
        }
        figures
    }

    /// Reads a file; nothing if there is none.
    pub fn load(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        Self::parse(&text)
    }
}

impl FromIterator<Figure> for Figures {
    fn from_iter<T: IntoIterator<Item = Figure>>(figures: T) -> Self {
        Self {
            all: figures.into_iter().collect(),
            ..Self::default()
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, value) in &self.about {
            writeln!(f, "about\t{key}\t{value}")?;
        }
        for figure in &self.all {
            let Figure {
                subject,
                quantity,
                unit,
                contestant,
                rounds,
            } = figure;
            let rounds: Vec<_> = rounds
                .iter()
                .map(|n| format!("{}", (n * 1e3).round() / 1e3))
                .collect();
            let rounds = rounds.join(" ");
            writeln!(
                f,
                "figure\t{subject}\t{quantity}\t{unit}\t{contestant}\t{rounds}"
            )?;
        }
        for (subject, text) in &self.notes {
            writeln!(f, "note\t{subject}\t{text}")?;
        }
        Ok(())
    }
}
