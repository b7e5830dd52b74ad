//! Reads as much of a `Cargo.toml` as it takes to see how a dependency is called there.
//!
//! A TOML parser would bring six crates into every program that does not use GTK; names and strings are all that is needed here.
//! What this reader does not understand it reports as such, and never guesses.

/// One `key = value` of the file: the full key with its tables, and the value if it is a string or a bare word.
type Entry = (Vec<String>, Option<String>);

/// What a `Cargo.toml` says about its own package and dependencies.
#[derive(Debug)]
pub(crate) struct Manifest(Vec<Entry>);

/// A file that is not TOML, or uses a corner of TOML that manifests never use.
#[derive(Debug)]
pub(crate) struct Unreadable;

impl Manifest {
    pub(crate) fn read(text: &str) -> Result<Self, Unreadable> {
        let mut reader = Reader {
            rest: text.trim_start_matches('\u{feff}'),
            entries: Vec::new(),
        };
        reader.file()?;
        Ok(Self(reader.entries))
    }

    /// The name under which this package depends on `package`. `inherited` is the workspace's manifest, read only when needed.
    pub(crate) fn dependency(
        &self,
        package: &str,
        inherited: impl FnOnce() -> Option<Self>,
    ) -> Option<String> {
        let mut from_workspace = Vec::new();
        let mut names: Vec<&String> = Vec::new();
        for (key, value) in &self.0 {
            let Some((name, attribute)) = dependency_key(key) else {
                continue;
            };
            match (attribute, value.as_deref()) {
                (Some("package"), Some(value)) if value == package => return Some(name.clone()),
                (Some("workspace"), Some("true")) => from_workspace.push(name),
                _ => {}
            }
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if !from_workspace.is_empty()
            && let Some(workspace) = inherited()
            && let Some(name) = from_workspace
                .into_iter()
                .find(|name| workspace.inherits(name, package))
        {
            return Some(name.clone());
        }
        // Under its own name, unless that name was given to another package.
        let own = |name: &&&String| {
            ***name == *package
                && !self
                    .0
                    .iter()
                    .any(|(key, _)| dependency_key(key) == Some((**name, Some("package"))))
        };
        names.iter().find(own).map(|name| (**name).clone())
    }

    /// Whether `[workspace.dependencies]` says that `name` is `package`.
    fn inherits(&self, name: &str, package: &str) -> bool {
        let prefix = ["workspace", "dependencies", name];
        self.0.iter().any(|(key, value)| {
            key.len() == 4
                && key[..3] == prefix
                && key[3] == "package"
                && value.as_deref() == Some(package)
        })
    }

    /// The path in `package.workspace`, if the package names its workspace.
    pub(crate) fn workspace_path(&self) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key[..] == ["package", "workspace"])
            .and_then(|(_, value)| value.as_deref())
    }

    pub(crate) fn is_workspace(&self) -> bool {
        self.0.iter().any(|(key, _)| key[0] == "workspace")
    }
}

/// Splits a key below some `dependencies` table into the dependency's name and what is said about it.
fn dependency_key(key: &[String]) -> Option<(&String, Option<&str>)> {
    let key = match key {
        [target, _, rest @ ..] if target == "target" => rest,
        key => key,
    };
    match key {
        [table, name, rest @ ..]
            if table == "dependencies"
                || table == "dev-dependencies"
                || table == "build-dependencies" =>
        {
            Some((name, rest.first().map(String::as_str)))
        }
        _ => None,
    }
}

struct Reader<'a> {
    rest: &'a str,
    entries: Vec<Entry>,
}

impl Reader<'_> {
    fn file(&mut self) -> Result<(), Unreadable> {
        let mut table = Vec::new();
        loop {
            self.blank(true);
            if self.rest.is_empty() {
                return Ok(());
            }
            if self.take("[") {
                let list = self.take("[");
                table = self.key()?;
                self.expect(if list { "]]" } else { "]" })?;
                // A table without entries still says that it is there.
                self.entries.push((table.clone(), None));
            } else {
                self.entry(&table)?;
            }
            self.blank(false);
            if !(self.rest.is_empty() || self.take("\n") || self.take("\r\n")) {
                return Err(Unreadable);
            }
        }
    }

    /// `key = value`, below `table`.
    fn entry(&mut self, table: &[String]) -> Result<(), Unreadable> {
        let mut key = table.to_vec();
        key.extend(self.key()?);
        self.expect("=")?;
        self.blank(false);
        self.value(key)
    }

    /// `a.b."c d"`
    fn key(&mut self) -> Result<Vec<String>, Unreadable> {
        let mut key = Vec::new();
        loop {
            self.blank(false);
            key.push(match self.rest.chars().next() {
                Some('"' | '\'') => self.string()?,
                _ => self.word(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')?,
            });
            self.blank(false);
            if !self.take(".") {
                return Ok(key);
            }
        }
    }

    fn value(&mut self, key: Vec<String>) -> Result<(), Unreadable> {
        let value = match self.rest.chars().next() {
            Some('"' | '\'') => Some(self.string()?),
            Some('[') => {
                self.list('[', ']', |reader| reader.value(Vec::from(["".into()])))?;
                None
            }
            Some('{') => {
                // The table itself is an entry too, so that an empty one is seen.
                self.entries.push((key.clone(), None));
                return self.list('{', '}', |reader| reader.entry(&key));
            }
            _ => Some(self.word(|c| !c.is_whitespace() && !",]}#".contains(c))?),
        };
        self.entries.push((key, value));
        Ok(())
    }

    /// What stands between brackets, separated by commas.
    fn list(
        &mut self,
        open: char,
        close: char,
        mut element: impl FnMut(&mut Self) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        self.expect(open.encode_utf8(&mut [0; 4]))?;
        loop {
            self.blank(true);
            if self.take(close.encode_utf8(&mut [0; 4])) {
                return Ok(());
            }
            element(self)?;
            self.blank(true);
            if !self.take(",") && !self.rest.starts_with(close) {
                return Err(Unreadable);
            }
        }
    }

    /// A string of any of TOML's four kinds. Escapes stay as they are: no crate's name has one.
    fn string(&mut self) -> Result<String, Unreadable> {
        for quote in ["\"\"\"", "'''", "\"", "'"] {
            if !self.take(quote) {
                continue;
            }
            let mut end = 0;
            loop {
                let rest = &self.rest[end..];
                if rest.starts_with(quote) {
                    break;
                }
                let mut chars = rest.chars();
                let c = chars.next().ok_or(Unreadable)?;
                end += c.len_utf8();
                if c == '\\' && quote.starts_with('"') {
                    end += chars.next().ok_or(Unreadable)?.len_utf8();
                }
            }
            let text = self.rest[..end].to_owned();
            self.rest = &self.rest[end + quote.len()..];
            // Up to two quotation marks may stand right before the end of a long string.
            while quote.len() == 3 && self.take(&quote[..1]) {}
            return Ok(text);
        }
        Err(Unreadable)
    }

    fn word(&mut self, part: impl Fn(char) -> bool) -> Result<String, Unreadable> {
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(Unreadable);
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(word.to_owned())
    }

    /// Skips blanks and comments, and line ends as well where `lines` are none of the grammar's business.
    fn blank(&mut self, lines: bool) {
        loop {
            self.rest = self
                .rest
                .trim_start_matches(|c| c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r'));
            if !self.rest.starts_with('#') {
                return;
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), Unreadable> {
        self.blank(false);
        if self.take(token) {
            Ok(())
        } else {
            Err(Unreadable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Option<String> {
        find_in(text, "")
    }

    fn find_in(text: &str, workspace: &str) -> Option<String> {
        Manifest::read(text)
            .expect("this is TOML")
            .dependency("glib-coro", || Manifest::read(workspace).ok())
    }

    fn found(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn under_its_own_name() {
        for text in [
            "[dependencies]\nglib-coro = \"0.1\"",
            "[dependencies]\nglib-coro = { version = \"0.1\", features = [\"net\", 'gio'] } # why\n",
            "[dependencies]\nglib-coro.path = '../runtime'",
            "[dependencies.glib-coro]\nversion = \"0.1\"\n[features]\ndefault = []",
            "[dependencies.glib-coro]\n",
            "dependencies.glib-coro = \"0.1\"",
            "dependencies = { glib-coro = {} }",
            "[dev-dependencies]\r\n\"glib-coro\" = \"0.1\"\r\n",
            "[target.'cfg(unix)'.dependencies]\nglib-coro = \"0.1\"",
            "[ target . \"cfg(any(unix, windows))\" . dev-dependencies . glib-coro ]\nversion = \"1\"",
            "\u{feff}[package]\ndescription = \"\"\"\na \"quoted\" \\\" text\"\"\"\n[dependencies]\nglib-coro = \"0.1\"",
            "[[bin]]\nname = \"x\"\n\n[[bin]]\nname = \"y\"\n[dependencies]\nglib-coro = \"0.1\"",
        ] {
            assert_eq!(find(text), found("glib-coro"), "{text}");
        }
    }

    #[test]
    fn under_another_name() {
        for text in [
            "[dependencies]\ngc = { package = \"glib-coro\", version = \"0.1\" }",
            "[dependencies.gc]\nversion = \"0.1\"\npackage = 'glib-coro'",
            "[dependencies]\ngc.package = \"glib-coro\"",
            "[target.x86_64-unknown-linux-gnu.dependencies]\ngc = { version = \"1\", package = \"glib-coro\" }",
            "[dependencies]\ngc = {\n  package = \"glib-coro\", # TOML 1.1\n  version = \"1\",\n}",
            "[dependencies]\nglib-coro = { package = \"other\" }\ngc = { package = \"glib-coro\" }",
        ] {
            assert_eq!(find(text), found("gc"), "{text}");
        }
    }

    #[test]
    fn inherited_from_a_workspace() {
        let workspace = "[workspace.dependencies]\ngc = { package = \"glib-coro\", version = \"1\" }\nglib-coro = \"1\"";
        assert_eq!(
            find_in("[dependencies]\ngc = { workspace = true }", workspace),
            found("gc")
        );
        assert_eq!(
            find_in("[dependencies]\ngc.workspace = true", workspace),
            found("gc")
        );
        assert_eq!(
            find_in("[dependencies]\nglib-coro.workspace = true", workspace),
            found("glib-coro")
        );
        assert_eq!(
            find_in("[dependencies]\nother.workspace = true", workspace),
            None
        );
    }

    #[test]
    fn absent() {
        for text in [
            "",
            "[package]\nname = \"x\"",
            "[dependencies]\nglib = \"0.22\"",
            "# glib-coro = \"0.1\"\n",
            "[dependencies]\nglib-coro = { package = \"other\" }",
            "[workspace.dependencies]\nglib-coro = \"1\"",
            "[features]\nglib-coro = []",
            "[dependencies]\nx = { version = \"1\", features = [\"glib-coro\"] }",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn reports_what_it_cannot_read() {
        for text in [
            "[dependencies",
            "a = ",
            "= 1",
            "a = \"open",
            "[a] b",
            "a = [1 2]",
        ] {
            assert!(Manifest::read(text).is_err(), "{text}");
        }
    }
}
