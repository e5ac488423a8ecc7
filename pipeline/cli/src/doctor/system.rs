//! What the kernel and the cluster offer.

use super::check::Check;
use crate::surroundings::Surroundings;
use crate::workers::find_program;

const GROUP: &str = "system";
/// What a Slurm cluster has on PATH.
const SLURM: [&str; 3] = ["sbatch", "squeue", "sacct"];

/// What was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct System {
    /// The kernel's release.
    pub(crate) kernel: Option<String>,
    /// Whether the kernel can confine a program to files.
    pub(crate) confines: bool,
    /// Which of the scheduler's programs are on PATH.
    pub(crate) scheduler: Vec<&'static str>,
}

impl System {
    /// Looks at it.
    pub(crate) fn read(surroundings: &Surroundings) -> Self {
        let kernel = fs_err::read_to_string("/proc/sys/kernel/osrelease").ok();
        Self {
            kernel: kernel.map(|text| text.trim().to_owned()),
            confines: pipeline_engine::can_confine(),
            scheduler: SLURM
                .into_iter()
                .filter(|name| find_program(name, surroundings).is_some())
                .collect(),
        }
    }
}

/// Judges it.
pub(crate) fn system_checks(system: &System) -> Vec<Check> {
    vec![landlock(system), scheduler(system)]
}

fn landlock(system: &System) -> Check {
    let name = "Landlock";
    let kernel = system.kernel.as_deref().unwrap_or("unknown");
    if system.confines {
        return Check::ok(GROUP, name, format!("on (kernel {kernel})"));
    }
    let help = "users' programs can read files that they do not declare; nothing else is affected";
    Check::warn(GROUP, name, format!("off (kernel {kernel})"), help)
}

fn scheduler(system: &System) -> Check {
    let name = "scheduler";
    match system.scheduler.as_slice() {
        [] => Check::ok(GROUP, name, "none; actions run on this machine"),
        found if found.len() == SLURM.len() => Check::ok(GROUP, name, "Slurm"),
        found => Check::warn(
            GROUP,
            name,
            format!("only a part of Slurm: {}", found.join(", ")),
            format!("{} are needed together", SLURM.join(", ")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    #[test]
    fn a_kernel_that_cannot_confine_is_named() {
        let system = System { kernel: Some("5.4.0".to_owned()), ..System::default() };
        let check = landlock(&system);
        assert_eq!((check.state, check.value.as_str()), (Verdict::Warn, "off (kernel 5.4.0)"));
        assert_eq!(landlock(&System { confines: true, ..system }).state, Verdict::Ok);
    }

    #[test]
    fn half_a_scheduler_is_none() {
        let state = |scheduler: &[&'static str]| {
            system_checks(&System { scheduler: scheduler.to_vec(), ..System::default() })[1].state
        };
        assert_eq!(state(&[]), Verdict::Ok);
        assert_eq!(state(&["sbatch"]), Verdict::Warn);
        assert_eq!(state(&SLURM), Verdict::Ok);
    }
}
