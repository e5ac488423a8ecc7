//! One thing that is wrong, odd or good to know.

use std::fmt;

use pipeline_spec::sentence;
use stages_imaging::ImagingError;

use crate::Problem;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The stage `ingest` would refuse the dataset.
    Error,
    /// A person should look at it.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// Worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// `error`, `warning`, `note`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of thing it is; the order is that of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// No case at all.
    NoCases,
    /// A subject that was asked for is not there.
    NoSuchSubject,
    /// An image without its label map.
    MissingLabel,
    /// A label map without its image.
    MissingImage,
    /// Two files claim to be one case.
    DuplicateCase,
    /// The list of cases contradicts itself or the manifest.
    ListUnusable,
    /// A file on disk that the list does not name.
    NotListed,
    /// A file of the list that is not on disk.
    ListedButMissing,
    /// Something about an attribute file.
    Attributes,
    /// A file that cannot be read from end to end.
    Unreadable,
    /// An image with voxels that are not numbers.
    NonFinite,
    /// Image and label map do not have the same voxels.
    ShapeMismatch,
    /// Image and label map do not have the same voxel size.
    SpacingMismatch,
    /// Label values that are no class.
    UnknownClass,
    /// The same image in two cases.
    IdenticalImages,
    /// A file with another content than the release has.
    Checksum,
    /// Another problem that the stage reports.
    Refused,
    /// Another number of cases or subjects than the complete dataset has.
    CountDiffers,
    /// Image and label map lie at different places of the patient.
    PlacementDiffers,
    /// A header that says something odd.
    OddHeader,
    /// A label map without foreground.
    EmptyLabel,
    /// A class that no label map holds.
    AbsentClass,
    /// A slice without label between labelled ones.
    LabelGap,
    /// The same label map in two cases.
    IdenticalLabels,
    /// An image whose voxels all have one value.
    ConstantImage,
    /// Values that cannot be Hounsfield units.
    NotHounsfield,
    /// Another orientation than most cases have.
    OddOrientation,
    /// A voxel size far from the usual one.
    OddSpacing,
    /// Far more or fewer voxels along an axis than usual.
    OddShape,
    /// Intensities far from the usual ones.
    OddIntensity,
    /// A structure far larger or smaller than usual.
    OddVolume,
    /// Another voxel type than most cases have.
    OddType,
    /// CT values beyond the scanner's scale.
    BeyondHounsfield,
    /// One person under two names, as the manifest says.
    KnownTwins,
    /// Something odd that the files of a release have in common, and that is read by the rules.
    CommonHeader,
    /// A case without label map, where the manifest allows that.
    Unlabelled,
    /// A file that matches no pattern of the manifest.
    UnmatchedFile,
}

impl FindingKind {
    /// The name in tables, such as `missing_label`.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// How bad it is.
    pub const fn severity(self) -> Severity {
        self.row().1
    }

    /// The heading in the report.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        self.row().3
    }

    /// Name, severity, heading, advice.
    #[rustfmt::skip]
    const fn row(self) -> (&'static str, Severity, &'static str, &'static str) {
        use Severity::{Error, Note, Warning};
        match self {
            Self::NoCases => ("no_cases", Error, "nothing found", "check the folder and the manifest's `layout`"),
            Self::NoSuchSubject => ("no_such_subject", Error, "subjects that are not there", "check the spelling, or whether the dataset was unpacked completely"),
            Self::MissingLabel => ("missing_label", Error, "images without label map", "restore the file, or set `label_required: false` in the manifest if these cases have no annotation"),
            Self::MissingImage => ("missing_image", Error, "label maps without image", "restore the image, or remove the label map"),
            Self::DuplicateCase => ("duplicate_case", Error, "two files for one case", "remove one, or make the manifest's `case` tell them apart"),
            Self::ListUnusable => ("list_unusable", Error, "the list of cases", "restore the list from the release, or correct it"),
            Self::NotListed => ("not_listed", Error, "files that the list does not name", "add them to the list, or move them elsewhere"),
            Self::ListedButMissing => ("listed_but_missing", Error, "listed files that are not there", "restore them from the release"),
            Self::Attributes => ("attributes", Error, "attribute files", "correct the file, or the keys in the manifest's `attributes`"),
            Self::Unreadable => ("unreadable", Error, "files that cannot be read", "restore them from the release; a copy that was cut short is the usual cause"),
            Self::NonFinite => ("non_finite", Error, "voxels that are not numbers", "replace them in the file, or leave the subject out with `subjects`"),
            Self::ShapeMismatch => ("shape_mismatch", Error, "image and label map have different shapes", "the label map must lie on the image's grid: export it again or resample it"),
            Self::SpacingMismatch => ("spacing_mismatch", Error, "image and label map have different voxel sizes", "find out which header is right and correct the other"),
            Self::UnknownClass => ("unknown_class", Error, "label values that are no class", "add the class to the manifest, or correct the label map"),
            Self::IdenticalImages => ("identical_images", Error, "the same image in several cases", "remove the copies; if the release truly has one person under two names, say so in `same_person`"),
            Self::Checksum => ("checksum", Error, "files that are not the release's", "download them again"),
            Self::Refused => ("refused", Error, "other problems", "correct the file that is named"),
            Self::CountDiffers => ("count_differs", Warning, "not the complete dataset", "scores do not compare with published ones until it is complete"),
            Self::PlacementDiffers => ("placement_differs", Warning, "image and label map lie at different places", "look at the case with `data preview`; if the contours fit, only a header is wrong"),
            Self::OddHeader => ("odd_header", Warning, "odd headers", "the files are read as described here; write them again to be safe in other programs"),
            Self::EmptyLabel => ("empty_label", Warning, "label maps with background only", "an annotation may be missing: nothing can be learned or scored on such a case"),
            Self::AbsentClass => ("absent_class", Warning, "classes that no label map holds", "check the ids in the manifest's `classes`"),
            Self::LabelGap => ("label_gap", Warning, "slices without label between labelled ones", "a slice may have been forgotten: look at the case with `data preview`"),
            Self::IdenticalLabels => ("identical_labels", Warning, "the same label map in several cases", "one of them was probably saved under a wrong name"),
            Self::ConstantImage => ("constant_image", Warning, "images of one value", "the export probably failed: restore them"),
            Self::NotHounsfield => ("not_hounsfield", Warning, "CT values that are not Hounsfield units", "air should be near -1000: the rescaling of the scanner was probably lost"),
            Self::OddOrientation => ("odd_orientation", Warning, "another orientation than most", "slices enter training as they are stored: turn these files like the others"),
            Self::OddSpacing => ("odd_spacing", Warning, "unusual voxel sizes", "check the header; a wrong voxel size spoils resampling and every score in mm"),
            Self::OddShape => ("odd_shape", Warning, "unusual numbers of voxels", "look at the case with `data preview`"),
            Self::OddIntensity => ("odd_intensity", Warning, "unusual intensities", "look at the case with `data preview`; it may be scaled or stored in another way"),
            Self::OddVolume => ("odd_volume", Warning, "unusual sizes of structures", "look at the case with `data preview`; the annotation may be incomplete, or the voxel size wrong"),
            Self::OddType => ("odd_type", Note, "another voxel type than most", "nothing, if the values are right: it often means that a case was processed differently"),
            Self::BeyondHounsfield => ("beyond_hounsfield", Note, "CT values beyond the scanner's scale", "nothing, if images are clipped to a window: it is padding outside the field of view, or metal"),
            Self::KnownTwins => ("known_twins", Note, "one person under several names", "nothing: the manifest says so, and splits keep them together"),
            Self::CommonHeader => ("common_header", Note, "headers that are read by a rule", "nothing: the files are read as described here"),
            Self::Unlabelled => ("unlabelled", Note, "cases without label map", "nothing: they can be used as unlabelled data"),
            Self::UnmatchedFile => ("unmatched_file", Note, "files that match no pattern", "nothing, if they are not part of the dataset; otherwise correct the manifest's `layout`"),
        }
    }
}

/// One thing that is wrong, odd or good to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The case, if it is about one.
    pub case: Option<String>,
    /// The file, if it is about one; relative to the folder in which the manifest's paths start.
    pub file: Option<String>,
    /// What was found, in one sentence, names included.
    pub message: String,
}

impl Finding {
    /// About a case.
    pub(crate) fn of_case(kind: FindingKind, case: &str, message: String) -> Self {
        Self { kind, case: Some(case.to_owned()), file: None, message }
    }

    /// About the dataset as a whole.
    pub(crate) fn of_dataset(kind: FindingKind, message: String) -> Self {
        Self { kind, case: None, file: None, message }
    }

    /// Adds the file.
    pub(crate) fn in_file(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        let (kind, case, file) = parts(problem);
        let mut finding = Self::of_dataset(kind, sentence(problem));
        finding.case = case.cloned();
        finding.file = file.cloned();
        finding
    }
}

/// Kind, case and file of a problem.
fn parts(problem: &Problem) -> (FindingKind, Option<&String>, Option<&String>) {
    use FindingKind as Kind;
    match problem {
        Problem::NoSuchSubject { .. } => (Kind::NoSuchSubject, None, None),
        Problem::Duplicate { case, .. } => (Kind::DuplicateCase, Some(case), None),
        Problem::NoLabel { case, image, .. } => (Kind::MissingLabel, Some(case), Some(image)),
        Problem::NoImage { case, label, .. } => (Kind::MissingImage, Some(case), Some(label)),
        Problem::List { file, .. } => (Kind::ListUnusable, None, Some(file)),
        Problem::NotListed { case, path, .. } => (Kind::NotListed, Some(case), Some(path)),
        Problem::ListedButMissing { path, .. } => (Kind::ListedButMissing, None, Some(path)),
        Problem::NoAttributes { case, .. } => (Kind::Attributes, Some(case), None),
        Problem::Attribute { file, .. } | Problem::PhaseMissing { file, .. } => {
            (Kind::Attributes, None, Some(file))
        }
        Problem::NoPhase { case, file, .. } => (Kind::Attributes, Some(case), Some(file)),
        Problem::Unreadable { case, source: ImagingError::NonFinite { .. } } => {
            (Kind::NonFinite, Some(case), None)
        }
        Problem::Unreadable { case, .. } | Problem::Io { case, .. } => {
            (Kind::Unreadable, Some(case), None)
        }
        Problem::Shape { case, .. } => (Kind::ShapeMismatch, Some(case), None),
        Problem::Spacing { case, .. } => (Kind::SpacingMismatch, Some(case), None),
        Problem::Classes { case, .. } => (Kind::UnknownClass, Some(case), None),
        Problem::Identical { .. } => (Kind::IdenticalImages, None, None),
        Problem::AttributeTable { file, .. } => (Kind::Attributes, None, Some(file)),
        Problem::Checksum { file, .. } => (Kind::Checksum, None, Some(file)),
        Problem::Checksums { file, .. } => (Kind::Refused, None, Some(file)),
        Problem::Channel { .. } => (Kind::Refused, None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_keeps_its_case_and_file() {
        let problem = Problem::NoLabel {
            case: "a".to_owned(),
            image: "a.nii".to_owned(),
            expected: "a_gt.nii".to_owned(),
        };
        let finding = Finding::from(&problem);
        assert_eq!(finding.kind, FindingKind::MissingLabel);
        assert_eq!((finding.case.as_deref(), finding.file.as_deref()), (Some("a"), Some("a.nii")));
        assert_eq!(finding.message, problem.to_string());
    }

    #[test]
    fn voxels_that_are_no_numbers_are_a_kind_of_their_own() {
        let source = ImagingError::NonFinite { path: "a.nii".into(), count: 3, total: 10 };
        let problem = Problem::Unreadable { case: "a".to_owned(), source };
        assert_eq!(Finding::from(&problem).kind, FindingKind::NonFinite);
    }
}
