//! Clinical values of the heart: volumes at both phases, ejection fraction, myocardial mass.

use std::collections::BTreeMap;

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_tables::{ClinicalRow, ClinicalState, DatasetInfo, Grid, MetricRow, MetricState};

use crate::EvaluateError;
use crate::scans::{Scan, class_list};

/// Which classes and phases the clinical values are made of. The defaults are ACDC's names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClinicalParams {
    /// The class of the left ventricle's cavity, or null to leave it out. Default: `LV`.
    pub lv: Option<String>,
    /// The class of the right ventricle's cavity, or null to leave it out. Default: `RV`.
    pub rv: Option<String>,
    /// The class of the left ventricle's muscle, or null to leave it out. Default: `Myo`.
    pub myocardium: Option<String>,
    /// The phase of the largest volume, end-diastole. Default: `ED`.
    pub ed: String,
    /// The phase of the smallest volume, end-systole. Default: `ES`.
    pub es: String,
    /// What a millilitre of muscle weighs, in g. Default: 1.05.
    pub density_g_per_ml: f64,
}

impl Default for ClinicalParams {
    fn default() -> Self {
        Self {
            lv: Some("LV".to_owned()),
            rv: Some("RV".to_owned()),
            myocardium: Some("Myo".to_owned()),
            ed: "ED".to_owned(),
            es: "ES".to_owned(),
            // Of myocardium, as in the ACDC challenge and in cardiology in general.
            density_g_per_ml: 1.05,
        }
    }
}

impl ClinicalParams {
    /// Everything that is wrong with the parameters themselves.
    pub(crate) fn problems(&self) -> Vec<ParamProblem> {
        let mut problems = Vec::new();
        if self.lv.is_none() && self.rv.is_none() && self.myocardium.is_none() {
            let found = "without a structure there is nothing to measure";
            let help = "name at least one class as `lv`, `rv` or `myocardium`";
            problems.push(ParamProblem::new("clinical", found).with_help(help));
        }
        let named = [("lv", &self.lv), ("rv", &self.rv), ("myocardium", &self.myocardium)];
        for (at, (field, name)) in named.iter().enumerate() {
            if let Some(name) = name
                && named[..at].iter().any(|(_, other)| other.as_ref() == Some(name))
            {
                let found = format!("`{name}` is another structure already");
                problems.push(ParamProblem::new(format!("clinical.{field}"), found));
            }
        }
        if self.ed == self.es {
            let found = format!("`{}` cannot be both phases", self.es);
            problems.push(ParamProblem::new("clinical.es", found));
        }
        if !(self.density_g_per_ml.is_finite() && self.density_g_per_ml > 0.0) {
            let found = format!("{} g/ml is no density", self.density_g_per_ml);
            let help = "give a positive number; muscle weighs 1.05";
            problems.push(ParamProblem::new("clinical.density_g_per_ml", found).with_help(help));
        }
        problems
    }
}

/// Volumes in ml by class id: of the prediction and of the reference; none where a mask is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Volumes(BTreeMap<u8, [Option<f64>; 2]>);

impl Volumes {
    /// Adds a class by the voxels of its two masks.
    pub(crate) fn insert(&mut self, class: u8, voxels: [u64; 2], voxel_ml: f64) {
        let ml = voxels.map(|voxels| (voxels > 0).then_some(voxels as f64 * voxel_ml));
        self.0.insert(class, ml);
    }
}

/// A structure and what is measured of it.
struct Structure {
    class_id: u8,
    name: String,
    quantities: Vec<Quantity>,
}

struct Quantity {
    name: &'static str,
    unit: &'static str,
    /// From the volumes at both phases, which are there where `phases` says so.
    value: Box<dyn Fn(f64, f64) -> f64>,
    /// Whether the volumes at end-diastole and end-systole are needed.
    phases: [bool; 2],
}

/// Quantities of every subject: the table, the differences as metrics, and the subjects without
/// scans of both phases.
pub(crate) struct Clinical {
    pub(crate) rows: Vec<ClinicalRow>,
    pub(crate) metrics: Vec<MetricRow>,
    pub(crate) incomplete: Vec<String>,
}

/// Measures every subject. `scans` come with their volumes by checkpoint.
///
/// # Errors
/// When a class of the parameters is not in the dataset, or a subject has two scans of a phase.
pub(crate) fn measure(
    params: &ClinicalParams,
    dataset: &DatasetInfo,
    ignore_label: Option<u8>,
    scans: &[(&Scan<'_>, &[(String, Volumes)])],
) -> Result<Clinical, EvaluateError> {
    let structures = structures(params, dataset, ignore_label)?;
    let mut clinical = Clinical { rows: Vec::new(), metrics: Vec::new(), incomplete: Vec::new() };
    for ((subject, checkpoint), pair) in by_subject(params, scans)? {
        if pair.phases.iter().any(Option::is_none) {
            clinical.incomplete.push(subject.to_owned());
        }
        for structure in &structures {
            let volumes =
                pair.phases.map(|phase| phase.map(|volumes| volumes.0[&structure.class_id]));
            for quantity in &structure.quantities {
                let (values, state) = quantity.measure(volumes);
                let [prediction, reference] = values;
                let difference = prediction.zip(reference).map(|(p, r)| p - r);
                clinical.rows.push(ClinicalRow {
                    subject: subject.to_owned(),
                    group: pair.group.map(str::to_owned),
                    structure: structure.name.clone(),
                    quantity: quantity.name.to_owned(),
                    unit: quantity.unit.to_owned(),
                    checkpoint: checkpoint.to_owned(),
                    prediction,
                    reference,
                    difference,
                    state,
                });
                let Some(state) = metric_state(state) else { continue };
                clinical.metrics.push(MetricRow {
                    case_id: subject.to_owned(),
                    subject: subject.to_owned(),
                    phase: None,
                    class_id: structure.class_id,
                    class_name: structure.name.clone(),
                    metric: format!("{}_difference", quantity.name),
                    grid: Grid::Native,
                    checkpoint: checkpoint.to_owned(),
                    value: difference,
                    state,
                    unit: quantity.unit.to_owned(),
                    higher_is_better: None,
                    diagonal_mm: None,
                    ignored_voxels: None,
                });
            }
        }
    }
    clinical.incomplete.dedup();
    Ok(clinical)
}

/// The scans of one subject by one checkpoint.
#[derive(Default)]
struct Phases<'a> {
    group: Option<&'a str>,
    /// End-diastole and end-systole.
    phases: [Option<&'a Volumes>; 2],
}

fn by_subject<'a>(
    params: &ClinicalParams,
    scans: &[(&'a Scan<'_>, &'a [(String, Volumes)])],
) -> Result<BTreeMap<(&'a str, &'a str), Phases<'a>>, EvaluateError> {
    let mut subjects: BTreeMap<(&str, &str), Phases<'_>> = BTreeMap::new();
    for (scan, volumes) in scans {
        let case = scan.case;
        let phase =
            [&params.ed, &params.es].iter().position(|phase| case.phase.as_ref() == Some(*phase));
        for (checkpoint, volumes) in *volumes {
            let entry = subjects.entry((&case.subject, checkpoint)).or_default();
            entry.group = case.group.as_deref();
            // Scans of other phases make the subject known, and nothing more.
            if let Some(phase) = phase
                && entry.phases[phase].replace(volumes).is_some()
            {
                return Err(EvaluateError::TwoScansOfPhase {
                    subject: case.subject.clone(),
                    phase: case.phase.clone().unwrap_or_default(),
                });
            }
        }
    }
    Ok(subjects)
}

fn structures(
    params: &ClinicalParams,
    dataset: &DatasetInfo,
    ignore_label: Option<u8>,
) -> Result<Vec<Structure>, EvaluateError> {
    let density = params.density_g_per_ml;
    let all = [
        ("lv", &params.lv, cavity as fn(f64) -> Vec<Quantity>),
        ("rv", &params.rv, cavity),
        ("myocardium", &params.myocardium, muscle),
    ];
    let named = all.into_iter().filter_map(|(field, name, of)| Some((field, name.as_ref()?, of)));
    let structure = |(field, name, quantities): (&'static str, &String, fn(f64) -> _)| {
        // A class that is not scored has no volumes either.
        let mut scored = dataset.foreground().filter(|class| ignore_label != Some(class.id));
        let class = scored.find(|class| class.name == *name);
        let class = class.ok_or_else(|| EvaluateError::ClinicalClass {
            field,
            found: name.clone(),
            dataset: dataset.name.clone(),
            accepted: class_list(dataset),
        })?;
        let quantities = quantities(density);
        Ok(Structure { class_id: class.id, name: name.clone(), quantities })
    };
    named.map(structure).collect()
}

fn cavity(_density: f64) -> Vec<Quantity> {
    let quantity = |name, unit, phases, value: fn(f64, f64) -> f64| Quantity {
        name,
        unit,
        value: Box::new(value),
        phases,
    };
    vec![
        quantity("edv", "ml", [true, false], |ed, _| ed),
        quantity("esv", "ml", [false, true], |_, es| es),
        quantity("stroke_volume", "ml", [true, true], |ed, es| ed - es),
        quantity("ejection_fraction", "%", [true, true], |ed, es| 100.0 * (ed - es) / ed),
    ]
}

fn muscle(density: f64) -> Vec<Quantity> {
    let value = Box::new(move |ed: f64, _| ed * density);
    vec![Quantity { name: "mass", unit: "g", value, phases: [true, false] }]
}

impl Quantity {
    /// The values of prediction and reference from their volumes by phase, and what is missing.
    fn measure(&self, volumes: [Option<[Option<f64>; 2]>; 2]) -> ([Option<f64>; 2], ClinicalState) {
        let needed = || volumes.iter().zip(self.phases).filter(|(_, needed)| *needed);
        if needed().any(|(volumes, _)| volumes.is_none()) {
            return ([None; 2], ClinicalState::PhaseMissing);
        }
        let values = [0, 1].map(|side| {
            // A phase that is not needed does not matter.
            let ml = |phase: usize| match (volumes[phase], self.phases[phase]) {
                (_, false) => Some(0.0),
                (volumes, true) => volumes?[side],
            };
            Some((self.value)(ml(0)?, ml(1)?))
        });
        let state = match values.map(|value| value.is_some()) {
            [true, true] => ClinicalState::Ok,
            [false, true] => ClinicalState::PredEmpty,
            [true, false] => ClinicalState::RefEmpty,
            [false, false] => ClinicalState::BothEmpty,
        };
        (values, state)
    }
}

/// The state in the metrics table, which has rows only for subjects with both phases.
fn metric_state(state: ClinicalState) -> Option<MetricState> {
    Some(match state {
        ClinicalState::Ok => MetricState::Ok,
        ClinicalState::PredEmpty => MetricState::PredEmpty,
        ClinicalState::RefEmpty => MetricState::RefEmpty,
        ClinicalState::BothEmpty => MetricState::BothEmpty,
        ClinicalState::PhaseMissing => return None,
    })
}
