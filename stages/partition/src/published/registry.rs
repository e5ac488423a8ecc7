//! Every published split. A new one is one line here, and its file.

use std::sync::LazyLock;

use super::parse::parse;
use super::{Part, Split, SplitList};

/// Names and texts of the splits, in the order of the documentation: by dataset.
const FILES: &[(&str, &str)] = &[
    ("ssl4mis", include_str!("../../lists/ssl4mis.txt")),
    ("contrast_you_acdc", include_str!("../../lists/contrast_you_acdc.txt")),
    ("acdc_all_legacy", include_str!("../../lists/acdc_all_legacy.txt")),
    ("nnformer", include_str!("../../lists/nnformer.txt")),
    ("maag", include_str!("../../lists/maag.txt")),
    ("wsl4mis", include_str!("../../lists/wsl4mis.txt")),
    ("chaitanya_acdc", include_str!("../../lists/chaitanya_acdc.txt")),
    ("acdc_segmenter", include_str!("../../lists/acdc_segmenter.txt")),
    ("nnunet_acdc", include_str!("../../lists/nnunet_acdc.txt")),
    ("dcnet", include_str!("../../lists/dcnet.txt")),
    ("contrast_you_promise12", include_str!("../../lists/contrast_you_promise12.txt")),
    ("abd", include_str!("../../lists/abd.txt")),
    ("mlb_seg", include_str!("../../lists/mlb_seg.txt")),
    ("monai_spleen", include_str!("../../lists/monai_spleen.txt")),
    ("nnunet_spleen", include_str!("../../lists/nnunet_spleen.txt")),
    ("nnunet_prostate", include_str!("../../lists/nnunet_prostate.txt")),
    ("chaitanya_prostate", include_str!("../../lists/chaitanya_prostate.txt")),
    ("mscmr", include_str!("../../lists/mscmr.txt")),
];

static SPLITS: LazyLock<Vec<Split>> = LazyLock::new(|| {
    let read = |(name, text): &(&'static str, &'static str)| {
        parse(name, text).expect("the files are part of the program; a test reads each of them")
    };
    FILES.iter().map(read).collect()
});

/// Every published split that experiments can name.
pub fn splits() -> &'static [Split] {
    &SPLITS
}

/// Every published list of one part, with its split.
pub(super) fn lists(part: Part) -> impl Iterator<Item = (&'static Split, &'static SplitList)> {
    splits()
        .iter()
        .flat_map(|split| split.lists.iter().map(move |list| (split, list)))
        .filter(move |(_, list)| list.part == part)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    /// A list by part and name.
    fn entries(part: Part, name: &str) -> Vec<&'static str> {
        let found: Vec<_> = lists(part).filter(|(_, list)| list.name == name).collect();
        assert_eq!(found.len(), 1, "{} `{name}`", part.as_str());
        found[0].1.entries.clone()
    }

    fn size(part: Part, name: &str) -> usize {
        entries(part, name).len()
    }

    fn acdc() -> BTreeSet<String> {
        (1..=100).map(|n| format!("patient{n:03}")).collect()
    }

    fn promise12() -> BTreeSet<String> {
        (0..50).map(|n| format!("Case{n:02}")).collect()
    }

    /// The union of lists that are disjoint.
    fn union(lists: &[Vec<&'static str>]) -> BTreeSet<String> {
        let all: Vec<_> = lists.concat().into_iter().map(str::to_owned).collect();
        let set: BTreeSet<String> = all.iter().cloned().collect();
        assert_eq!(set.len(), all.len(), "an entry is in two lists");
        set
    }

    #[test]
    fn every_file_is_registered_under_its_name() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lists");
        let files: BTreeSet<String> = fs_err::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        let registered: BTreeSet<String> =
            splits().iter().map(|split| split.name.to_owned()).collect();
        assert_eq!(registered, files);
        assert_eq!(FILES.len(), files.len());
    }

    #[test]
    fn names_are_unique_and_entries_listed_once() {
        for part in Part::ALL {
            let mut names = BTreeSet::new();
            for (split, list) in lists(part) {
                assert!(names.insert(list.name), "{} `{}`", part.as_str(), list.name);
                let own: BTreeSet<_> = list.entries.iter().collect();
                assert_eq!(own.len(), list.entries.len(), "{}", list.name);
                assert!(list.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
                let legal: fn(&str) -> bool = match split.dataset {
                    "acdc" => |entry| acdc().contains(&entry[..10]),
                    "prostate" => |entry| promise12().contains(entry),
                    "spleen" => |entry| entry.starts_with("spleen_"),
                    "msd-prostate" => |entry| entry.starts_with("prostate_") && entry.len() == 11,
                    "mscmr" => |entry| entry.starts_with("subject"),
                    other => panic!("no such dataset: {other}"),
                };
                for entry in &list.entries {
                    assert!(legal(entry), "`{entry}` in {}", list.name);
                }
            }
        }
    }

    #[test]
    fn splits_have_their_published_sizes_and_cover_their_dataset() {
        use Part::{Test, Train, Validation};
        let three = |name| [Train, Validation, Test].map(|part| entries(part, name));
        for (name, sizes) in [
            ("ssl4mis", [70, 10, 20]),
            ("nnformer", [70, 10, 20]),
            ("dcnet", [35, 5, 10]),
            ("mscmr", [25, 5, 15]),
        ] {
            assert_eq!(three(name).map(|list| list.len()), sizes, "{name}");
        }
        assert_eq!(union(&three("ssl4mis")), acdc());
        assert_eq!(union(&three("nnformer")), acdc());
        assert_eq!(union(&three("dcnet")), promise12());
        assert_eq!(union(&three("mscmr")).len(), 45);
        let mlb = [
            entries(Train, "mlb_seg"),
            entries(Part::Labelled, "mlb_seg"),
            entries(Test, "mlb_seg"),
        ];
        assert_eq!((mlb[0].len(), mlb[1].len(), union(&mlb)), (37, 3, promise12()));
        let spleen = [entries(Train, "monai_spleen"), entries(Test, "monai_spleen")];
        assert_eq!((spleen[0].len(), union(&spleen).len()), (32, 41));
        assert_eq!((size(Validation, "abd"), size(Test, "abd")), (5, 10));
        assert_eq!(size(Test, "acdc_segmenter"), 20);
    }

    #[test]
    fn maag_divides_the_hundred_patients() {
        let groups = [
            entries(Part::Labelled, "maagfold70"),
            entries(Part::Validation, "maag"),
            entries(Part::Test, "maag"),
        ];
        assert_eq!(groups.clone().map(|group| group.len()), [70, 15, 15]);
        assert_eq!(union(&groups), acdc());
        assert_eq!(entries(Part::Labelled, "maag_perc50"), entries(Part::Unlabelled, "maag"));
        assert_eq!(entries(Part::Labelled, "maagfold"), groups[0][..35]);
        // 11 of the 18 have masks only in the published protocol.
        let quarter = entries(Part::Labelled, "maag_perc25");
        assert_eq!(quarter.len(), 18);
        assert_eq!(quarter.iter().filter(|id| groups[0][35..].contains(id)).count(), 11);
    }

    #[test]
    fn folds_cover_their_dataset_once() {
        let folds = |names: [String; 5]| names.map(|name| entries(Part::Test, &name));
        let of = |split: &str| folds([0, 1, 2, 3, 4].map(|fold| format!("{split}_fold{fold}")));
        assert_eq!(union(&of("nnunet_acdc")), acdc());
        assert_eq!(union(&of("nnunet_spleen")).len(), 41);
        assert_eq!(of("nnunet_spleen").map(|fold| fold.len()), [9, 8, 8, 8, 8]);
        assert_eq!(union(&of("nnunet_prostate")).len(), 32);
        assert_eq!(of("nnunet_prostate").map(|fold| fold.len()), [7, 7, 6, 6, 6]);
        let blocks = folds([1, 2, 3, 4, 5].map(|fold| format!("wsl4mis_fold{fold}")));
        assert_eq!(union(&blocks), acdc());
        for (fold, block) in (1..).zip(&blocks) {
            let labelled = entries(Part::Labelled, &format!("wsl4mis_fold{fold}"));
            assert_eq!((block.len(), labelled.len()), (20, 8));
            assert!(labelled.iter().all(|id| id.ends_with('0') && !block.contains(id)));
        }
    }

    #[test]
    fn chaitanya_draws_have_their_sizes_and_pairs() {
        for (dataset, sizes) in [("acdc", [52, 10, 20]), ("prostate", [17, 4, 15])] {
            let name = format!("chaitanya_{dataset}");
            let parts = [Part::Unlabelled, Part::Validation, Part::Test];
            assert_eq!(parts.map(|part| size(part, &name)), sizes);
            let mut draws = BTreeMap::new();
            for (_, list) in lists(Part::Labelled).filter(|(split, _)| split.name == name) {
                let Some((_, draw)) = list.name.split_once("_tr") else { panic!("{}", list.name) };
                let Some((count, _)) = draw.split_once('_') else { continue };
                assert_eq!(list.entries.len().to_string(), count, "{}", list.name);
                let pair = entries(Part::Validation, list.name);
                assert_eq!(pair.len(), 2);
                let test = entries(Part::Test, &name);
                union(&[list.entries.clone(), pair, test]);
                *draws.entry(count.to_owned()).or_insert(0) += 1;
            }
            let expected = [("1", 5), ("2", 5), ("8", 3)].map(|(n, draws)| (n.to_owned(), draws));
            assert_eq!(draws, BTreeMap::from(expected));
        }
        let hardest = entries(Part::Labelled, "chaitanya_acdc_tr8_c2");
        let ids = ["002", "022", "042", "062", "095", "063", "094", "043"];
        assert_eq!(hardest, ids.map(|id| format!("patient{id}")));
        assert_eq!(
            entries(Part::Validation, "chaitanya_acdc_tr8_c2"),
            ["patient031", "patient072"]
        );
    }

    #[test]
    fn the_authors_labelled_sets_grow() {
        let sets = ["published1", "published2", "published4", "published8"];
        let sets = sets.map(|name| entries(Part::Labelled, name));
        assert_eq!(sets.each_ref().map(Vec::len), [1, 2, 4, 8]);
        let prostate = ["prostate3", "prostate5", "prostate7"];
        let prostate = prostate.map(|name| entries(Part::Labelled, name));
        assert_eq!(prostate.each_ref().map(Vec::len), [3, 5, 7]);
        for pair in sets.windows(2).chain(prostate.windows(2)) {
            assert!(pair[1].starts_with(&pair[0]));
        }
    }

    #[test]
    fn the_first_of_ssl4mis_are_its_labelled_patients() {
        let seven =
            ["099", "038", "050", "100", "058", "021", "049"].map(|n| format!("patient{n}"));
        assert_eq!(entries(Part::Train, "ssl4mis")[..7], seven);
    }

    #[test]
    fn the_legacy_test_set_has_25_scans_of_24_patients() {
        let test = entries(Part::Test, "acdc_all_legacy");
        let patients: BTreeSet<_> = test.iter().map(|scan| &scan[..10]).collect();
        assert_eq!((test.len(), patients.len()), (25, 24));
    }
}
