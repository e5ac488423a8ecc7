//! Tables with names that would like to be more than names.

mod compile;
mod structure;
mod text;

use crate::layout::{Block, Cell, Column, Digits, Origin, Row, Spread, Table};
use crate::number::Mark;
use crate::significance::Verdict;

fn digits(text: &str) -> Digits {
    Digits { text: text.to_owned(), exact: text.parse().expect("a number") }
}

fn with_std(value: &str, std: &str, mark: Mark, verdict: Verdict) -> Cell {
    Cell { spread: Spread::Std(digits(std)), mark, verdict, ..Cell::plain(value) }
}

fn missing() -> Cell {
    Cell { value: None, ..Cell::plain("0") }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Where a name can stand in the sample.
struct Names<'a> {
    title: &'a str,
    sentence: &'a str,
    row_header: &'a str,
    outer: &'a str,
    inner: &'a str,
    group: &'a str,
    label: &'a str,
}

const PLAIN: Names<'_> = Names {
    title: "Dice in % on acdc",
    sentence: "Entries are means.",
    row_header: "method",
    outer: "Dice",
    inner: "RV",
    group: "5 %",
    label: "Ours (KL)",
};

/// Two levels of headers and of labels, every kind of entry, a published row, a row below a rule.
fn sample(names: &Names<'_>) -> Vec<Block> {
    use Verdict::{Better, Untested, Worse};
    let column =
        |outer: &str, inner: &str| Column { headers: vec![outer.to_owned(), inner.to_owned()] };
    let row = |labels: [&str; 2], cells: [Cell; 4], origin, rule_above| Row {
        labels: texts(&labels),
        cells: cells.into(),
        runs: (origin == Origin::Measured).then_some(3),
        origin,
        rule_above,
    };
    let range = |value: &str, low: &str, high: &str| Cell {
        spread: Spread::Range(digits(low), digits(high)),
        ..Cell::plain(value)
    };
    let best = |value, std, verdict| with_std(value, std, Mark::Best, verdict);
    let second = |value, std, verdict| with_std(value, std, Mark::Second, verdict);
    let rest = |value, std| with_std(value, std, Mark::None, Untested);
    let counted = |cell: Cell| Cell { n: Some(2), ..cell };
    let (measured, published) = (Origin::Measured, Origin::Published);
    let rows = vec![
        row(
            [names.group, names.label],
            [
                best("85.08", "0.10", Better),
                second("81.50", "12.42", Untested),
                Cell { mark: Mark::Best, ..Cell::plain("-0.5") },
                range("3.10", "2.85", "10.25"),
            ],
            measured,
            false,
        ),
        row(
            [names.group, "partial"],
            [
                rest("9.25", "1.36"),
                counted(best("100.00", "1.27", Worse)),
                Cell { mark: Mark::Second, verdict: Worse, ..Cell::plain("12.0") },
                missing(),
            ],
            measured,
            false,
        ),
        row(
            [names.group, "full"],
            [second("84.00", "0.09", Worse), missing(), Cell::plain("1.0"), Cell::plain("12.00")],
            published,
            true,
        ),
    ];
    let table = Table {
        caption: texts(&[names.sentence]),
        row_headers: texts(&["ratio", names.row_header]),
        columns: vec![
            column(names.outer, names.inner),
            column(names.outer, "LV ↑"),
            column("HD95 in mm ↓", names.inner),
            column("HD95 in mm ↓", "LV"),
        ],
        rows,
        counts_runs: true,
        notes: texts(&[names.sentence]),
        signs: Some(format!("† better than {}.", names.label)),
    };
    let label = "table-a".to_owned();
    vec![Block { title: names.title.to_owned(), label, main: table, second: None }]
}

/// Names that mean something to one format or another.
const HOSTILE: [&str; 16] = [
    "\\input{/etc/passwd}",
    "}\\end{table}\\end{document}",
    "%&#_$^~{}\\",
    "\\\\[2mm] [x]* | \"q\" `b` 'c' -- ---",
    "ä µ ± 中 ą 🫀 λ → ½ € \u{301} «x»",
    "two\r\nlines\tand\u{0}\u{1b}[31m\u{2028}\u{202e}more\u{feff}\u{ffff}",
    "<script>alert(\"x\")</script>",
    "' onmouseover='x' \" onmouseover=\"y",
    "&lt; &amp &#x41; ]]> <!-- -->",
    "=HYPERLINK(\"http://a\",\"b\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "a,b\"c\"\nd",
    "| pipe | `code` **bold** [link](x) ![i](y) <b>",
    "# heading",
    "#panic(\"x\") $x$ @ref <label> \\ // /* ~ = - + \"",
    "",
];
