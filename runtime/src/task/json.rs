//! JSON, as much of it as a dump needs.

use std::fmt::{Display, Write as _};
use std::time::Duration;

/// Writes one JSON text, compactly. Whoever calls it sees to it that keys and values take turns.
#[derive(Debug, Default)]
pub(super) struct Json {
    text: String,
    /// The next key or element stands behind another one.
    follows: bool,
}

impl Json {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// `{ … }`; `fields` calls [`key`](Self::key) before each value.
    pub(super) fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.bracket('{', '}', fields);
    }

    /// `[ … ]`
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.bracket('[', ']', |json| {
            for item in items {
                json.separate();
                write(json, item);
                json.follows = true;
            }
        });
    }

    pub(super) fn key(&mut self, key: &str) -> &mut Self {
        self.separate();
        self.string(key);
        self.text.push(':');
        self
    }

    pub(super) fn string(&mut self, string: &str) {
        self.text.push('"');
        for c in string.chars() {
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                // The rest of what must be escaped; and DEL and C1, which a terminal might obey.
                c if c.is_control() => self.put(format_args!("\\u{:04x}", u32::from(c))),
                c => self.text.push(c),
            }
        }
        self.text.push('"');
        self.follows = true;
    }

    /// A string, or `null`.
    pub(super) fn string_or_null(&mut self, string: Option<&str>) {
        match string {
            Some(string) => self.string(string),
            None => self.null(),
        }
    }

    pub(super) fn number(&mut self, number: impl Display) {
        self.put(number);
        self.follows = true;
    }

    /// A number, or `null`.
    pub(super) fn number_or_null(&mut self, number: Option<impl Display>) {
        match number {
            Some(number) => self.number(number),
            None => self.null(),
        }
    }

    pub(super) fn null(&mut self) {
        self.number("null");
    }

    /// A time in seconds, to the nanosecond, or `null`.
    pub(super) fn seconds(&mut self, duration: Option<Duration>) {
        let decimals = |d: Duration| format!("{}.{:09}", d.as_secs(), d.subsec_nanos());
        self.number_or_null(duration.map(decimals));
    }

    fn bracket(&mut self, open: char, close: char, inside: impl FnOnce(&mut Self)) {
        self.text.push(open);
        self.follows = false;
        inside(self);
        self.text.push(close);
        self.follows = true;
    }

    fn separate(&mut self) {
        if std::mem::replace(&mut self.follows, false) {
            self.text.push(',');
        }
    }

    fn put(&mut self, value: impl Display) {
        write!(self.text, "{value}").expect("a `String` takes everything");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_and_nests() {
        let mut json = Json::default();
        json.object(|json| {
            json.key("a").list([1, 2], |json, n| json.number(n));
            json.key("b").list([(); 0], |_, ()| ());
            json.key("c").object(|json| {
                json.key("d").seconds(Some(Duration::from_millis(1500)));
                json.key("e").null();
            });
            json.key("f").list([1, 2], |json, n| {
                json.object(|json| json.key("n").number(n));
            });
        });
        assert_eq!(
            json.into_text(),
            r#"{"a":[1,2],"b":[],"c":{"d":1.500000000,"e":null},"f":[{"n":1},{"n":2}]}"#
        );
    }

    #[test]
    fn escapes_what_json_and_terminals_do_not_take() {
        let mut json = Json::default();
        json.string("\"\\\n\t\0\u{1b}\u{7f}\u{9b}ü😀");
        assert_eq!(
            json.into_text(),
            "\"\\\"\\\\\\n\\u0009\\u0000\\u001b\\u007f\\u009bü😀\""
        );
    }
}
