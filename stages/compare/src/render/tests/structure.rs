//! Whatever the names are, a table keeps its rows and its cells, and says the names.

use proptest::prelude::*;

use super::{HOSTILE, Names, PLAIN, sample};
use crate::layout::{Block, Table};
use crate::render::plain::one_line;
use crate::render::{LatexNumbers, csv, html, latex, markdown, typst};

/// Any text, most often of characters that mean something somewhere.
fn name() -> impl Strategy<Value = String> {
    let special: Vec<char> =
        "\\{}$&#^_%~|`*<>[]()!@=+-'\",;:/.? \n\r\t\u{0}\u{1b}\u{85}\u{2028}\u{202e}ä中p19"
            .chars()
            .collect();
    let character = prop_oneof![4 => prop::sample::select(special), 1 => any::<char>()];
    let any_text = prop::collection::vec(character, 0..12).prop_map(String::from_iter);
    prop_oneof![3 => any_text, 1 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn names_never_change_the_structure(names in prop::array::uniform7(name())) {
        check(&names);
    }
}

#[test]
fn hostile_names_never_change_the_structure() {
    for name in HOSTILE {
        check(&[name; 7].map(str::to_owned));
    }
}

fn check(names: &[String; 7]) {
    let [title, sentence, row_header, outer, inner, group, label] =
        names.each_ref().map(String::as_str);
    let hostile = sample(&Names { title, sentence, row_header, outer, inner, group, label });
    // Neighbours share a header by its text, so the sample that it is compared with must agree.
    let mut plain = sample(&PLAIN);
    for (column, other) in plain[0].main.columns.iter_mut().zip(&hostile[0].main.columns) {
        let shares = other.headers[0] == hostile[0].main.columns[2].headers[0];
        if shares {
            column.headers[0] = "HD95 in mm ↓".to_owned();
        }
    }
    check_html(&hostile[0], &plain[0]);
    check_csv(&hostile[0].main);
    check_markdown(&hostile, &plain);
    check_typst(&hostile, &plain);
    for numbers in [LatexNumbers::Plain, LatexNumbers::Siunitx] {
        check_latex(&latex(&hostile, numbers), &latex(&plain, numbers));
    }
}

fn check_html(block: &Block, plain: &Block) {
    let parse = |block: &Block| format!("<page>{}</page>", html(std::slice::from_ref(block)));
    let (text, expected) = (parse(block), parse(plain));
    let document = roxmltree::Document::parse(&text).expect("the HTML is XML");
    let expected = roxmltree::Document::parse(&expected).expect("the HTML is XML");
    let tags = |document: &roxmltree::Document<'_>| -> Vec<String> {
        let elements = document.descendants().filter(roxmltree::Node::is_element);
        elements.map(|element| element.tag_name().name().to_owned()).collect()
    };
    assert_eq!(tags(&document), tags(&expected));
    let labels: Vec<String> = document
        .descendants()
        .filter(|node| node.attribute("scope") == Some("row"))
        .map(|node| node.first_child().and_then(|text| text.text()).unwrap_or_default().to_owned())
        .collect();
    let names = block.main.rows.iter().flat_map(|row| &row.labels);
    let names: Vec<String> = names.map(|name| one_line(name).collect()).collect();
    // Readers of XML and HTML see no difference between an empty text and none.
    let labels: Vec<String> = labels
        .into_iter()
        .zip(&names)
        .map(|(label, name)| if name.is_empty() { String::new() } else { label })
        .collect();
    assert_eq!(labels, names);
}

fn check_csv(table: &Table) {
    let text = csv::table_csv(table);
    let records = read_csv(&text);
    assert_eq!(records.len(), 1 + table.rows.len());
    // Labels, values, two standard deviations, a count, three verdicts, a range, and the last two.
    let verdicts =
        (0..4).filter(|at| table.rows.iter().any(|row| row.cells[*at].verdict.sign().is_some()));
    let fields = 2 + 4 + 2 + 1 + verdicts.count() + 2 + 2;
    for record in &records {
        assert_eq!(record.len(), fields, "{text}");
        for field in record {
            let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(!formula || field.parse::<f64>().is_ok(), "{field:?} would be computed");
        }
    }
    for (record, row) in records[1..].iter().zip(&table.rows) {
        for (field, label) in record.iter().zip(&row.labels) {
            let clean = |c: char| if c.is_control() && !"\n\r\t".contains(c) { ' ' } else { c };
            let label: String = label.chars().map(clean).collect();
            assert_eq!(field.strip_prefix('\'').unwrap_or(field), label);
        }
    }
}

/// The records of a CSV text, as RFC 4180 reads them.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, quoted) {
            ('"', true) if characters.peek() == Some(&'"') => {
                field.push('"');
                characters.next();
            }
            ('"', _) => quoted = !quoted,
            (',', false) => record.push(std::mem::take(&mut field)),
            ('\n', false) => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            (c, _) => field.push(c),
        }
    }
    assert!(!quoted && record.is_empty() && field.is_empty());
    records
}

fn check_markdown(hostile: &[Block], plain: &[Block]) {
    let (text, expected) = (markdown(hostile), markdown(plain));
    let rows = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("| ")).map(str::to_owned).collect()
    };
    let (lines, expected) = (rows(&text), rows(&expected));
    assert_eq!(lines.len(), expected.len());
    let width = |line: &str| line.chars().count();
    for line in &lines {
        assert_eq!(cells_of(line), 7, "{line}");
        assert_eq!(width(line), width(&lines[0]), "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

/// The cells between the bars that no backslash makes plain.
fn cells_of(line: &str) -> usize {
    let (mut bars, mut escaped) = (0, false);
    for c in line.chars() {
        bars += usize::from(c == '|' && !escaped);
        escaped = c == '\\' && !escaped;
    }
    bars - 1
}

fn check_typst(hostile: &[Block], plain: &[Block]) {
    // Everything but the contents of strings.
    let code = |text: &str| {
        let (mut code, mut inside, mut escaped) = (String::new(), false, false);
        for c in text.chars() {
            match (c, inside) {
                ('"', true) if !escaped => inside = false,
                ('"', false) => {
                    inside = true;
                    code.push('"');
                }
                (c, false) => code.push(c),
                (c, true) => assert!(!c.is_control(), "{text}"),
            }
            escaped = inside && c == '\\' && !escaped;
        }
        code
    };
    assert_eq!(code(&typst(hostile)), code(&typst(plain)));
}

/// What of a LaTeX text is structure: its commands, unescaped `&`, `$` and braces, by line.
fn latex_structure(text: &str) -> Vec<Vec<String>> {
    let line = |line: &str| {
        let mut tokens = Vec::new();
        let mut characters = line.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '\\' => {
                    let mut command = String::from("\\");
                    while let Some(c) = characters.peek().copied().filter(char::is_ascii_alphabetic)
                    {
                        command.push(c);
                        characters.next();
                    }
                    if command.len() == 1 {
                        command.extend(characters.next());
                    }
                    tokens.push(command);
                }
                '&' | '%' | '#' | '~' | '^' | '_' => tokens.push(c.to_string()),
                _ => {}
            }
        }
        tokens
    };
    text.lines().map(line).collect()
}

fn check_latex(text: &str, expected: &str) {
    // Commands that stand for a character of a name, and may come and go.
    let is_character = |token: &String| {
        const WORDS: &str = "textbackslash textasciitilde textasciicircum textless textgreater textbar \
            mu pm times div cdot circ leq geq neq approx infty in surd sum leftarrow rightarrow \
            uparrow downarrow dagger ddagger bullet ifdefined Umathchar else fi \
            alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda nu xi pi rho varsigma \
            sigma tau upsilon varphi chi psi omega phi small footnotesize scriptsize setlength \
            tabcolsep Gamma Delta Theta Lambda Xi Pi Sigma Upsilon \
            Phi Psi Omega";
        let word = token.trim_start_matches('\\');
        let escaped = token.starts_with('\\') && "&%$#_{}`-".contains(word) && !word.is_empty();
        escaped
            || WORDS.split_whitespace().any(|known| known == word)
            || token == "^"
            || token == "~"
    };
    let structure = |text: &str| -> Vec<Vec<String>> {
        let lines = latex_structure(text).into_iter();
        lines.map(|line| line.into_iter().filter(|token| !is_character(token)).collect()).collect()
    };
    assert_eq!(structure(text), structure(expected), "{text}");
    let mut depth = 0_i32;
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '{' if !escaped => depth += 1,
            '}' if !escaped => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        assert!(depth >= 0, "{text}");
    }
    assert_eq!(depth, 0, "{text}");
}
