//! What is wanted of the measurements.

use super::contest::{
    INFLATE, KDTREE, LINEAR, MONAI, NEAREST, NEAREST_2, NIBABEL, PIPELINES, READ, SCORE,
};
use crate::report::Group;
use crate::target::Target;

/// Says what is wanted in the contest of this name, and whether it was found.
pub(crate) fn targets(work: &str, group: &Group) -> Vec<Target> {
    let cpu = |name: &str| group.row(name).and_then(|row| row.cpu_s);
    let wall = |name: &str| group.row(name).and_then(|row| row.wall_s);
    let fastest = |names: &[&str]| names.iter().filter_map(|name| cpu(name)).reduce(f64::min);
    match work {
        "read-cardiac" => {
            vec![Target::time("a cardiac scan to voxels, CPU time", 3e-3, cpu(READ))]
        }
        "read-abdomen" => vec![
            Target::cpu(
                "an abdominal scan to voxels, beside nibabel",
                2.0,
                cpu(NIBABEL),
                cpu(READ),
            ),
            Target::number(
                "the same, CPU time over that of inflating alone",
                1.25,
                " x",
                cpu(READ).zip(cpu(INFLATE)).map(|(read, inflate)| read / inflate),
            ),
        ],
        "prepare" => vec![
            Target::cpu(
                "slices (nearest) beside the fastest pipeline of Python",
                4.0,
                fastest(&PIPELINES),
                cpu(NEAREST),
            ),
            Target::cpu(
                "slices (linear, percentiles) beside the fastest pipeline of Python with them",
                4.0,
                fastest(&PIPELINES[1..]),
                cpu(LINEAR),
            ),
            Target::speed("slices with 2 threads beside 1", 1.6, wall(NEAREST), wall(NEAREST_2)),
        ],
        "metrics-cardiac" => vec![
            Target::cpu("a cardiac scan scored, beside k-d trees", 5.0, cpu(KDTREE), cpu(SCORE)),
            Target::cpu("a cardiac scan scored, beside MONAI", 20.0, cpu(MONAI), cpu(SCORE)),
        ],
        "metrics-abdomen" => vec![Target::cpu(
            "an abdominal scan scored, beside k-d trees",
            3.0,
            cpu(KDTREE),
            cpu(SCORE),
        )],
        _ => Vec::new(),
    }
}

/// The memory of few scans and of ten times as many, in MiB.
pub(crate) fn memory(few: f64, many: f64) -> Target {
    Target::number(
        "memory of ten times as many scans, over that of few",
        1.1,
        " x",
        Some(many / few),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Row;

    fn group(rows: &[(&str, f64)]) -> Group {
        let rows =
            rows.iter().map(|(name, cpu)| Row { cpu_s: Some(*cpu), ..Row::derived(name, None) });
        Group::new("g".into(), 0.0, rows.collect())
    }

    #[test]
    fn the_fastest_peer_counts() {
        let group = group(&[
            (NEAREST, 1.0),
            (LINEAR, 2.0),
            (PIPELINES[0], 5.0),
            (PIPELINES[1], 7.0),
            (PIPELINES[2], 9.0),
        ]);
        // 5 / 1 is enough; of those with percentiles the fastest takes 7, and 7 / 2 is not.
        let met: Vec<_> = targets("prepare", &group).into_iter().map(|target| target.met).collect();
        assert_eq!(met, [Some(true), Some(false), None]);
    }

    #[test]
    fn inflating_is_a_limit_of_reading() {
        let group = group(&[(READ, 0.13), (INFLATE, 0.1), (NIBABEL, 0.3)]);
        let met: Vec<_> =
            targets("read-abdomen", &group).into_iter().map(|target| target.met).collect();
        assert_eq!(met, [Some(true), Some(false)]);
        assert_eq!(memory(50.0, 54.0).met, Some(true));
    }

    #[test]
    fn every_contest_has_a_target() {
        for contest in super::super::contest::CONTESTS {
            assert!(!targets(contest.work, &group(&[])).is_empty(), "{}", contest.work);
        }
    }
}
