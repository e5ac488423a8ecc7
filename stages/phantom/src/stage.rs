//! The stage: checks the parameters, draws the subjects in parallel, writes the dataset.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_engine::{
    ActionContext, Cpus, ParamProblem, Placement, Ports, Resources, Stage, StageError, StageInfo,
};
use rayon::prelude::*;

use crate::PhantomParams;
use crate::layout::{grid_ranges, most_subjects, write_index, write_subject};

/// Bumped whenever the same parameters give other bytes; the golden test pins both.
pub(crate) const VERSION: u32 = 1;

/// Writes a synthetic dataset in the layout of a real release.
#[derive(Debug, Clone, Copy, Default)]
pub struct Phantom;

impl Stage for Phantom {
    type Params = PhantomParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "phantom",
            version: VERSION,
            summary: "writes a synthetic dataset in the layout of a real release",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &PhantomParams) -> Ports {
        Ports::new().output("dataset", stages_tables::kind::DATASET)
    }

    fn resources(&self, _params: &PhantomParams) -> Resources {
        Resources { cpus: Cpus::All, memory_mib: 256, ..Resources::default() }
    }

    fn check(&self, params: &PhantomParams) -> Vec<ParamProblem> {
        let mut problems = Vec::new();
        let most = most_subjects(params.layout);
        if !(1..=most).contains(&params.subjects) {
            problems.push(out_of_range(
                "subjects",
                f64::from(params.subjects),
                1.0,
                f64::from(most),
            ));
        }
        let ranges = grid_ranges(params);
        let mut range = |path: &str, min: f64, max: f64, allowed: RangeInclusive<f64>| {
            if min > max {
                let message = format!("min {min} is above max {max}");
                problems.push(ParamProblem::new(path, message).with_help("put min first"));
            }
            for (end, value) in [("min", min), ("max", max)] {
                if !allowed.contains(&value) {
                    let path = format!("{path}.{end}");
                    problems.push(out_of_range(&path, value, *allowed.start(), *allowed.end()));
                }
            }
        };
        let (size, slices) = (ranges.size_px, ranges.slices);
        range("size_px", f64::from(size.min), f64::from(size.max), 16.0..=512.0);
        range("slices", f64::from(slices.min), f64::from(slices.max), 3.0..=200.0);
        range("spacing_mm", ranges.spacing_mm.min, ranges.spacing_mm.max, 0.2..=10.0);
        let gap = ranges.slice_spacing_mm;
        range("slice_spacing_mm", gap.min, gap.max, 0.2..=20.0);
        let difficulty = &params.difficulty;
        for (name, value, most) in [
            ("noise", difficulty.noise, 0.5),
            ("bias_field", difficulty.bias_field, 0.9),
            ("contrast_overlap", difficulty.contrast_overlap, 1.0),
            ("shape_variation", difficulty.shape_variation, 1.5),
            ("distractors", difficulty.distractors, 1.0),
        ] {
            if !(0.0..=most).contains(&value) {
                problems.push(out_of_range(&format!("difficulty.{name}"), value, 0.0, most));
            }
        }
        problems
    }

    fn run(&self, params: &PhantomParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let dir = context.output("dataset")?;
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(context.granted().cpus.max(1) as usize)
            .build()
            .map_err(StageError::new)?;
        let total = u64::from(params.subjects);
        let done = AtomicU64::new(0);
        threads.install(|| {
            (0..params.subjects).into_par_iter().try_for_each(|index| {
                context.check_cancelled()?;
                write_subject(params, dir, index).map_err(StageError::new)?;
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                context.progress(done, total, "subjects drawn");
                Ok::<_, StageError>(())
            })
        })?;
        write_index(params, dir).map_err(StageError::new)
    }
}

fn out_of_range(path: &str, found: f64, least: f64, most: f64) -> ParamProblem {
    ParamProblem::new(path, format!("{found} is out of range"))
        .with_help(format!("use a number from {least} to {most}"))
}
