//! Headers that say something odd, over a whole dataset.

use std::collections::BTreeMap;

use stages_imaging::Oddity;

use super::names::count;
use super::{Finding, FindingKind};

/// What the readers found odd about files and went on with.
#[derive(Debug, Default)]
pub(crate) struct Oddities {
    all: Vec<OddFile>,
}

/// One file.
#[derive(Debug, Clone)]
pub(crate) struct OddFile {
    /// The case that it belongs to.
    pub(crate) case: String,
    /// Its path.
    pub(crate) file: String,
    /// What is odd about it.
    pub(crate) oddity: Oddity,
}

impl Oddities {
    pub(crate) fn extend(&mut self, files: Vec<OddFile>) {
        self.all.extend(files);
    }

    /// A finding for each file that a person should look at. What whole releases have in common is
    /// one finding: how many files, the first of them, and what it says.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut common: BTreeMap<&str, Vec<&OddFile>> = BTreeMap::new();
        for odd in &self.all {
            if odd.oddity.is_warning() {
                let OddFile { case, file, oddity } = odd;
                let message = format!("case `{case}`: {file}: {oddity}");
                let finding = Finding::of_case(FindingKind::OddHeader, case, message);
                findings.push(finding.in_file(file));
            } else {
                common.entry(name(&odd.oddity)).or_default().push(odd);
            }
        }
        findings.extend(common.values().map(|files| {
            let OddFile { file, oddity, .. } = files[0];
            let message = format!("{}, such as {file}: {oddity}", count(files.len(), "file"));
            Finding::of_dataset(FindingKind::CommonHeader, message)
        }));
        findings
    }
}

/// What oddities of one kind have in common.
fn name(oddity: &Oddity) -> &'static str {
    match oddity {
        Oddity::SformScale { .. } => "sform scale",
        Oddity::Unit { .. } => "unit",
        Oddity::ElementSize => "element size",
        Oddity::NonFiniteFilled { .. } => "filled",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_release_has_in_common_is_said_once() {
        let odd = |n: usize, oddity: Oddity| OddFile {
            case: format!("c{n}"),
            file: format!("c{n}.nii"),
            oddity,
        };
        let scale = Oddity::SformScale { sform_mm: [1.0; 3], spacing_mm: [1.5, 1.5, 10.0] };
        let mut oddities = Oddities::default();
        oddities.extend(vec![odd(0, scale.clone()), odd(1, scale), odd(1, Oddity::NoSpacing)]);
        let found = oddities.findings();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].kind, found[0].case.as_deref()), (FindingKind::OddHeader, Some("c1")));
        assert_eq!(found[1].kind, FindingKind::CommonHeader);
        assert!(found[1].message.starts_with("2 files, such as c0.nii: the sform"), "{found:?}");
    }
}
