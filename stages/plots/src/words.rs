//! What quantities are called, and which values they can have.

use stages_figures::Quantity;
use stages_tables::{MetricRow, MetricsTable};

/// The quantity of a metric, as the table says of it.
pub(crate) fn metric_quantity<'a>(
    metric: &str,
    tables: impl IntoIterator<Item = &'a MetricsTable>,
) -> Option<(Quantity, Option<bool>)> {
    let mut rows = tables.into_iter().flat_map(|table| &table.rows);
    let row: &MetricRow = rows.find(|row| row.metric == metric)?;
    let quantity = Quantity::new(metric_name(metric));
    let quantity = match (row.unit.as_str(), row.higher_is_better) {
        ("1", Some(true)) => quantity.within(0.0, 1.0),
        ("1", _) => quantity,
        (unit, Some(_)) => quantity.in_unit(unit).within(0.0, f64::INFINITY),
        (unit, None) => quantity.in_unit(unit),
    };
    Some((quantity, row.higher_is_better))
}

/// The metric's name as papers write it.
pub(crate) fn metric_name(metric: &str) -> String {
    if let Some(tolerance) = metric.strip_prefix("nsd@").and_then(|rest| rest.strip_suffix("mm")) {
        return format!("NSD at {tolerance} mm");
    }
    match metric {
        "iou" => "IoU".to_owned(),
        "hd" | "hd95" | "assd" | "masd" | "nsd" => metric.to_uppercase(),
        other => sentence_case(other),
    }
}

/// `Ejection fraction` for `ejection_fraction`.
pub(crate) fn sentence_case(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect::<String>().replace('_', " ")
}

/// `1 subject`, `2 subjects`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `2 runs` or `1 to 3 runs`.
pub(crate) fn counted_range(counts: &[usize], what: &str) -> String {
    let least = counts.iter().min().copied().unwrap_or(0);
    let most = counts.iter().max().copied().unwrap_or(0);
    if least == most { counted(most, what) } else { format!("{least} to {most} {what}s") }
}

/// The same sentence or its beginning, after a title's colon where there is something to add.
pub(crate) fn titled(title: &str, section: &str) -> String {
    if section.is_empty() { title.to_owned() } else { format!("{title} ({section})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_in_papers() {
        let names = ["dice", "nsd@2mm", "hd95", "volume_difference", "iou"].map(metric_name);
        assert_eq!(names, ["Dice", "NSD at 2 mm", "HD95", "Volume difference", "IoU"]);
        assert_eq!(counted_range(&[2, 2], "run"), "2 runs");
        assert_eq!(counted_range(&[1, 3], "run"), "1 to 3 runs");
        assert_eq!(titled("Dice", ""), "Dice");
    }
}
