//! The rows of one scan: both grids, every checkpoint, class and metric.

use std::borrow::Cow;

use pipeline_engine::{ActionContext, StageError};
use stages_imaging::LabelMap;
use stages_metrics::{Lattice, MaskState, Overlay};
use stages_tables::{
    ClassInfo, DatasetInfo, Grid, MetricRow, MetricState, PredictionsReader, SlicesReader,
};

use crate::clinical::Volumes;
use crate::metric::ClassScorer;
use crate::prepare::{Known, ignore, largest_components};
use crate::quantity::Quantity;
use crate::scans::{Scan, class_list};
use crate::{EvaluateError, EvaluateParams, GridName, native, network};

/// What scoring a scan needs.
pub(crate) struct Inputs<'a> {
    pub(crate) params: &'a EvaluateParams,
    pub(crate) quantities: &'a [Quantity],
    pub(crate) context: &'a ActionContext<'a>,
    pub(crate) predictions: &'a PredictionsReader,
    pub(crate) slices: &'a SlicesReader,
}

/// What is known of one scan.
#[derive(Default)]
pub(crate) struct Scored {
    pub(crate) rows: Vec<MetricRow>,
    /// By checkpoint; only where clinical values are asked for.
    pub(crate) volumes: Vec<(String, Volumes)>,
}

/// Both label maps of a scan on one grid, by one checkpoint.
struct Pair<'a> {
    prediction: Vec<u8>,
    /// Shared by the checkpoints, unless voxels have to be taken out of it.
    reference: Cow<'a, [u8]>,
    lattice: Lattice,
    grid: Grid,
}

impl Inputs<'_> {
    /// Every value of one scan.
    pub(crate) fn score(&self, scan: &Scan<'_>) -> Result<Scored, StageError> {
        let mut scored = Scored::default();
        for grid in &self.params.grids {
            match grid {
                GridName::Network => self.score_network(scan, &mut scored)?,
                GridName::Native => self.score_native(scan, true, &mut scored)?,
            }
        }
        if self.params.clinical.is_some() && !self.params.grids.contains(&GridName::Native) {
            self.score_native(scan, false, &mut scored)?;
        }
        Ok(scored)
    }

    fn score_network(&self, scan: &Scan<'_>, scored: &mut Scored) -> Result<(), EvaluateError> {
        let window = self.predictions.window();
        let shape = network::shape(scan, window)?;
        let spacing = network::spacing_mm(scan);
        let lattice = self.lattice(scan, shape, spacing)?;
        let reference = network::reference(scan, self.slices, window, shape);
        self.check_reference(scan, "a label plane", &reference)?;
        for (checkpoint, predicted) in &scan.predictions {
            let prediction = network::prediction(scan, predicted, self.predictions, shape);
            let reference = Cow::Borrowed(&reference[..]);
            let pair = Pair { prediction, reference, lattice, grid: Grid::Network };
            self.add(scan, checkpoint, pair, true, scored)?;
        }
        Ok(())
    }

    fn score_native(
        &self,
        scan: &Scan<'_>,
        rows: bool,
        scored: &mut Scored,
    ) -> Result<(), StageError> {
        let volumes = self.context.input("volumes")?;
        let LabelMap { labels: reference, .. } = native::reference(scan, volumes)?;
        self.check_reference(scan, "the label map", &reference)?;
        let shape = scan.case.shape.map(|size| size as usize);
        let lattice = self.lattice(scan, shape, scan.case.spacing_mm)?;
        for (checkpoint, predicted) in &scan.predictions {
            let prediction =
                native::prediction(scan, predicted, self.predictions, self.slices.info());
            let reference = Cow::Borrowed(&reference[..]);
            let pair = Pair { prediction, reference, lattice, grid: Grid::Native };
            self.add(scan, checkpoint, pair, rows, scored)?;
        }
        Ok(())
    }

    fn dataset(&self) -> &DatasetInfo {
        &self.predictions.window().dataset
    }

    /// The grid of a scan. A single slice is a picture: in space every voxel of it would be
    /// surface.
    fn lattice(
        &self,
        scan: &Scan<'_>,
        shape: [usize; 3],
        spacing_mm: [f64; 3],
    ) -> Result<Lattice, EvaluateError> {
        let measured = self.quantities.iter().any(|quantity| quantity.metric.needs_spacing());
        let needed = measured || self.params.clinical.is_some();
        // Counting voxels asks nothing of their size.
        let spacing_mm = if needed { spacing_mm } else { [1.0; 3] };
        let lattice = Lattice::new(shape, spacing_mm)
            .map_err(|source| EvaluateError::Metrics { case: scan.case.case_id.clone(), source })?;
        Ok(if shape[2] == 1 { lattice.planar() } else { lattice })
    }

    fn check_reference(
        &self,
        scan: &Scan<'_>,
        what: &'static str,
        labels: &[u8],
    ) -> Result<(), EvaluateError> {
        let known = Known::classes(self.dataset()).and(self.params.ignore_label);
        self.check(scan, what, labels, &known)
    }

    fn check(
        &self,
        scan: &Scan<'_>,
        what: &'static str,
        labels: &[u8],
        known: &Known,
    ) -> Result<(), EvaluateError> {
        match known.first_unknown(labels) {
            None => Ok(()),
            Some(found) => Err(EvaluateError::UnknownClass {
                what,
                case: scan.case.case_id.clone(),
                found,
                dataset: self.dataset().name.clone(),
                accepted: class_list(self.dataset()),
            }),
        }
    }

    /// Scores one prediction on one grid.
    fn add(
        &self,
        scan: &Scan<'_>,
        checkpoint: &str,
        mut pair: Pair<'_>,
        with_rows: bool,
        scored: &mut Scored,
    ) -> Result<(), EvaluateError> {
        let (params, dataset) = (self.params, self.dataset());
        self.check(scan, "the prediction", &pair.prediction, &Known::classes(dataset))?;
        // First, so that what the annotation leaves open does not cut a prediction into components.
        largest_components(params, dataset, &mut pair.prediction, pair.lattice.shape());
        let ignored = params
            .ignore_label
            .map(|label| ignore(label, &mut pair.prediction, pair.reference.to_mut()));
        let overlay = Overlay::new(&pair.prediction, &pair.reference, pair.lattice)
            .map_err(|source| EvaluateError::Metrics { case: scan.case.case_id.clone(), source })?;
        let voxel_ml = pair.lattice.voxel_ml();
        let mut volumes = Volumes::default();
        for class in dataset.foreground().filter(|class| params.ignore_label != Some(class.id)) {
            let masks = overlay.class(class.id);
            let counts = masks.counts();
            volumes.insert(class.id, [counts.predicted(), counts.annotated()], voxel_ml);
            if !with_rows {
                continue;
            }
            let scorer = ClassScorer::new(&masks, pair.grid, voxel_ml);
            scored.rows.extend(self.quantities.iter().map(|quantity| {
                let value = scorer.value(quantity.metric, quantity.tolerance_mm(class.id));
                let state = state(counts.state());
                let diagonal = pair.lattice.diagonal_mm();
                MetricRow {
                    diagonal_mm: quantity.metric.has_worst_distance().then_some(diagonal),
                    ignored_voxels: ignored,
                    ..row(scan, class, checkpoint, pair.grid, quantity, value, state)
                }
            }));
        }
        if pair.grid == Grid::Native && params.clinical.is_some() {
            scored.volumes.push((checkpoint.to_owned(), volumes));
        }
        Ok(())
    }
}

fn row(
    scan: &Scan<'_>,
    class: &ClassInfo,
    checkpoint: &str,
    grid: Grid,
    quantity: &Quantity,
    value: Option<f64>,
    state: MetricState,
) -> MetricRow {
    MetricRow {
        case_id: scan.case.case_id.clone(),
        subject: scan.case.subject.clone(),
        phase: scan.case.phase.clone(),
        class_id: class.id,
        class_name: class.name.clone(),
        metric: quantity.name.clone(),
        grid,
        checkpoint: checkpoint.to_owned(),
        value,
        state,
        unit: quantity.metric.unit().to_owned(),
        higher_is_better: quantity.metric.higher_is_better(),
        diagonal_mm: None,
        ignored_voxels: None,
    }
}

fn state(state: MaskState) -> MetricState {
    match state {
        MaskState::Ok => MetricState::Ok,
        MaskState::PredEmpty => MetricState::PredEmpty,
        MaskState::RefEmpty => MetricState::RefEmpty,
        MaskState::BothEmpty => MetricState::BothEmpty,
    }
}
