//! What is wrong with a dataset, as data.

use pipeline_spec::sentence;
use stages_imaging::ImagingError;

/// One thing wrong with a dataset.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A subject that was asked for is not there.
    #[error("subject `{subject}` was asked for in `subjects`, but has no files{suggestion}")]
    NoSuchSubject {
        /// The subject.
        subject: String,
        /// `; did you mean ...?`, or nothing.
        suggestion: String,
    },
    /// Two files claim to be one case.
    #[error("case `{case}` is there more than once: {}", files.join(", "))]
    Duplicate {
        /// The case.
        case: String,
        /// The files.
        files: Vec<String>,
    },
    /// An image without its label map.
    #[error("case `{case}` has no label map beside {image}; expected {expected}")]
    NoLabel {
        /// The case.
        case: String,
        /// The image.
        image: String,
        /// The pattern of labels.
        expected: String,
    },
    /// A label map without its image.
    #[error("case `{case}` has no image beside {label}; expected {expected}")]
    NoImage {
        /// The case.
        case: String,
        /// The label map.
        label: String,
        /// The pattern of images.
        expected: String,
    },
    /// The list of cases cannot be used.
    #[error("{file}: {message}")]
    List {
        /// The list.
        file: String,
        /// What was found and what would be accepted.
        message: String,
    },
    /// A file on disk that the list does not name.
    #[error("case `{case}`: {path} is on disk, but {file} does not list it")]
    NotListed {
        /// The case.
        case: String,
        /// The file on disk.
        path: String,
        /// The list.
        file: String,
    },
    /// A file of the list that is not on disk.
    #[error("{file} lists {path}, which is not there")]
    ListedButMissing {
        /// The missing file.
        path: String,
        /// The list.
        file: String,
    },
    /// Nothing is known of a case beside its files.
    #[error("case `{case}` has no attributes; expected {expected}")]
    NoAttributes {
        /// The case.
        case: String,
        /// Where they should have been.
        expected: String,
    },
    /// An attribute file lacks a key or holds something else than is needed.
    #[error("{file}: `{key}` is {found}; accepted: {accepted}")]
    Attribute {
        /// The attribute file.
        file: String,
        /// The key.
        key: String,
        /// What was found.
        found: String,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// A table of attributes that cannot be used.
    #[error("{file}: {message}")]
    AttributeTable {
        /// The table.
        file: String,
        /// What is wrong and where.
        message: String,
    },
    /// A list of digests that cannot be used.
    #[error("{file}: {message}")]
    Checksums {
        /// The list.
        file: String,
        /// What is wrong and where.
        message: String,
    },
    /// A file with another content than its digest says.
    #[error("{file} has the {algorithm} digest {found}; {place} says {expected}")]
    Checksum {
        /// The file.
        file: String,
        /// How the digest is computed.
        algorithm: &'static str,
        /// The digest that it has.
        found: String,
        /// The digest that it should have.
        expected: String,
        /// Where that is said.
        place: String,
    },
    /// A channel that images do not have.
    #[error("the channel {message}")]
    Channel {
        /// What was found and what would be accepted.
        message: String,
    },
    /// A case that is in no phase.
    #[error("case `{case}` is in no phase: {file} says {phases}")]
    NoPhase {
        /// The case.
        case: String,
        /// The attribute file.
        file: String,
        /// Phases and their numbers.
        phases: String,
    },
    /// A phase without a case.
    #[error("{file} says that {phase} is {part} {number}, but no such case is there")]
    PhaseMissing {
        /// The attribute file.
        file: String,
        /// The phase.
        phase: String,
        /// The part that has its number.
        part: String,
        /// The number.
        number: u64,
    },
    /// A file that cannot be read as an image.
    #[error("case `{case}`")]
    Unreadable {
        /// The case.
        case: String,
        /// Why.
        source: ImagingError,
    },
    /// A file that cannot be read at all.
    #[error("case `{case}`")]
    Io {
        /// The case.
        case: String,
        /// Why.
        source: std::io::Error,
    },
    /// Image and label do not have the same voxels.
    #[error(
        "case `{case}`: the image has {} voxels, the label map {}",
        dimensions(image),
        dimensions(label)
    )]
    Shape {
        /// The case.
        case: String,
        /// Voxels of the image along x, y, z.
        image: [usize; 3],
        /// Voxels of the label map.
        label: [usize; 3],
    },
    /// Image and label do not have the same voxel size.
    #[error(
        "case `{case}`: the image's voxels are {} mm, the label map's {} mm",
        dimensions(image),
        dimensions(label)
    )]
    Spacing {
        /// The case.
        case: String,
        /// Voxel size of the image along x, y, z.
        image: [f64; 3],
        /// Voxel size of the label map.
        label: [f64; 3],
    },
    /// A label map with values that are no class.
    #[error(
        "case `{case}`: the label map holds {values:?}; the manifest's classes are {}",
        classes.join(", ")
    )]
    Classes {
        /// The case.
        case: String,
        /// Values that are no class.
        values: Vec<u8>,
        /// The classes, as `1 (RV)`.
        classes: Vec<String>,
    },
    /// Cases whose images are the same, voxel by voxel.
    #[error(
        "cases {} have the same image, voxel by voxel; if the release truly has one person under \
         two names, its manifest says so in `same_person`",
        cases.join(", ")
    )]
    Identical {
        /// The cases.
        cases: Vec<String>,
    },
}

/// Three numbers as `2 x 3 x 4`.
fn dimensions<T: ToString>(numbers: &[T; 3]) -> String {
    numbers.each_ref().map(ToString::to_string).join(" x ")
}

/// How many problems of one kind are listed.
pub(crate) const LISTED: usize = 10;

/// One line per problem, with its causes; of one kind at most [`LISTED`], then how many more.
pub(crate) fn summarize(problems: &[Problem]) -> Vec<String> {
    let kinds: Vec<_> = problems.iter().map(std::mem::discriminant).collect();
    let mut lines = Vec::new();
    for (i, kind) in kinds.iter().enumerate() {
        if kinds[..i].contains(kind) {
            continue;
        }
        let same: Vec<&Problem> =
            problems.iter().zip(&kinds).filter(|(_, k)| *k == kind).map(|(p, _)| p).collect();
        lines.extend(same.iter().take(LISTED).map(|problem| sentence(*problem)));
        if same.len() > LISTED {
            lines.push(format!("and {} more of this kind", same.len() - LISTED));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_problems_of_one_kind_do_not_hide_another() {
        let mut problems: Vec<Problem> = (0..15)
            .map(|n| Problem::Classes {
                case: format!("c{n}"),
                values: vec![9],
                classes: vec!["0 (background)".to_owned(), "1 (RV)".to_owned()],
            })
            .collect();
        problems.push(Problem::Shape { case: "d".to_owned(), image: [2, 3, 4], label: [2, 3, 5] });
        let lines = summarize(&problems);
        assert_eq!(lines.len(), 12);
        assert_eq!(
            lines[0],
            "case `c0`: the label map holds [9]; the manifest's classes are 0 (background), 1 (RV)"
        );
        assert_eq!(lines[10], "and 5 more of this kind");
        assert_eq!(lines[11], "case `d`: the image has 2 x 3 x 4 voxels, the label map 2 x 3 x 5");
    }
}
