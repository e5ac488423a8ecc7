//! Predictions, with the slices and scans they were made of.

use std::collections::BTreeMap;
use std::path::Path;

use pipeline_engine::InputArtifact;
use stages_tables::{
    CaseRow, CasesTable, DatasetInfo, PlaneGeometry, PredictionsReader, SliceMeta, SlicesReader,
    Window,
};

use crate::PlotsError;
use crate::grouping::{RunName, Section};

type Coordinates = BTreeMap<String, String>;

/// The slices and scans of the experiment; several of each where the matrix varies them.
pub(crate) struct Extracted {
    slices: Vec<(Coordinates, Slices)>,
    cases: Vec<(Coordinates, CasesTable)>,
}

/// One table of slices.
pub(crate) struct Slices {
    pub(crate) reader: SlicesReader,
    /// Row by scan and position along z.
    rows: BTreeMap<String, BTreeMap<u32, usize>>,
}

/// The predictions of one run.
pub(crate) struct PredictedRun {
    pub(crate) name: RunName,
    reader: PredictionsReader,
    slices: usize,
    cases: usize,
}

/// An annotated scan that was predicted.
pub(crate) struct PredictedScan<'a> {
    pub(crate) case: &'a CaseRow,
    pub(crate) geometry: PlaneGeometry,
    /// By position along z: the row of the predictions and that of the slices.
    pub(crate) planes: BTreeMap<u32, (usize, usize)>,
}

impl Extracted {
    /// Reads what is connected.
    pub(crate) fn read(
        slices: &[InputArtifact],
        cases: &[InputArtifact],
    ) -> Result<Self, PlotsError> {
        let slices = slices.iter().map(|input| {
            let reader = SlicesReader::open(&input.dir)?;
            let mut rows: BTreeMap<String, BTreeMap<u32, usize>> = BTreeMap::new();
            for (row, meta) in reader.slices().iter().enumerate() {
                rows.entry(meta.case_id.clone()).or_default().insert(meta.slice, row);
            }
            Ok((input.coordinates.clone(), Slices { reader, rows }))
        });
        let cases = cases
            .iter()
            .map(|input| Ok((input.coordinates.clone(), CasesTable::read(&input.dir)?)));
        Ok(Self {
            slices: slices.collect::<Result<_, PlotsError>>()?,
            cases: cases.collect::<Result<_, PlotsError>>()?,
        })
    }

    /// The slices of a run.
    pub(crate) fn slices(&self, run: &PredictedRun) -> &Slices {
        &self.slices[run.slices].1
    }
}

/// The one that a run was made of: of those that differ from it in no variable, the one that shares
/// most variables with it.
fn belonging<T>(all: &[(Coordinates, T)], run: &RunName) -> Option<usize> {
    let fits =
        |of: &Coordinates| of.iter().all(|(name, value)| run.coordinates.get(name) == Some(value));
    let fitting = all.iter().enumerate().filter(|(_, (of, _))| fits(of));
    fitting.max_by_key(|(_, (of, _))| of.len()).map(|(at, _)| at)
}

impl PredictedRun {
    /// Opens predictions and finds what they were made of.
    pub(crate) fn open(
        name: RunName,
        dir: &Path,
        extracted: &Extracted,
    ) -> Result<Self, PlotsError> {
        let reader = PredictionsReader::open(dir)?;
        let alone = |port| PlotsError::Alone { port, run: name.described() };
        let slices = belonging(&extracted.slices, &name).ok_or_else(|| alone("slices"))?;
        let cases = belonging(&extracted.cases, &name).ok_or_else(|| alone("cases"))?;
        let run = Self { name, reader, slices, cases };
        run.check_window(&extracted.slices[slices].1)?;
        Ok(run)
    }

    /// The dataset's name.
    pub(crate) fn dataset(&self) -> &str {
        &self.info().name
    }

    /// The dataset.
    pub(crate) fn info(&self) -> &DatasetInfo {
        &self.window().dataset
    }

    /// The dataset and everything but method and repetition.
    pub(crate) fn section(&self) -> Section {
        Section { dataset: Some(self.dataset().to_owned()), others: self.name.others.clone() }
    }

    /// The part of the canvas that was predicted.
    pub(crate) fn window(&self) -> &Window {
        self.reader.window()
    }

    /// The predicted labels of a row, window by window.
    pub(crate) fn label(&self, row: usize) -> &[u8] {
        self.reader.label(row)
    }

    /// Whether two runs were predicted on the same slices.
    pub(crate) fn shares_slices(&self, other: &Self) -> bool {
        self.slices == other.slices
    }

    /// The annotated scans that a checkpoint predicted, by case id.
    pub(crate) fn scans<'a>(
        &self,
        extracted: &'a Extracted,
        checkpoint: &str,
    ) -> Result<BTreeMap<&'a str, PredictedScan<'a>>, PlotsError> {
        let slices = extracted.slices(self);
        let cases = &extracted.cases[self.cases].1;
        let known: BTreeMap<&str, &CaseRow> =
            cases.rows.iter().map(|row| (row.case_id.as_str(), row)).collect();
        let unknown =
            |port, what: String| PlotsError::Unknown { port, what, run: self.name.described() };
        let mut scans: BTreeMap<&str, PredictedScan<'_>> = BTreeMap::new();
        for (row, meta) in self.reader.slices().iter().enumerate() {
            if meta.checkpoint != checkpoint {
                continue;
            }
            let case = known
                .get(meta.case_id.as_str())
                .ok_or_else(|| unknown("cases", format!("scan `{}`", meta.case_id)))?;
            let slice = slices.rows.get(&meta.case_id).and_then(|rows| rows.get(&meta.slice));
            let slice = *slice.ok_or_else(|| {
                unknown("slices", format!("slice {} of `{}`", meta.slice, meta.case_id))
            })?;
            let extracted: &SliceMeta = &slices.reader.slices()[slice];
            if case.label.is_none() || !extracted.labelled {
                continue;
            }
            let geometry = extracted.geometry;
            let planes = BTreeMap::new();
            let scan = PredictedScan { case, geometry, planes };
            let scan = scans.entry(case.case_id.as_str()).or_insert(scan);
            scan.planes.insert(meta.slice, (row, slice));
        }
        Ok(scans)
    }

    /// Pixels of every label in a scan inside the window: annotated and predicted.
    pub(crate) fn counts(&self, scan: &PredictedScan<'_>, slices: &Slices) -> [[u64; 256]; 2] {
        let mut counts = [[0; 256]; 2];
        for (predicted, slice) in scan.planes.values() {
            let truth = slices.truth(*slice, self.window());
            for (counts, plane) in counts.iter_mut().zip([&truth[..], self.label(*predicted)]) {
                for label in plane {
                    counts[usize::from(*label)] += 1;
                }
            }
        }
        counts
    }

    fn check_window(&self, slices: &Slices) -> Result<(), PlotsError> {
        let window = self.window();
        let info = slices.reader.info();
        let span =
            |start: u32, length: u32| [u64::from(start), u64::from(start) + u64::from(length)];
        let (rows, columns) = (span(window.top, window.height), span(window.left, window.width));
        if rows[1] <= u64::from(info.height) && columns[1] <= u64::from(info.width) {
            return Ok(());
        }
        let (height, width) = (info.height, info.width);
        Err(PlotsError::Window { run: self.name.described(), rows, columns, height, width })
    }
}

impl Slices {
    /// The annotation of a slice inside a window.
    pub(crate) fn truth(&self, row: usize, window: &Window) -> Vec<u8> {
        self.cut(self.reader.label(row), window)
    }

    /// The image of a slice inside a window.
    pub(crate) fn image(&self, row: usize, window: &Window) -> Vec<u8> {
        self.cut(self.reader.image(row), window)
    }

    fn cut(&self, plane: &[u8], window: &Window) -> Vec<u8> {
        let [top, left] = [window.top as usize, window.left as usize];
        let [height, width] = [window.height as usize, window.width as usize];
        let columns = (self.reader.info().width as usize).max(1);
        let lines = plane.chunks_exact(columns).skip(top).take(height);
        lines.flat_map(|line| &line[left..left + width]).copied().collect()
    }
}

impl PredictedScan<'_> {
    /// Size of a resampled pixel along x and y, and distance of slices, in mm.
    pub(crate) fn spacing_mm(&self) -> [f64; 3] {
        let ([x, y, z], [step_x, step_y]) = (self.case.spacing_mm, self.geometry.step);
        [x * step_x, y * step_y, z]
    }

    /// Volume of a resampled voxel in mL.
    pub(crate) fn voxel_ml(&self) -> f64 {
        self.spacing_mm().iter().product::<f64>() / 1000.0
    }

    /// `patient001 ED`, or the scan's name where the dataset has no phases.
    pub(crate) fn named(&self) -> String {
        match &self.case.phase {
            Some(phase) => format!("{} {phase}", self.case.subject),
            None => self.case.case_id.clone(),
        }
    }
}
