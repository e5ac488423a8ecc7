//! The slices a training works on, on the device.

use std::collections::BTreeMap;
use std::ops::Range;

use pipeline_engine::{ActionContext, StageError};
use stages_tables::{DatasetInfo, PartitionRow, PartitionTable, Role, SlicesReader};
use stages_train::{SelectOn, Supervision, TrainParams};
use tch::{Device, Kind, Tensor};

use crate::error::InputError;

/// Slices on the device, one byte a pixel; they are uploaded once.
pub struct SliceStore {
    /// `[N, H, W]`, u8.
    pub images: Tensor,
    /// `[N, H, W]`, u8 class ids; nothing for slices that are used without their labels.
    pub labels: Option<Tensor>,
}

/// Whether the label planes of slices are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Labels {
    Read,
    LeftAlone,
}

/// A scan whose label selects the best epoch: its slices in [`TrainingData::validation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationScan {
    /// The scan.
    pub case_id: String,
    /// Its rows of the store.
    pub rows: Range<i64>,
}

/// Everything a training draws from.
pub struct TrainingData {
    /// The dataset and its classes.
    pub dataset: DatasetInfo,
    /// Rows and columns of the canvas.
    pub canvas: [i64; 2],
    /// Slices trained on with their labels.
    pub labelled: SliceStore,
    /// Slices trained on without their labels, where the method uses any.
    pub unlabelled: Option<SliceStore>,
    /// Slices that select the best epoch.
    pub validation: SliceStore,
    /// The scans of `validation`; may be empty.
    pub scans: Vec<ValidationScan>,
}

impl TrainingData {
    /// Reads the slices that the partition gives a role in training.
    ///
    /// # Errors
    /// [`InputError`] where the inputs do not fit each other or the parameters.
    pub fn read(
        params: &TrainParams,
        context: &ActionContext<'_>,
        device: Device,
    ) -> Result<Self, StageError> {
        let slices = SlicesReader::open(context.input("slices")?).map_err(StageError::new)?;
        let partition =
            PartitionTable::read(context.input("partition")?).map_err(StageError::new)?;
        let info = slices.info();
        check_dataset(&info.dataset, &partition.dataset, "partition")?;
        check_crop(params.crop, info.height, info.width)?;
        let scans = ScanRows::of(&slices);
        let mut labelled = scans.rows(&partition, |row| match params.supervision {
            Supervision::Labelled => row.role == Role::Labelled,
            Supervision::All => matches!(row.role, Role::Labelled | Role::Unlabelled),
        })?;
        if params.supervision == Supervision::All {
            // Among the unlabelled scans there may be some that nobody has annotated.
            labelled.retain(|row| slices.slices()[*row].labelled);
        }
        if labelled.is_empty() {
            return Err(InputError::NoScans { roles: "`labelled`".to_owned() }.into());
        }
        let unlabelled = if params.uses_unlabelled() {
            let rows = scans.rows(&partition, |row| row.unlabelled_pool)?;
            if rows.is_empty() {
                return Err(InputError::NoUnlabelled.into());
            }
            Some(SliceStore::load(&slices, &rows, Labels::LeftAlone, device)?)
        } else {
            None
        };
        let selecting = match params.select_on {
            SelectOn::Validation => Role::Validation,
            SelectOn::Test => Role::Test,
        };
        let validation = scans.rows(&partition, |row| row.role == selecting)?;
        Ok(Self {
            dataset: info.dataset.clone(),
            canvas: [i64::from(info.height), i64::from(info.width)],
            labelled: SliceStore::load(&slices, &labelled, Labels::Read, device)?,
            unlabelled,
            scans: validation_scans(&slices, &validation),
            validation: SliceStore::load(&slices, &validation, Labels::Read, device)?,
        })
    }
}

impl SliceStore {
    /// Number of slices.
    pub fn len(&self) -> usize {
        self.images.size()[0] as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn load(
        slices: &SlicesReader,
        rows: &[usize],
        labels: Labels,
        device: Device,
    ) -> Result<Self, InputError> {
        let (height, width) = (i64::from(slices.info().height), i64::from(slices.info().width));
        let fill = |plane: &dyn Fn(usize) -> Tensor| {
            let all = Tensor::zeros([rows.len() as i64, height, width], (Kind::Uint8, device));
            for (at, row) in (0..).zip(rows) {
                all.get(at).copy_(&plane(*row).reshape([height, width]));
            }
            all
        };
        let images = fill(&|row| Tensor::from_slice(slices.image(row)));
        let labels = match labels {
            Labels::LeftAlone => None,
            Labels::Read => {
                check_labels(slices, rows)?;
                Some(fill(&|row| Tensor::from_slice(slices.label(row))))
            }
        };
        Ok(Self { images, labels })
    }
}

/// Where the slices of every scan lie in the table.
pub(crate) struct ScanRows(BTreeMap<String, Vec<usize>>);

impl ScanRows {
    pub(crate) fn of(slices: &SlicesReader) -> Self {
        let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (row, slice) in slices.slices().iter().enumerate() {
            rows.entry(slice.case_id.clone()).or_default().push(row);
        }
        Self(rows)
    }

    /// The rows of every scan that `chosen` accepts, scans by name, slices from first to last.
    pub(crate) fn rows(
        &self,
        partition: &PartitionTable,
        chosen: impl Fn(&PartitionRow) -> bool,
    ) -> Result<Vec<usize>, InputError> {
        let mut cases: Vec<&str> = partition
            .rows
            .iter()
            .filter(|row| chosen(row))
            .map(|row| row.case_id.as_str())
            .collect();
        // The order of the cases table must not matter.
        cases.sort_unstable();
        let missing: Vec<String> = cases
            .iter()
            .filter(|case| !self.0.contains_key(**case))
            .map(|case| (*case).to_owned())
            .collect();
        if !missing.is_empty() {
            return Err(InputError::NoSlices(missing));
        }
        Ok(cases.iter().flat_map(|case| &self.0[*case]).copied().collect())
    }
}

/// Classes must be numbered 0, 1, 2, …, because a network's outputs are; inputs must agree.
pub(crate) fn check_dataset(
    slices: &DatasetInfo,
    other: &DatasetInfo,
    input: &'static str,
) -> Result<(), InputError> {
    if slices != other {
        return Err(InputError::OtherDataset {
            input,
            found: describe(other),
            expected: describe(slices),
        });
    }
    if !(0..).zip(&slices.classes).all(|(id, class)| class.id == id) || slices.classes.len() < 2 {
        let ids: Vec<String> = slices.classes.iter().map(|class| class.id.to_string()).collect();
        return Err(InputError::ClassIds { dataset: slices.name.clone(), found: ids.join(", ") });
    }
    Ok(())
}

pub(crate) fn check_crop(crop: u32, height: u32, width: u32) -> Result<(), InputError> {
    if crop > height || crop > width {
        return Err(InputError::CropTooLarge { crop, height, width });
    }
    Ok(())
}

fn describe(dataset: &DatasetInfo) -> String {
    let classes: Vec<String> =
        dataset.classes.iter().map(|class| format!("{} {}", class.id, class.name)).collect();
    format!("{} ({})", dataset.name, classes.join(", "))
}

fn check_labels(slices: &SlicesReader, rows: &[usize]) -> Result<(), InputError> {
    let metas = slices.slices();
    let mut without: Vec<String> = rows
        .iter()
        .filter(|row| !metas[**row].labelled)
        .map(|row| metas[*row].case_id.clone())
        .collect();
    without.dedup();
    if !without.is_empty() {
        return Err(InputError::NoLabels(without));
    }
    let largest = slices.info().dataset.classes.len() - 1;
    for row in rows {
        if let Some(value) = slices.label(*row).iter().find(|value| usize::from(**value) > largest)
        {
            let meta = &metas[*row];
            return Err(InputError::UnknownClass {
                case_id: meta.case_id.clone(),
                slice: meta.slice,
                value: *value,
                largest,
            });
        }
    }
    Ok(())
}

fn validation_scans(slices: &SlicesReader, rows: &[usize]) -> Vec<ValidationScan> {
    let mut scans: Vec<ValidationScan> = Vec::new();
    for (at, row) in (0..).zip(rows) {
        let case_id = &slices.slices()[*row].case_id;
        match scans.last_mut() {
            Some(scan) if scan.case_id == *case_id => scan.rows.end = at + 1,
            _ => scans.push(ValidationScan { case_id: case_id.clone(), rows: at..at + 1 }),
        }
    }
    scans
}
