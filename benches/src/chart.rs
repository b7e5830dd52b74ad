//! Bars, as text that every browser draws.

use std::fmt::Write;

use crate::figures::Figure;
use crate::statistics::figure;

const NAMES: f64 = 190.0;
const BARS: f64 = 470.0;
const NUMBERS: f64 = 100.0;
const BAR: f64 = 16.0;
const STEP: f64 = 20.0;

/// Where one quantity is so many times another, lengths are logarithms.
const LOGARITHMIC: f64 = 30.0;

/// A chart of one subject: for each quantity a bar for each contestant, with whiskers at the quartiles.
pub fn draw(title: &str, figures: &[&Figure]) -> String {
    let mut quantities: Vec<&str> = Vec::new();
    for figure in figures {
        if !quantities.contains(&&*figure.quantity) {
            quantities.push(&figure.quantity);
        }
    }
    let mut body = String::new();
    let mut y = 34.0;
    for quantity in quantities {
        let bars: Vec<&Figure> = figures
            .iter()
            .copied()
            .filter(|f| f.quantity == quantity)
            .collect();
        y += 18.0;
        group(&mut body, quantity, &bars, &mut y);
    }
    let (width, height) = (NAMES + BARS + NUMBERS, y + 10.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"10\" y=\"24\" font-size=\"16\" font-weight=\"bold\">{}</text>\n{body}</svg>\n",
        escape(&title.replace('`', ""))
    )
}

fn group(body: &mut String, quantity: &str, bars: &[&Figure], y: &mut f64) {
    let medians = || bars.iter().map(|bar| bar.spread().median);
    let most = medians().fold(0.0, f64::max);
    let least = medians().filter(|n| *n > 0.0).fold(most, f64::min);
    let is_logarithmic = most > least * LOGARITHMIC;
    let length = |number: f64| {
        let part = if most <= 0.0 || number <= 0.0 {
            0.0
        } else if is_logarithmic {
            // The least has a tenth, so that it is seen.
            0.1 + 0.9 * (number / least).ln() / (most / least).ln()
        } else {
            number / most
        };
        part.clamp(0.0, 1.05) * BARS
    };
    let scale = if is_logarithmic { ", logarithmic" } else { "" };
    let heading = format!("{quantity}, {}{scale}", bars[0].unit);
    line(body, 10.0, *y, "font-weight=\"bold\"", &heading);
    for bar in bars {
        *y += STEP;
        let spread = bar.spread();
        let name = format!("text-anchor=\"end\" fill=\"{}\"", "#222222");
        line(body, NAMES - 6.0, *y, &name, &bar.contestant);
        let (top, middle) = (*y - 12.0, *y - 12.0 + BAR / 2.0);
        writeln!(
            body,
            "<rect x=\"{NAMES}\" y=\"{top}\" width=\"{:.1}\" height=\"{BAR}\" fill=\"{}\"/>",
            length(spread.median),
            colour(&bar.contestant)
        )
        .expect("memory");
        let (low, high) = (NAMES + length(spread.low), NAMES + length(spread.high));
        writeln!(
            body,
            "<path d=\"M{low:.1} {middle}H{high:.1}\" stroke=\"#000000\" stroke-width=\"2\"/>"
        )
        .expect("memory");
        let end = NAMES + length(spread.median.max(spread.high)) + 6.0;
        line(body, end, *y, "", &figure(spread.median));
    }
    *y += 12.0;
}

fn line(body: &mut String, x: f64, y: f64, attributes: &str, text: &str) {
    let text = escape(text);
    writeln!(
        body,
        "<text x=\"{x:.1}\" y=\"{y}\" {attributes}>{text}</text>"
    )
    .expect("memory");
}

/// Ours stand out.
fn colour(contestant: &str) -> &'static str {
    match contestant {
        name if name.starts_with("glib-coro") => "#2f7ed8",
        "floor" => "#cccccc",
        _ => "#9fb4c7",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
