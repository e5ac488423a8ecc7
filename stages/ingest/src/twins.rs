//! Images that are in a dataset twice.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_store::Digest;

use crate::Problem;
use crate::examine::Examined;

/// Says which subjects are one person, and finds cases with the same image that are not.
///
/// Every case of the later subjects of a group of `same_person` gets the first subject that is there
/// as `same_as`, whatever its images are. Cases with one image are a problem unless their subjects are
/// of one group: two phases of one subject with one image, or a subject copied under another name.
/// Returns the groups that are there, and the problems.
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
    let (_, problems) = find_twins(&images, same_person);
    let present: BTreeSet<&String> = images.iter().map(|image| &image.subject).collect();
    let here = |group: &Vec<String>| {
        let group: BTreeSet<&String> = group.iter().filter(|one| present.contains(one)).collect();
        group.into_iter().cloned().collect::<Vec<_>>()
    };
    let groups: BTreeSet<Vec<String>> =
        same_person.iter().map(here).filter(|group| group.len() > 1).collect();
    for case in examined {
        let group = groups.iter().find(|group| group[1..].contains(&case.row.subject));
        case.row.same_as = group.map(|group| group[0].clone());
    }
    (groups, problems)
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

#[cfg(test)]
mod tests {
    use stages_tables::CaseRow;

    use super::*;

    fn examined(subject: &str, case: &str, voxels: &str) -> Examined {
        let row =
            CaseRow { case_id: case.to_owned(), subject: subject.to_owned(), ..CaseRow::default() };
        Examined { row, voxels: Digest::of_bytes(voxels.as_bytes()), warning: None }
    }

    fn marked(cases: &[(&str, &str, &str)], groups: &[&[&str]]) -> (Vec<Option<String>>, usize) {
        let mut all: Vec<_> = cases.iter().map(|(s, c, v)| examined(s, c, v)).collect();
        let owned = |group: &&[&str]| group.iter().map(|one| (*one).to_owned()).collect();
        let groups: Vec<Vec<String>> = groups.iter().map(owned).collect();
        let (_, problems) = mark_twins(&mut all, &groups);
        (all.into_iter().map(|case| case.row.same_as).collect(), problems.len())
    }

    #[test]
    fn a_person_under_three_names_is_one_whichever_images_are_the_same() {
        let cases = [("a", "a1", "x"), ("b", "b1", "x"), ("b", "b2", "y"), ("c", "c2", "y")];
        let a = Some("a".to_owned());
        let expected = vec![None, a.clone(), a.clone(), a];
        assert_eq!(marked(&cases, &[&["c", "b", "a"]]), (expected, 0));
    }

    #[test]
    fn a_group_counts_without_a_common_image_and_without_who_is_not_there() {
        let cases = [("b", "b1", "x"), ("d", "d1", "y")];
        let expected = vec![None, Some("b".to_owned())];
        assert_eq!(marked(&cases, &[&["a", "b", "d"]]), (expected, 0));
        assert_eq!(marked(&cases, &[&["a", "b"]]), (vec![None, None], 0));
    }

    #[test]
    fn the_same_image_of_others_is_a_problem() {
        let cases = [("a", "a1", "x"), ("b", "b1", "x"), ("b", "b2", "x")];
        assert_eq!(marked(&cases, &[]).1, 1);
        assert_eq!(marked(&cases, &[&["a", "b"]]).1, 1, "b has one image twice");
    }
}
