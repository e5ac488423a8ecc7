//! Images that are in a dataset twice.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_store::Digest;

use crate::Problem;
use crate::examine::Examined;

/// Finds cases with the same image.
///
/// Where all of them belong to subjects that `same_person` puts into one group, every case of the
/// later subjects gets the first subject's name as `same_as`; everything else is a problem: two
/// phases of one subject with one image, or a subject copied under another name. Returns the
/// groups found, and the problems.
pub(crate) fn mark_twins(
    examined: &mut [Examined],
    same_person: &[Vec<String>],
) -> (BTreeSet<Vec<String>>, Vec<Problem>) {
    let image = |case: &Examined| Image {
        case: case.row.case_id.clone(),
        subject: case.row.subject.clone(),
        voxels: case.voxels,
    };
    let images: Vec<Image> = examined.iter().map(image).collect();
    let (twins, problems) = find_twins(&images, same_person);
    for case in examined {
        let group = twins.iter().find(|group| group[1..].contains(&case.row.subject));
        case.row.same_as = group.map(|group| group[0].clone());
    }
    (twins, problems)
}

/// The image of a case.
pub(crate) struct Image {
    /// The case.
    pub(crate) case: String,
    /// Its subject.
    pub(crate) subject: String,
    /// Digest of its voxels.
    pub(crate) voxels: Digest,
}

/// The groups of subjects that are one person, as `same_person` says, and what it does not say.
pub(crate) fn find_twins(
    images: &[Image],
    same_person: &[Vec<String>],
) -> (BTreeSet<Vec<String>>, Vec<Problem>) {
    let mut by_content: BTreeMap<_, Vec<&Image>> = BTreeMap::new();
    for image in images {
        by_content.entry(image.voxels).or_default().push(image);
    }
    let mut twins = BTreeSet::new();
    let mut problems = Vec::new();
    for same in by_content.into_values().filter(|same| same.len() > 1) {
        let subjects: BTreeSet<&String> = same.iter().map(|image| &image.subject).collect();
        let known = subjects.len() == same.len()
            && same_person.iter().any(|group| subjects.iter().all(|one| group.contains(one)));
        if known {
            twins.insert(subjects.into_iter().cloned().collect::<Vec<_>>());
        } else {
            let cases = same.iter().map(|image| image.case.clone()).collect();
            problems.push(Problem::Identical { cases });
        }
    }
    (twins, problems)
}
