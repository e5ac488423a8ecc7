//! What only a look at all cases shows.

use std::collections::{BTreeMap, BTreeSet};

use stages_tables::{ClassInfo, FactRow};

use super::case::CaseReading;
use super::names::{dimensions, names, number};
use super::outlier::Usual;
use super::{Finding, FindingKind};
use crate::Manifest;
use crate::twins::{Image, find_twins};

/// A voxel size that differs from the usual one by less than this factor is one of many protocols.
const SPACING_FACTOR: f64 = 2.05;
/// The same for numbers of voxels.
const SHAPE_FACTOR: f64 = 2.5;
/// The same for the range of intensities, whose scale is arbitrary outside CT.
const INTENSITY_FACTOR: f64 = 4.0;
/// The same for the volume of a structure: patients differ.
const VOLUME_FACTOR: f64 = 4.0;
/// How much the median of a CT image may differ from the usual one, in Hounsfield units: as much as
/// another part of the body in the field of view makes.
const MEDIAN_HU: f64 = 500.0;

/// One in so many cases is an exception.
const RARE: usize = 10;

/// The images with their content.
pub(crate) fn images(readings: &[CaseReading]) -> Vec<Image> {
    let image = |reading: &CaseReading| {
        let (case, subject) = (reading.facts.case_id.clone(), reading.facts.subject.clone());
        reading.voxels.map(|voxels| Image { case, subject, voxels })
    };
    readings.iter().filter_map(image).collect()
}

/// Everything odd about a case beside the others, and about all of them together.
pub(crate) fn across(manifest: &Manifest, facts: &[FactRow], images: &[Image]) -> Vec<Finding> {
    let mut findings = twins(manifest, images);
    findings.extend(same_labels(facts));
    findings.extend(absent_classes(&manifest.dataset().classes, facts));
    findings.extend(unlike_most(facts, FindingKind::OddOrientation, "axes point to", |row| {
        row.orientation.as_deref()
    }));
    let types = unlike_most(facts, FindingKind::OddType, "the image is stored as", |row| {
        row.image_dtype.as_deref()
    });
    // Several types that are all frequent are the release's way.
    if types.len() * RARE <= facts.len() {
        findings.extend(types);
    }
    let spacing = |row: &FactRow| row.spacing_mm;
    findings.extend(odd_extent(facts, &SPACING, spacing));
    let shape = |row: &FactRow| row.shape.map(|shape| shape.map(f64::from));
    findings.extend(odd_extent(facts, &SHAPE, shape));
    findings.extend(if manifest.is_ct() { odd_medians(facts) } else { odd_ranges(facts) });
    for class in manifest.dataset().foreground() {
        findings.extend(odd_volumes(class, facts));
    }
    findings
}

fn twins(manifest: &Manifest, images: &[Image]) -> Vec<Finding> {
    let (known, problems) = find_twins(images, manifest.same_person());
    let known = known.iter().map(|group| {
        let message = format!("subjects {} have the same images", names(group));
        Finding::of_dataset(FindingKind::KnownTwins, message)
    });
    problems.iter().map(Finding::from).chain(known).collect()
}

/// Label maps with foreground that are the same file, byte by byte.
fn same_labels(facts: &[FactRow]) -> Vec<Finding> {
    let mut by_content: BTreeMap<&str, Vec<&FactRow>> = BTreeMap::new();
    for row in facts.iter().filter(|row| row.labelled_slices.is_some_and(|slices| slices > 0)) {
        if let Some(digest) = &row.label_digest {
            by_content.entry(digest).or_default().push(row);
        }
    }
    // Cases of one file, the frames of a subject, share it by design.
    let same = by_content.into_values().filter(|rows| {
        let files: BTreeSet<_> = rows.iter().map(|row| &row.label).collect();
        files.len() > 1
    });
    same.map(|rows| {
        let cases: Vec<&str> = rows.iter().map(|row| row.case_id.as_str()).collect();
        let message = format!("cases {} have the same label map, byte by byte", names(&cases));
        Finding::of_dataset(FindingKind::IdenticalLabels, message)
    })
    .collect()
}

fn absent_classes(classes: &[ClassInfo], facts: &[FactRow]) -> Vec<Finding> {
    if facts.iter().all(|row| row.label_values.is_empty()) {
        return Vec::new();
    }
    let absent = |class: &&ClassInfo| {
        class.id != 0 && !facts.iter().any(|row| row.label_values.contains(&class.id))
    };
    let finding = |class: &ClassInfo| {
        let message = format!("no label map holds class {} ({})", class.id, class.name);
        Finding::of_dataset(FindingKind::AbsentClass, message)
    };
    classes.iter().filter(absent).map(finding).collect()
}

/// Cases that differ in something of which there are few forms.
fn unlike_most(
    facts: &[FactRow],
    kind: FindingKind,
    says: &str,
    of: fn(&FactRow) -> Option<&str>,
) -> Vec<Finding> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in facts.iter().filter_map(of) {
        *counts.entry(value).or_default() += 1;
    }
    // The first of equally frequent ones, so that the answer does not vary.
    let most = counts.iter().rev().max_by_key(|(_, count)| **count);
    let Some((most, count)) = most.map(|(most, count)| (*most, *count)) else { return Vec::new() };
    let total: usize = counts.values().sum();
    let odd = facts.iter().filter_map(|row| Some((row, of(row)?))).filter(|(_, own)| *own != most);
    odd.map(|(row, own)| {
        let case = &row.case_id;
        let message = format!("case `{case}`: {says} {own}; {count} of {total} cases have {most}");
        Finding::of_case(kind, case, message)
    })
    .collect()
}

/// Numbers along three axes.
struct Extent {
    kind: FindingKind,
    factor: f64,
    unit: &'static str,
}

const SPACING: Extent =
    Extent { kind: FindingKind::OddSpacing, factor: SPACING_FACTOR, unit: "mm" };
const SHAPE: Extent = Extent { kind: FindingKind::OddShape, factor: SHAPE_FACTOR, unit: "voxels" };

/// Cases with a number along an axis that is far from the usual one, as a factor.
fn odd_extent(
    facts: &[FactRow],
    extent: &Extent,
    of: fn(&FactRow) -> Option<[f64; 3]>,
) -> Vec<Finding> {
    let all: Vec<(&FactRow, [f64; 3])> =
        facts.iter().filter_map(|row| Some((row, of(row)?))).collect();
    let usual: Option<Vec<Usual>> = (0..3)
        .map(|axis| Usual::of(&all.iter().map(|(_, own)| own[axis].ln()).collect::<Vec<_>>()))
        .collect();
    let Some(usual) = usual else { return Vec::new() };
    let far = |own: &[f64; 3]| {
        usual.iter().zip(own).any(|(usual, own)| usual.is_far(own.ln(), extent.factor.ln()))
    };
    let middle = dimensions(usual.iter().map(|usual| usual.median.exp()));
    let odd = all.iter().filter(|(_, own)| far(own));
    odd.map(|(row, own)| {
        let (case, unit) = (&row.case_id, extent.unit);
        let message =
            format!("case `{case}`: {} {unit}; the usual is {middle} {unit}", dimensions(*own));
        Finding::of_case(extent.kind, case, message)
    })
    .collect()
}

/// Outside CT: images whose range of intensities is far from the usual one, as a factor.
fn odd_ranges(facts: &[FactRow]) -> Vec<Finding> {
    // A constant image is reported as such.
    let range = |row: &FactRow| {
        row.intensity.map(|[_, p1, _, p99, _]| p99 - p1).filter(|range| *range > 0.0)
    };
    odd_values(
        facts,
        |row| range(row).map(f64::ln),
        INTENSITY_FACTOR.ln(),
        |row, usual| {
            let [_, p1, _, p99, _] = row.intensity.unwrap_or_default();
            let kind = FindingKind::OddIntensity;
            let message = format!(
                "case `{}`: intensities from {} to {} (1st and 99th percentile), a range of {}; the \
             usual range is {}",
                row.case_id,
                number(p1),
                number(p99),
                number(p99 - p1),
                number(usual.exp())
            );
            Finding::of_case(kind, &row.case_id, message)
        },
    )
}

/// CT: images whose median is far from the usual one.
fn odd_medians(facts: &[FactRow]) -> Vec<Finding> {
    let median = |row: &FactRow| row.intensity.map(|[_, _, median, _, _]| median);
    odd_values(facts, median, MEDIAN_HU, |row, usual| {
        let message = format!(
            "case `{}`: half of the voxels are below {} HU; the usual is {} HU",
            row.case_id,
            number(median(row).unwrap_or_default()),
            number(usual)
        );
        Finding::of_case(FindingKind::OddIntensity, &row.case_id, message)
    })
}

/// Cases in which a structure is far from its usual size, as a factor.
fn odd_volumes(class: &ClassInfo, facts: &[FactRow]) -> Vec<Finding> {
    let volume = |row: &FactRow| class_ml(row, class.id).filter(|ml| *ml > 0.0);
    odd_values(
        facts,
        |row| volume(row).map(f64::ln),
        VOLUME_FACTOR.ln(),
        |row, usual| {
            let message = format!(
                "case `{}`: {} has {} ml; the usual is {} ml",
                row.case_id,
                class.name,
                number(volume(row).unwrap_or_default()),
                number(usual.exp())
            );
            Finding::of_case(FindingKind::OddVolume, &row.case_id, message)
        },
    )
}

/// The volume of a class in ml; none where there is no label map.
pub(crate) fn class_ml(row: &FactRow, class: u8) -> Option<f64> {
    let voxel_ml = row.spacing_mm?.iter().product::<f64>() / 1000.0;
    row.labelled_slices?;
    let position = row.label_values.iter().position(|value| *value == class);
    Some(position.map_or(0.0, |i| row.label_voxels[i] as f64 * voxel_ml))
}

fn odd_values(
    facts: &[FactRow],
    of: impl Fn(&FactRow) -> Option<f64>,
    least: f64,
    tell: impl Fn(&FactRow, f64) -> Finding,
) -> Vec<Finding> {
    let values: Vec<(&FactRow, f64)> =
        facts.iter().filter_map(|row| Some((row, of(row)?))).collect();
    let numbers: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    let Some(usual) = Usual::of(&numbers) else { return Vec::new() };
    let far = values.iter().filter(|(_, value)| usual.is_far(*value, least));
    far.map(|(row, _)| tell(row, usual.median)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nine cases of 100 x 100 x 10 voxels of 1 x 1 x 10 mm; the last is changed by the test.
    fn cases(change: impl Fn(&mut FactRow)) -> Vec<FactRow> {
        let mut rows: Vec<FactRow> = (0..9)
            .map(|n| FactRow {
                case_id: format!("c{n}"),
                shape: Some([100, 100, 10]),
                spacing_mm: Some([1.0, 1.0, 10.0]),
                orientation: Some("LPS".to_owned()),
                intensity: Some([0.0, 10.0, 50.0, 210.0 + f64::from(n), 300.0]),
                label_values: vec![0, 1],
                label_voxels: vec![99_000, 1000],
                labelled_slices: Some(4),
                label_digest: Some(format!("d{n}")),
                ..FactRow::default()
            })
            .collect();
        change(rows.last_mut().unwrap());
        rows
    }

    #[test]
    fn a_voxel_size_far_from_the_usual_is_told_with_it() {
        let rows = cases(|row| row.spacing_mm = Some([1.0, 1.0, 25.0]));
        let found = odd_extent(&rows, &SPACING, |row| row.spacing_mm);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "case `c8`: 1 x 1 x 25 mm; the usual is 1 x 1 x 10 mm");
        // Half the usual is still one of many protocols.
        let rows = cases(|row| row.spacing_mm = Some([1.0, 1.0, 5.0]));
        assert!(odd_extent(&rows, &SPACING, |row| row.spacing_mm).is_empty());
    }

    #[test]
    fn ranges_of_intensity_are_compared_as_factors() {
        let rows = cases(|row| row.intensity = Some([0.0, 0.0, 1.0, 20.0, 30.0]));
        let found = odd_ranges(&rows);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("a range of 20; the usual range is 203"), "{found:?}");
        assert!(odd_ranges(&cases(|_| {})).is_empty());
        let ct = cases(|row| row.intensity = Some([0.0, 0.0, 1050.0, 1100.0, 1200.0]));
        assert_eq!(
            odd_medians(&ct)[0].message,
            "case `c8`: half of the voxels are below 1050 HU; the usual is 50 HU"
        );
    }

    #[test]
    fn a_structure_of_another_size_is_told_in_ml() {
        // 1000 voxels of 10 cubic mm are 10 ml; 100 of them 1 ml.
        let rows = cases(|row| row.label_voxels = vec![99_900, 100]);
        let class = ClassInfo { id: 1, name: "LV".to_owned() };
        let found = odd_volumes(&class, &rows);
        assert_eq!(found[0].message, "case `c8`: LV has 1 ml; the usual is 10 ml");
        assert_eq!(class_ml(&rows[0], 2), Some(0.0));
    }

    #[test]
    fn classes_and_orientations_are_counted_over_all() {
        let rows = cases(|row| row.orientation = Some("RAS".to_owned()));
        let found = unlike_most(&rows, FindingKind::OddOrientation, "axes point to", |row| {
            row.orientation.as_deref()
        });
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "case `c8`: axes point to RAS; 8 of 9 cases have LPS");
        let classes = [0, 1, 2].map(|id| ClassInfo {
            id,
            name: ["background", "LV", "RV"][usize::from(id)].to_owned(),
        });
        let absent = absent_classes(&classes, &rows);
        assert_eq!(absent.len(), 1);
        assert_eq!(absent[0].message, "no label map holds class 2 (RV)");
    }

    #[test]
    fn a_label_map_in_two_cases_is_told_once() {
        let mut rows = cases(|row| row.label_digest = Some("d0".to_owned()));
        for row in &mut rows {
            row.label = Some(format!("{}_gt.nii", row.case_id));
        }
        let found = same_labels(&rows);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("c0 and c8"), "{found:?}");
    }

    #[test]
    fn frames_of_one_label_file_are_no_copies() {
        let mut rows = cases(|row| row.label_digest = Some("d0".to_owned()));
        for row in &mut rows {
            row.label = Some("frames_gt.nii".to_owned());
        }
        assert_eq!(same_labels(&rows), []);
    }
}
