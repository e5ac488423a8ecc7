//! The numbers at the top of a report.

use std::collections::BTreeMap;

use stages_tables::FactRow;

use super::Checked;
use super::across::class_ml;
use super::names::{count, number};
use super::outlier::median;

/// Names and values, one line each.
pub(crate) fn summary(checked: &Checked) -> Vec<(&'static str, String)> {
    let facts = &checked.facts;
    let mut lines = vec![
        ("title", checked.title.clone()),
        ("folder", checked.folder.display().to_string()),
        ("found", found(checked)),
    ];
    if facts.is_empty() {
        return lines;
    }
    let mut add = |name, value: String| {
        if !value.is_empty() {
            lines.push((name, value));
        }
    };
    add("splits", frequencies(facts, |row| row.split.as_deref()));
    add("phases", frequencies(facts, |row| row.phase.as_deref()));
    add("groups", frequencies(facts, |row| row.group.as_deref()));
    add("voxel type", frequencies(facts, |row| row.image_dtype.as_deref()));
    add("orientation", frequencies(facts, |row| row.orientation.as_deref()));
    add("voxels", extents(facts, |row| row.shape.map(|shape| shape.map(f64::from))));
    add("voxel mm", extents(facts, |row| row.spacing_mm));
    add("intensity", intensities(facts));
    lines
}

fn found(checked: &Checked) -> String {
    let facts = &checked.facts;
    let slices: u64 = facts.iter().filter_map(|row| row.shape).map(|[_, _, n]| u64::from(n)).sum();
    let labelled = facts.iter().filter(|row| row.label.is_some()).count();
    let in_slices: u64 = facts.iter().filter_map(|row| row.labelled_slices).map(u64::from).sum();
    let bytes: u64 =
        facts.iter().flat_map(|row| [row.image_bytes, row.label_bytes]).flatten().sum();
    let expected = checked.expect.as_ref().map_or(String::new(), |expect| {
        format!("; complete: {} of {}", count(expect.cases, "case"), expect.subjects)
    });
    format!(
        "{} of {}, {slices} slices, {}{expected}\n{labelled} with label map, {in_slices} slices \
         with foreground",
        count(facts.len(), "case"),
        count(checked.subjects, "subject"),
        size(bytes)
    )
}

/// `ED 100, ES 100`, the most frequent first.
fn frequencies(facts: &[FactRow], of: fn(&FactRow) -> Option<&str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in facts.iter().filter_map(of) {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words: Vec<String> =
        counts.iter().map(|(value, count)| format!("{value} {count}")).collect();
    words.join(", ")
}

/// `1.2 to 1.9 x 1.2 to 1.9 x 5 to 10, usually 1.4 x 1.4 x 10`.
fn extents(facts: &[FactRow], of: fn(&FactRow) -> Option<[f64; 3]>) -> String {
    let all: Vec<[f64; 3]> = facts.iter().filter_map(of).collect();
    if all.is_empty() {
        return String::new();
    }
    let axis = |axis: usize| all.iter().map(move |own| own[axis]);
    let ranges: Vec<String> = (0..3).map(|i| range(axis(i))).collect();
    let usual: Vec<String> = (0..3).map(|i| number(median(&axis(i).collect::<Vec<_>>()))).collect();
    if ranges == usual {
        return ranges.join(" x ");
    }
    format!("{}; usually {}", ranges.join(" x "), usual.join(" x "))
}

fn intensities(facts: &[FactRow]) -> String {
    let all: Vec<[f64; 5]> = facts.iter().filter_map(|row| row.intensity).collect();
    if all.is_empty() {
        return String::new();
    }
    let of = |i: usize| all.iter().map(move |own| own[i]);
    format!(
        "{} at the 1st percentile, {} at the median, {} at the 99th",
        range(of(1)),
        range(of(2)),
        range(of(3))
    )
}

/// `5 to 10`, or one number.
fn range(values: impl Iterator<Item = f64> + Clone) -> String {
    let low = number(values.clone().fold(f64::INFINITY, f64::min));
    let high = number(values.fold(f64::NEG_INFINITY, f64::max));
    if low == high { low } else { format!("{low} to {high}") }
}

/// One line per class: id, name, in how many label maps, in how many ml.
pub(crate) fn classes(checked: &Checked) -> Vec<Vec<String>> {
    let labelled: Vec<&FactRow> =
        checked.facts.iter().filter(|row| row.labelled_slices.is_some()).collect();
    let mut rows =
        vec![["class", "name", "label maps", "ml", "usually"].map(str::to_owned).to_vec()];
    for class in &checked.dataset.classes {
        let has = |row: &&&FactRow| row.label_values.contains(&class.id);
        let ml: Vec<f64> =
            labelled.iter().filter(has).filter_map(|row| class_ml(row, class.id)).collect();
        let mut cells = vec![
            class.id.to_string(),
            class.name.clone(),
            format!("{} of {}", labelled.iter().filter(has).count(), labelled.len()),
        ];
        if class.id != 0 && !ml.is_empty() {
            cells.extend([range(ml.iter().copied()), number(median(&ml))]);
        }
        rows.push(cells);
    }
    rows
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power = (bytes.max(1).ilog2() / 10).min(4);
    let value = bytes as f64 / f64::from(power * 10).exp2();
    if power == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", units[power as usize]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ranges_are_short() {
        assert_eq!(
            (size(0), size(1023), size(1536)),
            ("0 B".into(), "1023 B".into(), "1.5 KiB".into())
        );
        assert_eq!(size(3 << 30), "3.0 GiB");
        assert_eq!(range([3.0, 1.0].into_iter()), "1 to 3");
        assert_eq!(range([3.0, 3.0].into_iter()), "3");
    }

    #[test]
    fn the_most_frequent_comes_first() {
        let row = |phase: &str| FactRow { phase: Some(phase.to_owned()), ..FactRow::default() };
        let text = frequencies(&[row("ED"), row("ES"), row("ES")], |row| row.phase.as_deref());
        assert_eq!(text, "ES 2, ED 1");
    }
}
