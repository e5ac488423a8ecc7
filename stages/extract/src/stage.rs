//! The stage: scans in parallel, slices in the order of the cases table.

use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_engine::stage::{
    ActionContext, Cpus, ParamProblem, Placement, Ports, Resources, Stage, StageError, StageInfo,
};
use stages_tables::{CasesTable, SlicesInfo, SlicesWriter, kind};

use crate::ordered::in_order;
use crate::{CaseSlices, ExtractError, ExtractParams, params, slices_of};

/// Makes the slices table: every slice of every scan on one canvas, as 8-bit planes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extract;

impl Stage for Extract {
    type Params = ExtractParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "extract",
            version: 2,
            summary: "scales intensities, resamples planes onto one canvas, stores them as slices",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &ExtractParams) -> Ports {
        Ports::new()
            .input("cases", kind::CASES)
            .input("volumes", kind::VOLUMES)
            .output("slices", kind::SLICES)
    }

    fn resources(&self, _params: &ExtractParams) -> Resources {
        // A CT scan of 512 x 512 x 168 is 176 MB as float32 and 44 MB of labels; two threads hold
        // one each, and the slices of up to three scans wait to be written.
        Resources { cpus: Cpus::All, memory_mib: 768, ..Resources::default() }
    }

    fn check(&self, params: &ExtractParams) -> Vec<ParamProblem> {
        params::check(params)
    }

    fn run(&self, params: &ExtractParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let cases = CasesTable::read(context.input("cases")?).map_err(ExtractError::from)?;
        if cases.rows.is_empty() {
            return Err(ExtractError::NoCases.into());
        }
        let volumes = context.input("volumes")?;
        let [width, height] = params.geometry.canvas();
        let info = SlicesInfo {
            dataset: cases.dataset,
            height,
            width,
            convention: params.geometry.convention().grid(),
        };
        let mut writer =
            SlicesWriter::create(context.output("slices")?, &info).map_err(ExtractError::from)?;
        let mut report = Report::default();
        let (done, total) = (AtomicU64::new(0), cases.rows.len() as u64);
        let make = |index: usize| {
            context.check_cancelled()?;
            let row = &cases.rows[index];
            let made = slices_of(params, volumes, row)?;
            let count = done.fetch_add(1, Ordering::Relaxed) + 1;
            context.progress(count, total, row.case_id.clone());
            Ok(made)
        };
        let take = |case| Ok(write(&mut writer, &mut report, case)?);
        in_order::<_, StageError>(cases.rows.len(), context.granted().cpus as usize, make, take)?;
        writer.finish().map_err(ExtractError::from)?;
        report.say(context, cases.rows.len());
        Ok(())
    }
}

fn write(
    writer: &mut SlicesWriter,
    report: &mut Report,
    case: CaseSlices,
) -> Result<(), ExtractError> {
    // A scan of which nothing is kept has no record batch.
    let Some(first) = case.slices.first() else { return Ok(()) };
    report.add(first.case_id.clone(), &case);
    writer.write(&case.slices, case.images, case.labels)?;
    Ok(())
}

/// What a person should know afterwards.
#[derive(Default)]
struct Report {
    slices: usize,
    annotated: usize,
    with_foreground: usize,
    constant: Vec<String>,
    cropped: Vec<String>,
}

impl Report {
    fn add(&mut self, case_id: String, case: &CaseSlices) {
        self.slices += case.slices.len();
        self.annotated += case.slices.iter().filter(|slice| slice.labelled).count();
        self.with_foreground += case.slices.iter().filter(|slice| slice.foreground).count();
        if case.foreground_cropped > 0 {
            self.cropped.push(format!(
                "{case_id} ({:.1} %)",
                100.0 * case.foreground_cropped as f64 / case.foreground as f64
            ));
        }
        if case.window.is_empty() {
            self.constant.push(case_id);
        }
    }

    fn say(&self, context: &ActionContext<'_>, cases: usize) {
        context.info(format!(
            "{} slices of {cases} scans, {} annotated, {} with foreground",
            self.slices, self.annotated, self.with_foreground
        ));
        if !self.cropped.is_empty() {
            context.warn(format!(
                "the canvas cuts off annotated foreground of {} scans, which no score on the \
                 network's grid will see: {}; a larger canvas keeps it",
                self.cropped.len(),
                first_of(&self.cropped)
            ));
        }
        if !self.constant.is_empty() {
            context.warn(format!(
                "{} scans have no contrast between the ends of the intensity window and became \
                 all 0: {}",
                self.constant.len(),
                first_of(&self.constant)
            ));
        }
    }
}

/// The first ten names, and how many there are beyond them.
fn first_of(names: &[String]) -> String {
    let shown = names.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(10);
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
