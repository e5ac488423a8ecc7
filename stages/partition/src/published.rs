//! Splits and labelled sets of the literature.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A published division of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublishedSplit {
    /// ACDC, 70 / 10 / 20 patients: the split of SSL4MIS, UA-MT, BCP, MC-Net, SS-Net and UniMatch.
    /// Its labelled patients are the first 1, 3, 7 or 14 of the training list (`first_of`).
    Ssl4mis,
    /// ACDC, 70 / 10 / 20 patients: the split of nnFormer.
    Nnformer,
    /// ACDC, 175 / 25 scans, only a test list: the held-out scans of the slice set of the MIDL 2020
    /// paper. Chosen by scan, so 23 of its 24 patients are in training too; runs with a warning.
    AcdcAllLegacy,
    /// PROMISE12, 35 / 5 / 10 cases: the split of DCNet. Its labelled cases are the first 2, 4 or 7
    /// of the training list (`first_of`).
    Dcnet,
    /// MSD Task09_Spleen, 32 / 9 scans, no validation list: the split of MONAI's spleen tutorial.
    MonaiSpleen,
}

/// A published set of labelled scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublishedLabelled {
    /// ACDC, 1 scan of 174.
    Published1,
    /// ACDC, 2 scans of 174.
    Published2,
    /// ACDC, 4 scans of 174.
    Published4,
    /// ACDC, 8 scans of 174, called 5 %: the labelled set of the method's authors.
    Published8,
    /// PROMISE12, 3 scans of 40.
    Prostate3,
    /// PROMISE12, 5 scans of 40.
    Prostate5,
    /// PROMISE12, 7 scans, 14 % of all 50.
    Prostate7,
}

/// The authors' labelled ACDC scans; each smaller set is the beginning of the larger one.
/// Source: jizongFox/Contrast-You, where `_00` is end-diastole and `_01` end-systole.
const ACDC_LABELLED: [&str; 8] = [
    "patient100:ED",
    "patient027:ES",
    "patient038:ES",
    "patient067:ES",
    "patient002:ED",
    "patient004:ED",
    "patient006:ES",
    "patient007:ED",
];

/// The authors' labelled prostate scans, same source.
const PROSTATE_LABELLED: [&str; 7] =
    ["Case10", "Case17", "Case45", "Case00", "Case37", "Case34", "Case38"];

impl PublishedLabelled {
    /// The labelled scans, in the published order.
    pub fn entries(self) -> &'static [&'static str] {
        match self {
            Self::Published1 => &ACDC_LABELLED[..1],
            Self::Published2 => &ACDC_LABELLED[..2],
            Self::Published4 => &ACDC_LABELLED[..4],
            Self::Published8 => &ACDC_LABELLED,
            Self::Prostate3 => &PROSTATE_LABELLED[..3],
            Self::Prostate5 => &PROSTATE_LABELLED[..5],
            Self::Prostate7 => &PROSTATE_LABELLED,
        }
    }
}

impl PublishedSplit {
    /// The name that experiments use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssl4mis => "ssl4mis",
            Self::Nnformer => "nnformer",
            Self::AcdcAllLegacy => "acdc_all_legacy",
            Self::Dcnet => "dcnet",
            Self::MonaiSpleen => "monai_spleen",
        }
    }

    /// The training list in the published order, empty where the split names none.
    pub fn train(self) -> Vec<&'static str> {
        self.section("[train]")
    }

    /// The validation list, empty where the split has none.
    pub fn validation(self) -> Vec<&'static str> {
        self.section("[validation]")
    }

    /// The test list.
    pub fn test(self) -> Vec<&'static str> {
        self.section("[test]")
    }

    /// Whether the split is known to put subjects on both sides.
    pub fn shares_subjects(self) -> bool {
        self == Self::AcdcAllLegacy
    }

    fn text(self) -> &'static str {
        match self {
            Self::Ssl4mis => include_str!("../lists/ssl4mis.txt"),
            Self::Nnformer => include_str!("../lists/nnformer.txt"),
            Self::AcdcAllLegacy => include_str!("../lists/acdc_all_legacy.txt"),
            Self::Dcnet => include_str!("../lists/dcnet.txt"),
            Self::MonaiSpleen => include_str!("../lists/monai_spleen.txt"),
        }
    }

    /// The words between a section's title and the next one; `#` starts a comment line.
    fn section(self, title: &str) -> Vec<&'static str> {
        self.text()
            .lines()
            .filter(|line| !line.starts_with('#'))
            .skip_while(|line| *line != title)
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .flat_map(str::split_whitespace)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Train, validation and test sizes; that nothing is listed twice.
    fn sizes(split: PublishedSplit) -> [usize; 3] {
        let parts = [split.train(), split.validation(), split.test()];
        let all: Vec<_> = parts.iter().flatten().collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{}", split.name());
        parts.map(|part| part.len())
    }

    #[test]
    fn published_splits_have_their_published_sizes() {
        assert_eq!(sizes(PublishedSplit::Ssl4mis), [70, 10, 20]);
        assert_eq!(sizes(PublishedSplit::Nnformer), [70, 10, 20]);
        assert_eq!(sizes(PublishedSplit::AcdcAllLegacy), [0, 0, 25]);
        assert_eq!(sizes(PublishedSplit::Dcnet), [35, 5, 10]);
        assert_eq!(sizes(PublishedSplit::MonaiSpleen), [32, 0, 9]);
    }

    #[test]
    fn acdc_and_prostate_splits_cover_the_dataset() {
        let cover = |split: PublishedSplit| -> BTreeSet<String> {
            [split.train(), split.validation(), split.test()]
                .concat()
                .into_iter()
                .map(str::to_owned)
                .collect()
        };
        let acdc: BTreeSet<String> = (1..=100).map(|n| format!("patient{n:03}")).collect();
        assert_eq!(cover(PublishedSplit::Ssl4mis), acdc);
        assert_eq!(cover(PublishedSplit::Nnformer), acdc);
        let prostate: BTreeSet<String> = (0..50).map(|n| format!("Case{n:02}")).collect();
        assert_eq!(cover(PublishedSplit::Dcnet), prostate);
    }

    #[test]
    fn the_first_of_ssl4mis_are_its_labelled_patients() {
        let seven =
            ["099", "038", "050", "100", "058", "021", "049"].map(|n| format!("patient{n}"));
        assert_eq!(PublishedSplit::Ssl4mis.train()[..7], seven);
    }

    #[test]
    fn the_legacy_test_set_has_25_scans_of_24_patients() {
        let test = PublishedSplit::AcdcAllLegacy.test();
        let patients: BTreeSet<_> = test.iter().map(|scan| &scan[..10]).collect();
        assert_eq!((test.len(), patients.len()), (25, 24));
    }
}
