//! Images that are in a dataset twice.

use std::collections::{BTreeMap, BTreeSet};

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
    let mut by_content: BTreeMap<_, Vec<&Examined>> = BTreeMap::new();
    for case in examined.iter() {
        by_content.entry(case.voxels).or_default().push(case);
    }
    let mut twins = BTreeSet::new();
    let mut problems = Vec::new();
    for same in by_content.into_values().filter(|same| same.len() > 1) {
        let subjects: BTreeSet<&String> = same.iter().map(|case| &case.row.subject).collect();
        let known = subjects.len() == same.len()
            && same_person.iter().any(|group| subjects.iter().all(|one| group.contains(one)));
        if known {
            twins.insert(subjects.into_iter().cloned().collect::<Vec<_>>());
        } else {
            let cases = same.iter().map(|case| case.row.case_id.clone()).collect();
            problems.push(Problem::Identical { cases });
        }
    }
    for case in examined {
        let group = twins.iter().find(|group| group[1..].contains(&case.row.subject));
        case.row.same_as = group.map(|group| group[0].clone());
    }
    (twins, problems)
}
