//! D-Bus arguments in GVariant's text format.

use std::fmt::{self, Display, Formatter};

use zbus::{Array, Dict, Structure, Variant};

/// The arguments of a message: `'hello', 5, ['a', 'b']`.
#[derive(Debug)]
pub struct Arguments<'a>(pub Structure<'a>);

impl Display for Arguments<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, self.0.fields().iter(), |f, _, field| {
            value(f, field, false)
        })
    }
}

/// Writes a value; with its type where `typed` says so and the text alone does not tell.
fn value(f: &mut Formatter<'_>, what: &Variant<'_>, typed: bool) -> fmt::Result {
    let kind = match what {
        _ if !typed => "",
        Variant::U8(_) => "byte ",
        Variant::I16(_) => "int16 ",
        Variant::U16(_) => "uint16 ",
        Variant::U32(_) => "uint32 ",
        Variant::I64(_) => "int64 ",
        Variant::U64(_) => "uint64 ",
        Variant::ObjectPath(_) => "objectpath ",
        Variant::Signature(_) => "signature ",
        Variant::Fd(_) => "handle ",
        _ => "",
    };
    f.write_str(kind)?;
    match what {
        Variant::U8(number) => write!(f, "{number:#04x}"),
        Variant::Bool(truth) => write!(f, "{truth}"),
        Variant::I16(number) => write!(f, "{number}"),
        Variant::U16(number) => write!(f, "{number}"),
        Variant::I32(number) => write!(f, "{number}"),
        Variant::U32(number) => write!(f, "{number}"),
        Variant::I64(number) => write!(f, "{number}"),
        Variant::U64(number) => write!(f, "{number}"),
        // With a point or an exponent, so that it is no integer.
        Variant::F64(number) => write!(f, "{number:?}"),
        Variant::Str(text) => string(f, text),
        Variant::ObjectPath(path) => string(f, path),
        Variant::Signature(signature) => string(f, &signature.to_string()),
        Variant::Fd(fd) => write!(f, "{fd}"),
        Variant::Variant(inner) => {
            f.write_str("<")?;
            value(f, inner, true)?;
            f.write_str(">")
        }
        Variant::Array(items) => array(f, items, typed),
        Variant::Dict(entries) => dict(f, entries, typed),
        Variant::Structure(fields) => {
            f.write_str("(")?;
            list(f, fields.fields().iter(), |f, _, field| {
                value(f, field, typed)
            })?;
            f.write_str(if fields.fields().len() == 1 {
                ",)"
            } else {
                ")"
            })
        }
    }
}

/// The type of the first element is that of all.
fn array(f: &mut Formatter<'_>, items: &Array<'_>, typed: bool) -> fmt::Result {
    if typed && items.is_empty() {
        write!(f, "@{} ", items.signature())?;
    }
    f.write_str("[")?;
    list(f, items.iter(), |f, n, item| {
        value(f, item, typed && n == 0)
    })?;
    f.write_str("]")
}

fn dict(f: &mut Formatter<'_>, entries: &Dict<'_, '_>, typed: bool) -> fmt::Result {
    if typed && entries.iter().next().is_none() {
        write!(f, "@{} ", entries.signature())?;
    }
    f.write_str("{")?;
    list(f, entries.iter(), |f, n, (key, item)| {
        value(f, key, typed && n == 0)?;
        f.write_str(": ")?;
        value(f, item, typed && n == 0)
    })?;
    f.write_str("}")
}

fn list<T>(
    f: &mut Formatter<'_>,
    items: impl Iterator<Item = T>,
    write: impl Fn(&mut Formatter<'_>, usize, T) -> fmt::Result,
) -> fmt::Result {
    for (n, item) in items.enumerate() {
        f.write_str(if n == 0 { "" } else { ", " })?;
        write(f, n, item)?;
    }
    Ok(())
}

/// In single quotes, unless it has one in it. Nothing in it can end the line or steer a terminal.
fn string(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    write!(f, "{quote}")?;
    for c in text.chars() {
        match c {
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c if c == quote => write!(f, "\\{c}")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    write!(f, "{quote}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[track_caller]
    fn check(arguments: impl Into<Structure<'static>>, text: &str) {
        assert_eq!(Arguments(arguments.into()).to_string(), text);
    }

    /// The texts are what `g_variant_print` writes, too.
    #[test]
    fn reads_like_glibs() {
        check(("a", 1_u8, -1_i16, 2_u16), "'a', 0x01, -1, 2");
        check((1.5, 2.0, true), "1.5, 2.0, true");
        check((vec![1_u32, 2], vec![""; 0]), "[1, 2], []");
        check(((1, "b"), (1,)), "(1, 'b'), (1,)");
        check(
            (BTreeMap::from([("k", "v"), ("x", "y")]),),
            "{'k': 'v', 'x': 'y'}",
        );
        check(
            ("it's", "\"\\", "a\nb\u{7f}"),
            "\"it's\", '\"\\\\', 'a\\nb\\u007f'",
        );
    }

    #[test]
    fn variants_show_their_types() {
        let variants = vec![
            Variant::from(vec![1_u8, 2]),
            Variant::from(vec![0_u32; 0]),
            Variant::from((7_i64, 7, "s")),
            Variant::from(BTreeMap::from([("k", 1_u16), ("l", 2)])),
        ];
        check(
            (variants,),
            "[<[byte 0x01, 0x02]>, <@au []>, <(int64 7, 7, 's')>, <{'k': uint16 1, 'l': 2}>]",
        );
    }
}
