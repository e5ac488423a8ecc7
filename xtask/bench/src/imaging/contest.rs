//! Who does which work.

use super::options::Part;

/// One piece of work that several contestants do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contest {
    /// The word that both programs know it by.
    pub(crate) work: &'static str,
    /// What a reader is told.
    pub(crate) title: &'static str,
    /// The part that it belongs to.
    pub(crate) part: Part,
    /// Ours first.
    pub(crate) contestants: &'static [Contestant],
}

/// One way of doing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contestant {
    /// Its row.
    pub(crate) name: &'static str,
    /// The word that its program knows it by.
    pub(crate) tool: &'static str,
    /// Whose program.
    pub(crate) side: Side,
    /// Threads of ours, processes of theirs.
    pub(crate) workers: usize,
}

/// Whose program does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Ours,
    Theirs,
}

const fn ours(name: &'static str, tool: &'static str, workers: usize) -> Contestant {
    Contestant { name, tool, side: Side::Ours, workers }
}

const fn theirs(name: &'static str, tool: &'static str, workers: usize) -> Contestant {
    Contestant { name, tool, side: Side::Theirs, workers }
}

pub(crate) const READ: &str = "orchestrate";
pub(crate) const INFLATE: &str = "orchestrate, inflating alone";
pub(crate) const NIBABEL: &str = "nibabel";
pub(crate) const NEAREST: &str = "orchestrate, nearest";
pub(crate) const NEAREST_2: &str = "orchestrate, nearest, 2 threads";
pub(crate) const LINEAR: &str = "orchestrate, linear";
pub(crate) const SCORE: &str = "orchestrate";
pub(crate) const MONAI: &str = "MONAI";
pub(crate) const KDTREE: &str = "SciPy, cropped, k-d trees";

const READERS: &[Contestant] = &[
    ours(READ, "read", 1),
    ours(INFLATE, "inflate", 1),
    theirs(NIBABEL, "nibabel", 1),
    theirs("SimpleITK", "simpleitk", 1),
    theirs("zlib, inflating alone", "zlib", 1),
    theirs("igzip, inflating alone", "isal", 1),
];

/// The pipelines of Python, those with one worker as their CPU time is that of one process.
pub(crate) const PIPELINES: [&str; 4] =
    ["SSL4MIS: SciPy, nearest", "OpenCV, linear", "SciPy, linear", "SimpleITK, linear"];

const METRICS: &[Contestant] = &[
    ours(SCORE, "score", 1),
    theirs(KDTREE, "kdtree", 1),
    theirs(MONAI, "monai", 1),
    theirs("SimpleITK recipe", "simpleitk", 1),
];

/// All of them, in the order of the report.
pub(crate) const CONTESTS: [Contest; 5] = [
    Contest {
        work: "read-cardiac",
        title: "Reading a cardiac scan, 216 x 240 x 12, int16, compressed",
        part: Part::Read,
        contestants: READERS,
    },
    Contest {
        work: "read-abdomen",
        title: "Reading an abdominal scan, 512 x 512 x 120, int16, compressed",
        part: Part::Read,
        contestants: READERS,
    },
    Contest {
        work: "prepare",
        title: "Preparing slices",
        part: Part::Prepare,
        contestants: &[
            ours(NEAREST, "nearest", 1),
            ours(LINEAR, "linear", 1),
            theirs(PIPELINES[0], "ssl4mis", 1),
            theirs(PIPELINES[1], "opencv", 1),
            theirs(PIPELINES[2], "scipy", 1),
            theirs(PIPELINES[3], "simpleitk", 1),
            ours(NEAREST_2, "nearest", 2),
            theirs("SSL4MIS: SciPy, nearest, 2 processes", "ssl4mis", 2),
        ],
    },
    Contest {
        work: "metrics-cardiac",
        title: "Dice, HD95, ASSD and NSD, 256 x 256 x 12, 3 classes",
        part: Part::Metrics,
        contestants: METRICS,
    },
    Contest {
        work: "metrics-abdomen",
        title: "Dice, HD95, ASSD and NSD, 512 x 512 x 120, 1 class, a mistake far away",
        part: Part::Metrics,
        contestants: METRICS,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_the_first_of_every_contest_and_names_are_told_apart() {
        for contest in CONTESTS {
            assert_eq!(contest.contestants[0].side, Side::Ours, "{}", contest.work);
            let mut names: Vec<_> = contest.contestants.iter().map(|c| c.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), contest.contestants.len(), "{}", contest.work);
        }
    }
}
