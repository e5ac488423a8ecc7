//! One case read from end to end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_store::Digest;
use stages_imaging::{
    GeometryDifference, LabelMap, Orientation, Volume, VolumeHeader, compare_geometry,
    read_label_map_from, read_volume_from,
};
use stages_tables::{CaseRow, DatasetInfo, Intensity};

use crate::Problem;
use crate::declared::Declared;
use crate::inventory::Inventory;
use crate::scan::Scan;

/// A case that was read.
pub(crate) struct Examined {
    /// Its row.
    pub(crate) row: CaseRow,
    /// Digest of the voxels of the image, whatever the file around them.
    pub(crate) voxels: Digest,
    /// What a person should know about it.
    pub(crate) warning: Option<String>,
}

/// What the cases of a dataset are examined with.
pub(crate) struct Examiner<'a> {
    /// Paths in the manifest's terms to paths on disk.
    pub(crate) files: &'a BTreeMap<String, PathBuf>,
    /// Which file belongs to which.
    pub(crate) inventory: &'a Inventory,
    /// The dataset with its classes.
    pub(crate) dataset: &'a DatasetInfo,
}

impl Examiner<'_> {
    /// Reads image and label map of a case; reports everything wrong with it.
    pub(crate) fn examine(&self, scan: &Scan<'_>) -> Result<Examined, Vec<Problem>> {
        let Scan { case, files, attributes, reading } = scan;
        let Some(image) = files.images.first() else { return Err(Vec::new()) };
        let label = files.labels.first();
        let mut problems = Vec::new();
        let unreadable = |source| Problem::Unreadable { case: case.clone(), source };
        let volume =
            read_volume_from(&self.declared(image), self.path(image), &reading.image_options());
        let volume = volume.map_err(unreadable);
        let map = label.map(|label| {
            let files = self.declared(label);
            read_label_map_from(&files, self.path(label), &reading.label_options())
                .map_err(unreadable)
        });
        let volume = volume.map_err(|problem| problems.push(problem)).ok();
        let map = map.and_then(|map| map.map_err(|problem| problems.push(problem)).ok());
        if let (Some(volume), Some(map)) = (&volume, &map) {
            problems.extend(self.mismatches(case, volume, map));
        }
        let digests = self
            .digest(image)
            .and_then(|image| Ok((image, label.map(|label| self.digest(label)).transpose()?)));
        let digests =
            digests.map_err(|source| problems.push(Problem::Io { case: case.clone(), source }));
        let (Some(volume), Ok((image_digest, label_digest)), true) =
            (volume, digests, problems.is_empty())
        else {
            return Err(problems);
        };
        let row = CaseRow {
            case_id: case.clone(),
            subject: files.subject.clone(),
            phase: attributes.phase.clone(),
            group: attributes.group.clone(),
            split: files.split().map(str::to_owned),
            attributes: attributes.kept.clone(),
            same_as: None,
            image: image.clone(),
            label: label.cloned(),
            reading: reading.clone(),
            image_digest,
            label_digest,
            shape: volume.header.shape.map(|n| n as u32),
            spacing_mm: volume.header.spacing_mm,
            orientation: volume.header.orientation,
            image_dtype: volume.header.voxel_type.as_str().to_owned(),
            label_dtype: map.as_ref().map(|map| map.header.voxel_type.as_str().to_owned()),
            label_values: map.as_ref().map(LabelMap::values).unwrap_or_default(),
            intensity: Intensity::of(&volume.voxels),
        };
        let warning = map.as_ref().and_then(|map| turned(case, &volume.header, &map.header));
        Ok(Examined { row, voxels: voxel_digest(&volume), warning })
    }

    /// Where a file lies on disk.
    pub(crate) fn path(&self, relative: &str) -> &Path {
        &self.files[relative]
    }

    /// A file with what belongs to it, which is all that may be read for it.
    pub(crate) fn declared(&self, relative: &str) -> Declared<'_> {
        let companions = self.inventory.companions.get(relative).into_iter().flatten();
        let paths = companions.map(|companion| self.path(companion));
        Declared(paths.chain([self.path(relative)]).collect())
    }

    /// Where image and label map do not fit each other or the classes.
    pub(crate) fn mismatches(&self, case: &str, image: &Volume, label: &LabelMap) -> Vec<Problem> {
        let mut problems = Vec::new();
        let case = case.to_owned();
        for difference in compare_geometry(&image.header, &label.header) {
            match difference {
                GeometryDifference::Shape { image, label } => {
                    problems.push(Problem::Shape { case: case.clone(), image, label });
                }
                GeometryDifference::Spacing { image, label } => {
                    problems.push(Problem::Spacing { case: case.clone(), image, label });
                }
                GeometryDifference::Origin { .. } | GeometryDifference::Direction { .. } => {}
            }
        }
        let classes = &self.dataset.classes;
        let known = |value: u8| classes.iter().any(|class| class.id == value);
        let values: Vec<u8> = label.values().into_iter().filter(|value| !known(*value)).collect();
        if !values.is_empty() {
            let classes =
                classes.iter().map(|class| format!("{} ({})", class.id, class.name)).collect();
            problems.push(Problem::Classes { case, values, classes });
        }
        problems
    }

    /// The digest of a file; with companions, of all their digests together.
    pub(crate) fn digest(&self, path: &str) -> std::io::Result<String> {
        let own = Digest::of_file(self.path(path))?;
        let Some(companions) = self.inventory.companions.get(path) else {
            return Ok(own.to_string());
        };
        let mut digests = vec![own.to_string()];
        for companion in companions {
            digests.push(Digest::of_file(self.path(companion))?.to_string());
        }
        Ok(Digest::of_bytes(digests.join("\n").as_bytes()).to_string())
    }
}

/// A sentence about an image and a label map that lie differently in the patient.
///
/// It is no error: many programs write label maps without the orientation of their image, and only
/// the voxels' order counts here.
fn turned(case: &str, image: &VolumeHeader, label: &VolumeHeader) -> Option<String> {
    let differences = compare_geometry(image, label);
    let differs = differences.iter().any(|difference| !difference.is_error());
    let (image, label) = (image.orientation?, label.orientation?);
    let say = |orientation: Orientation| {
        let [x, y, z] = orientation.origin_mm;
        let codes = String::from_iter(orientation.codes());
        format!("{codes} from ({x:.3}, {y:.3}, {z:.3}) mm")
    };
    differs.then(|| {
        format!(
            "case `{case}`: the image lies {} in the patient, the label map {}; voxels are taken \
             to belong together in their order",
            say(image),
            say(label)
        )
    })
}

/// Equal for equal voxels on equal grids, whatever the file's format and compression.
pub(crate) fn voxel_digest(volume: &Volume) -> Digest {
    let shape = volume.header.shape;
    // Plane by plane, so that no second copy of the whole volume is made.
    let planes = (0..shape[2]).map(|z| {
        let bytes: Vec<u8> = volume.plane(z).iter().flat_map(|value| value.to_le_bytes()).collect();
        Digest::of_bytes(&bytes).to_string()
    });
    let text = format!("{shape:?}\n{}", planes.collect::<Vec<_>>().join("\n"));
    Digest::of_bytes(text.as_bytes())
}
