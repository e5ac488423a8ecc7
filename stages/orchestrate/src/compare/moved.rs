//! How far metrics moved, in tables and words.

use stages_difference::{
    Against, Difference, PairedChange, RESAMPLES, RowChange, RowKey, Spread, SubjectMove, Verdict,
};

use super::page::Part;
use super::sheet::Sheet;

/// How the values of a metric are printed.
#[derive(Debug, Clone, Copy)]
struct Digits {
    /// What a value is multiplied by: 100 for a ratio in percent.
    scale: f64,
}

impl Digits {
    fn of(unit: &str) -> Self {
        Self { scale: if unit == "1" { 100.0 } else { 1.0 } }
    }

    fn value(self, value: f64) -> String {
        format!("{:.2}", value * self.scale)
    }

    /// With its sign; what rounds to zero has none.
    fn change(self, value: f64) -> String {
        let text = format!("{:+.2}", value * self.scale);
        if text == "-0.00" || text == "+0.00" { "0.00".to_owned() } else { text }
    }

    fn spread(self, spread: Spread) -> String {
        match (spread.mean, spread.std) {
            (None, _) => "-".to_owned(),
            (Some(mean), None) => format!("{} ({})", self.value(mean), spread.n),
            (Some(mean), Some(std)) => {
                format!("{} ± {} ({})", self.value(mean), self.value(std), spread.n)
            }
        }
    }
}

/// A metric's rows, what they mean, and the subjects that moved most: so many each way.
pub(super) fn moved(found: &Difference, subjects: usize) -> Vec<Part> {
    let digits = Digits::of(&found.unit);
    let mut parts = vec![Part::Heading(title(found)), Part::Table(rows(found, digits))];
    parts.extend(notes(found).into_iter().map(Part::Note));
    let better = found.moves.iter().filter(|moved| moved.gain > 0.0).take(subjects);
    let worse = found.moves.iter().rev().filter(|moved| moved.gain < 0.0).take(subjects);
    let (better, worse): (Vec<_>, Vec<_>) = (better.collect(), worse.collect());
    if subjects == 0 {
        return parts;
    }
    for (word, moved) in [("better", better), ("worse", worse)] {
        let title = format!("subjects whose {} became {word} by the most", found.metric);
        parts.push(Part::Heading(title));
        if moved.is_empty() {
            parts.push(Part::Line(0, "none".to_owned()));
        } else {
            parts.push(Part::Table(movers(found, &moved, digits)));
        }
    }
    parts
}

fn title(found: &Difference) -> String {
    let unit = match found.unit.as_str() {
        "1" => " in %".to_owned(),
        unit => format!(" in {unit}"),
    };
    let better = match found.higher_is_better {
        Some(true) => "higher is better",
        Some(false) => "lower is better",
        None => "0 is best",
    };
    let (grid, checkpoint) = (found.grid, &found.checkpoint);
    format!("{}{unit}, {better}; {grid} grid, checkpoint {checkpoint}", found.metric)
}

fn has_spread(found: &Difference) -> bool {
    found.rows.iter().any(|row| row.against.std.is_some())
}

fn rows(found: &Difference, digits: Digits) -> Sheet {
    let mut sheet = Sheet::default();
    for variable in &found.variables {
        sheet.words(variable);
    }
    sheet.words("class");
    for heading in ["A", "B", "B - A"] {
        sheet.numbers(heading);
    }
    let spread = has_spread(found);
    if spread {
        sheet.numbers("in stds");
        sheet.words("against the spread");
    }
    for heading in ["subjects", "B - A of subjects", "p (Holm)"] {
        sheet.numbers(heading);
    }
    for row in &found.rows {
        let mut cells = of_key(found, &row.row);
        cells.push(row.class.clone().unwrap_or_else(|| "mean".to_owned()));
        cells.push(digits.spread(row.a));
        cells.push(digits.spread(row.b));
        cells.push(row.difference.map_or_else(|| missing(row), |value| digits.change(value)));
        if spread {
            let units = row.against.units.filter(|units| *units != 0.0);
            cells.push(units.map_or_else(String::new, |units| format!("{units:+.1}")));
            cells.push(verdict(row.against).to_owned());
        }
        cells.extend(row.paired.map_or_else(Default::default, |paired| pair(paired, digits)));
        sheet.row(cells);
    }
    sheet
}

fn of_key(found: &Difference, key: &RowKey) -> Vec<String> {
    let value = |variable| key.get(variable).cloned().unwrap_or_default();
    found.variables.iter().map(value).collect()
}

fn missing(row: &RowChange) -> String {
    match (row.a.mean, row.b.mean) {
        (Some(_), None) => "only in A",
        (None, Some(_)) => "only in B",
        (None, None) => "undefined",
        (Some(_), Some(_)) => "other classes",
    }
    .to_owned()
}

fn verdict(against: Against) -> &'static str {
    match against.verdict {
        Verdict::Same => "the same",
        Verdict::Within => "within",
        Verdict::Beyond => "beyond",
        Verdict::NoSpread => "unknown",
        Verdict::NotComparable => "",
    }
}

fn pair(paired: PairedChange, digits: Digits) -> [String; 3] {
    let difference = paired.difference.map_or_else(String::new, |difference| {
        let change = digits.change(difference);
        match paired.interval {
            Some([low, high]) => {
                format!("{change} [{}, {}]", digits.change(low), digits.change(high))
            }
            None => change,
        }
    });
    let p = paired.p_holm.map_or_else(String::new, |p| match p {
        p if p < 0.001 => "< 0.001".to_owned(),
        p => format!("{p:.3}"),
    });
    let lacking = match paired.dropped {
        0 => String::new(),
        dropped => format!(" (of {})", paired.subjects + dropped),
    };
    [format!("{}{lacking}", paired.subjects), difference, p]
}

/// What the columns mean, as far as it is needed.
fn notes(found: &Difference) -> Vec<String> {
    let mut notes = Vec::new();
    let others = found.subjects_only_a.len() + found.subjects_only_b.len();
    if others > 0 {
        notes.push(format!(
            "The runs have measured other subjects: {} both, {} only A, {} only B. A and B are means \
             over other subjects, so look at `B - A of subjects`.",
            found.subjects_both,
            found.subjects_only_a.len(),
            found.subjects_only_b.len()
        ));
    }
    notes.push(
        "A, B: mean ± sample standard deviation over repetitions, and how many there are; of each \
         the mean over its scans."
            .to_owned(),
    );
    notes.push(if has_spread(found) {
        "In stds: B - A in units of the standard deviation over repetitions, pooled over A and B. \
         Beyond: more than two means over so many repetitions differ by in 19 of 20 cases if nothing \
         else differs (Student's t, 95 %); within: not more."
            .to_owned()
    } else {
        "There is one repetition of each, so the spread over repetitions is unknown and B - A may be \
         nothing but that. Several seeds tell."
            .to_owned()
    });
    if let Some(note) = test_note(found) {
        notes.push(note);
    }
    notes
}

fn test_note(found: &Difference) -> Option<String> {
    let tested: Vec<_> = found.rows.iter().filter_map(|row| row.paired).collect();
    let subjects = tested.iter().map(|paired| paired.subjects).max().filter(|most| *most > 0)?;
    let rows = tested.iter().filter(|paired| paired.p.is_some()).count();
    let note = format!(
        "B - A of subjects: mean over the subjects that have a value in both (over scans, then \
         repetitions), with its 95 % bootstrap interval ({RESAMPLES} resamples, BCa). p: signed-rank \
         test of these differences, adjusted for {rows} rows (Holm)."
    );
    let least = rows as f64 * 2.0_f64.powf(1.0 - subjects as f64);
    if least <= 0.05 {
        return Some(note);
    }
    let least = least.min(1.0);
    Some(format!(
        "{note} With {subjects} subjects the smallest p cannot be below {least:.2}, whatever the \
         differences."
    ))
}

fn movers(found: &Difference, moved: &[&SubjectMove], digits: Digits) -> Sheet {
    let mut sheet = Sheet::default();
    for variable in &found.variables {
        sheet.words(variable);
    }
    sheet.words("subject");
    for heading in ["A", "B", "B - A"] {
        sheet.numbers(heading);
    }
    sheet.words("most of all");
    for one in moved {
        let most = &one.most;
        let scan = match &most.phase {
            Some(phase) => format!("{phase} "),
            None if most.case_id != one.subject => format!("{} ", most.case_id),
            None => String::new(),
        };
        let values = format!("{} -> {}", digits.value(most.a), digits.value(most.b));
        let mut cells = of_key(found, &one.row);
        cells.extend([
            one.subject.clone(),
            digits.value(one.a),
            digits.value(one.b),
            digits.change(one.difference),
            format!("{scan}{}: {values}", most.class),
        ]);
        sheet.row(cells);
    }
    sheet
}
