//! Agreement on clinical values, where they were measured.

use std::collections::BTreeSet;

use stages_figures::{MeasuredPair, Quantity};
use stages_tables::{ClinicalRow, ClinicalState};

use crate::agreement::{first_of_each, plots, repetitions};
use crate::grouping::sections;
use crate::index::{Drawn, Sheets};
use crate::material::{Material, MetricsRun};
use crate::words::{counted, sentence_case, titled};
use crate::{FigureKind, FiguresParams, PlotsError};

/// One figure a structure, quantity and section.
pub(crate) fn draw(
    material: &Material,
    params: &FiguresParams,
    sheets: &mut Sheets,
) -> Result<(), PlotsError> {
    for (section, runs) in sections(&material.metrics, MetricsRun::section) {
        let section = material.words(&section);
        let firsts = first_of_each(&runs, |run| &run.name);
        let mut rows: Vec<(&str, ClinicalRow)> = Vec::new();
        for run in &firsts {
            let method = material.methods.name(&run.name.method);
            let table = run.clinical()?.map(|table| table.rows).unwrap_or_default();
            let of_checkpoint =
                table.into_iter().filter(|row| row.checkpoint == params.checkpoint.as_str());
            rows.extend(of_checkpoint.map(|row| (method, row)));
        }
        let mut drawn: Vec<(String, String)> = Vec::new();
        for (_, row) in &rows {
            let key = (row.structure.clone(), row.quantity.clone());
            if !drawn.contains(&key) {
                drawn.push(key);
            }
        }
        let shown = repetitions(&firsts, |run| &run.name, params);
        for (structure, quantity) in drawn {
            let of_key = rows
                .iter()
                .filter(|(_, row)| row.structure == structure && row.quantity == quantity);
            let (mut pairs, mut subjects, mut left_out) = (Vec::new(), BTreeSet::new(), 0);
            let mut unit = String::new();
            for (method, row) in of_key {
                unit.clone_from(&row.unit);
                let values = (row.prediction, row.reference, row.state == ClinicalState::Ok);
                let (Some(measured), Some(reference), true) = values else {
                    left_out += 1;
                    continue;
                };
                subjects.insert(row.subject.clone());
                pairs.push(MeasuredPair {
                    method: (*method).to_owned(),
                    subject: row.subject.clone(),
                    reference,
                    measured,
                });
            }
            let name = quantity_name(&quantity);
            let mut caption = format!(
                "{structure}: {} of {}, predicted against annotated, on the scans' own voxels, \
                 checkpoint {}. A point is a subject{shown}.",
                name.to_lowercase(),
                counted(subjects.len(), "subject"),
                params.checkpoint.as_str(),
            );
            if left_out > 0 {
                let pairs = counted(left_out, "pair");
                caption = format!("{caption} {pairs} without a structure or a phase not shown.");
            }
            let title = titled(&format!("{structure}: {}", name.to_lowercase()), &section);
            let unit = if unit == "ml" { "mL" } else { &unit };
            // An ejection fraction is a difference and may be below 0.
            let axis = Quantity::new(name).in_unit(unit);
            let figure = plots(material, params, &title, axis, pairs).figure();
            let name = vec!["agreement".to_owned(), "clinical".to_owned(), structure, quantity];
            let kind = FigureKind::Agreement;
            sheets.add(Drawn { kind, name, section: section.clone(), caption, figure });
        }
    }
    Ok(())
}

fn quantity_name(quantity: &str) -> String {
    match quantity {
        "edv" => "End-diastolic volume".to_owned(),
        "esv" => "End-systolic volume".to_owned(),
        other => sentence_case(other),
    }
}
