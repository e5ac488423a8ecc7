//! Metrics against how much is labelled, where the experiment sweeps it.

use std::collections::{BTreeMap, BTreeSet};

use stages_figures::{Quantity, RatioCurves, RatioResult, Scale, Size};

use crate::grouping::{Section, sections};
use crate::index::{Drawn, Sheets};
use crate::material::{Material, MetricsRun};
use crate::scores::{Setting, headline};
use crate::words::{counted, metric_quantity, sentence_case, titled};
use crate::{FigureKind, FiguresParams, PlotsError};

/// One figure a metric and section, if there is a variable to draw against.
pub(crate) fn draw(
    material: &Material,
    params: &FiguresParams,
    sheets: &mut Sheets,
) -> Result<(), PlotsError> {
    let Some(variable) = Variable::of(&material.metrics, params)? else { return Ok(()) };
    let section = |run: &MetricsRun| {
        let mut section = run.section();
        section.others.remove(&variable.name);
        section
    };
    for metric in &params.metrics {
        for (section, runs) in sections(&material.metrics, section) {
            sheets.add_some(drawn(material, params, &variable, metric, (&section, &runs)));
        }
    }
    Ok(())
}

fn drawn(
    material: &Material,
    params: &FiguresParams,
    variable: &Variable,
    metric: &str,
    (section, runs): (&Section, &[&MetricsRun]),
) -> Option<Drawn> {
    let grid = params.grid.into();
    let setting = Setting { metric, grid, checkpoint: params.checkpoint.as_str() };
    let (quantity, _) = metric_quantity(metric, runs.iter().map(|run| &run.table))?;
    let mut results = Vec::new();
    for run in runs {
        let Some(value) = run.name.others.get(&variable.name) else { continue };
        let has_rows = run.table.rows.iter().any(|row| setting.includes(row));
        if let Some(ratio) = variable.values.get(value).filter(|_| has_rows) {
            results.push(RatioResult {
                method: material.methods.name(&run.name.method).to_owned(),
                ratio: *ratio,
                value: headline(&run.table, setting).unwrap_or(f64::NAN),
            });
        }
    }
    let different: BTreeSet<u64> = results.iter().map(|result| result.ratio.to_bits()).collect();
    if different.len() < 2 {
        return None;
    }
    let section = material.words(section);
    let title = format!("{} against {}", quantity.name, variable.quantity.name.to_lowercase());
    let caption = format!(
        "{}, mean over classes, on the {} grid, checkpoint {}, against {} (matrix variable `{}`): {} \
         at {}. The score of a run is the mean over scans, then over classes.",
        quantity.name,
        setting.grid.as_str(),
        setting.checkpoint,
        variable.quantity.name.to_lowercase(),
        variable.name,
        counted(results.len(), "run"),
        counted(different.len(), "value"),
    );
    let quantity = Quantity { name: format!("{}, mean over classes", quantity.name), ..quantity };
    let curves = RatioCurves {
        ratio: variable.quantity.clone(),
        methods: material.methods.names.clone(),
        spread: params.spread.into(),
        scale: variable.scale,
        size: Size { width: params.width_px, ..Size::default() },
        ..RatioCurves::new(titled(&title, &section), quantity, results)
    };
    let name = vec!["ratio".to_owned(), metric.to_owned()];
    Some(Drawn { kind: FigureKind::Ratio, name, section, caption, figure: curves.figure() })
}

/// What says how much is labelled.
struct Variable {
    name: String,
    /// What its values say, as numbers.
    values: BTreeMap<String, f64>,
    quantity: Quantity,
    scale: Scale,
}

impl Variable {
    /// The variable of the parameters, or the only one whose values are numbers.
    fn of(runs: &[MetricsRun], params: &FiguresParams) -> Result<Option<Self>, PlotsError> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, value) in runs.iter().flat_map(|run| &run.name.others) {
            values.entry(name).or_default().insert(value);
        }
        let name = if let Some(name) = &params.ratio.variable {
            let taken = |field| PlotsError::TakenVariable { variable: name.clone(), field };
            if *name == params.rows {
                return Err(taken("rows"));
            }
            if params.over.contains(name) {
                return Err(taken("over"));
            }
            if runs.is_empty() {
                return Ok(None);
            }
            let known = || values.keys().map(|name| (*name).to_owned()).collect();
            let unknown = || PlotsError::NoVariable { variable: name.clone(), known: known() };
            let of_name = values.get(name.as_str()).ok_or_else(unknown)?;
            if let Some(value) = of_name.iter().find(|value| number(value).is_none()) {
                let (variable, value) = (name.clone(), (*value).to_owned());
                return Err(PlotsError::NotANumber { variable, value });
            }
            name.as_str()
        } else {
            let numeric = |values: &BTreeSet<&str>| {
                values.len() > 1 && values.iter().all(|value| number(value).is_some())
            };
            let mut names = values.iter().filter(|(_, values)| numeric(values));
            match (names.next(), names.next()) {
                (Some((name, _)), None) => name,
                _ => return Ok(None),
            }
        };
        Ok(Some(Self::new(name, &values[name], params)))
    }

    /// `texts` are all numbers.
    fn new(name: &str, texts: &BTreeSet<&str>, params: &FiguresParams) -> Self {
        let values: BTreeMap<String, f64> =
            texts.iter().filter_map(|text| Some(((*text).to_owned(), number(text)?))).collect();
        let smallest = values.values().copied().fold(f64::INFINITY, f64::min);
        let largest = values.values().copied().fold(f64::NEG_INFINITY, f64::max);
        let label = params.ratio.label.clone().unwrap_or_else(|| sentence_case(name));
        let percent = texts.iter().all(|text| text.ends_with('%')).then(|| "%".to_owned());
        let lower = if smallest >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        let mut quantity = Quantity::new(label).within(lower, f64::INFINITY);
        quantity.unit = params.ratio.unit.clone().or(percent);
        let wide = smallest > 0.0 && largest >= 10.0 * smallest;
        let scale = match params.ratio.scale {
            Some(scale) => scale.into(),
            None if wide => Scale::Log,
            None => Scale::Linear,
        };
        Self { name: name.to_owned(), values, quantity, scale }
    }
}

/// `5`, `0.05` and `5%` as a number.
fn number(text: &str) -> Option<f64> {
    let text = text.strip_suffix('%').unwrap_or(text).trim();
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let found = ["5", "0.05", "5%", "1e-2", "five", "", "nan"].map(number);
        assert_eq!(found, [Some(5.0), Some(0.05), Some(5.0), Some(0.01), None, None, None]);
    }

    #[test]
    fn wide_ranges_are_logarithmic_unless_asked_otherwise() {
        let params = FiguresParams::default();
        let new = |texts: &[&'static str], params: &FiguresParams| {
            Variable::new("label_ratio", &texts.iter().copied().collect(), params)
        };
        let wide = new(&["5%", "100%"], &params);
        assert_eq!((wide.scale, wide.quantity.unit.as_deref()), (Scale::Log, Some("%")));
        assert_eq!(wide.quantity.name, "Label ratio");
        assert_eq!(new(&["0", "100"], &params).scale, Scale::Linear);
        assert_eq!(new(&["5", "20"], &params).scale, Scale::Linear);
        let mut linear = params;
        linear.ratio.scale = Some(crate::ScaleName::Linear);
        assert_eq!(new(&["5", "100"], &linear).scale, Scale::Linear);
    }
}
