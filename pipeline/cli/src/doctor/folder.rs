//! A folder that is written to: permissions, space, locks, links, clock.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use fs_err::File;
use jiff::{SignedDuration, Timestamp};

use super::check::Check;
use crate::render::size;

/// Less free space than this ends runs soon.
const LITTLE_BYTES: u64 = 1 << 30;
/// More than a file system rounds times by.
const SKEW: SignedDuration = SignedDuration::from_secs(2);

/// What not every file system can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ability {
    /// A lock that is held is refused to others.
    Locks,
    /// One file has two names.
    HardLinks,
    /// One file points to another.
    SymbolicLinks,
    /// Two files share their bytes until one is changed.
    Reflinks,
}

/// What can be done in a folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probe {
    /// The folder itself, or the nearest one above it that is there.
    pub(crate) at: PathBuf,
    /// Whether the folder itself is there.
    pub(crate) exists: bool,
    /// Why nothing can be written, if so.
    pub(crate) refused: Option<String>,
    /// Free and total bytes of the file system.
    pub(crate) space: Option<(u64, u64)>,
    /// What works.
    pub(crate) works: BTreeSet<Ability>,
    /// How far times of new files are ahead of the clock.
    pub(crate) skew: Option<SignedDuration>,
}

impl Probe {
    /// Tries everything in a temporary folder, which is removed.
    pub(crate) fn of(folder: &Path, now: fn() -> Timestamp) -> Self {
        let at = folder.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
        let mut probe =
            Self { at: at.to_owned(), exists: at == folder, space: space(at), ..Self::default() };
        let tried = tempfile::Builder::new()
            .prefix(".doctor-")
            .tempdir_in(at)
            .and_then(|dir| probe.try_in(dir.path(), now));
        if let Err(error) = tried {
            probe.refused = Some(error.to_string());
        }
        probe
    }

    fn try_in(&mut self, dir: &Path, now: fn() -> Timestamp) -> std::io::Result<()> {
        let path = dir.join("file");
        let before = now();
        File::create(&path)?.write_all(b"x")?;
        let written = fs_err::metadata(&path)?.modified().ok();
        let written = written.and_then(|time| Timestamp::try_from(time).ok());
        self.skew = written.map(|time| time.duration_since(before));
        let hard = fs_err::hard_link(&path, dir.join("hard")).is_ok();
        let symbolic = fs_err::os::unix::fs::symlink(&path, dir.join("symbolic")).is_ok();
        let tried = [
            (Ability::Locks, locks(&path)),
            (Ability::HardLinks, hard),
            (Ability::SymbolicLinks, symbolic),
            (Ability::Reflinks, reflinks(&path, &dir.join("reflink"))),
        ];
        let works = tried.into_iter().filter(|(_, works)| *works).map(|(ability, _)| ability);
        self.works = works.collect();
        Ok(())
    }
}

fn space(at: &Path) -> Option<(u64, u64)> {
    let stat = rustix::fs::statvfs(at).ok()?;
    Some((stat.f_bavail.saturating_mul(stat.f_frsize), stat.f_blocks.saturating_mul(stat.f_frsize)))
}

/// Two openings of one file are to the kernel what two processes are.
fn locks(path: &Path) -> bool {
    let (Ok(one), Ok(other)) = (File::open(path), File::open(path)) else { return false };
    one.file().try_lock().is_ok()
        && matches!(other.file().try_lock(), Err(std::fs::TryLockError::WouldBlock))
}

fn reflinks(from: &Path, to: &Path) -> bool {
    let (Ok(from), Ok(to)) = (File::open(from), File::create(to)) else { return false };
    rustix::fs::ioctl_ficlone(&to, &from).is_ok()
}

/// Judges a folder. Only the store shares files by links and locks.
pub(crate) fn folder_checks(
    group: &'static str,
    folder: &Path,
    option: &str,
    probe: &Probe,
    is_store: bool,
) -> Vec<Check> {
    if let Some(error) = &probe.refused {
        let help = format!("make the folder writable, or choose another with `{option} DIR`");
        let value = format!("{}: {error}", probe.at.display());
        return vec![Check::fail(group, "writable", value, help)];
    }
    let there = if probe.exists { "" } else { " (made by the first run)" };
    let mut checks = vec![Check::ok(group, "writable", format!("{}{there}", folder.display()))];
    checks.push(match probe.space {
        Some((free, total)) if free < LITTLE_BYTES => Check::warn(
            group,
            "free space",
            format!("{} of {}", size(free), size(total)),
            format!("run `gc`, or choose another folder with `{option} DIR`"),
        ),
        Some((free, total)) => {
            Check::ok(group, "free space", format!("{} of {}", size(free), size(total)))
        }
        None => Check::warn(group, "free space", "not known", "look with `df`"),
    });
    checks.push(clock(group, probe));
    let without_locks = if is_store {
        "two runs at once may compute the same twice; results stay right"
    } else {
        "`status` takes running experiments for interrupted ones"
    };
    checks.push(if probe.works.contains(&Ability::Locks) {
        Check::ok(group, "file locks", "work")
    } else {
        Check::warn(group, "file locks", "do not work here", without_locks)
    });
    if is_store {
        checks.extend(links(group, probe));
    }
    checks
}

fn clock(group: &'static str, probe: &Probe) -> Check {
    let help = "the clock of this machine and that of the file server differ; changed files are read again more often than needed";
    match probe.skew {
        Some(skew) if skew.abs() > SKEW => {
            let seconds = skew.abs().as_secs_f64();
            let side = if skew.is_positive() { "ahead of" } else { "behind" };
            let value = format!("new files are {seconds:.0} s {side} the clock");
            Check::warn(group, "clock", value, help)
        }
        Some(_) => Check::ok(group, "clock", "agrees with times of files"),
        None => Check::warn(group, "clock", "files have no times", help),
    }
}

fn links(group: &'static str, probe: &Probe) -> Vec<Check> {
    let copies = "results are copied for each action that reads them; a local disk is faster";
    vec![
        if probe.works.contains(&Ability::HardLinks) {
            Check::ok(group, "hard links", "work")
        } else {
            Check::warn(group, "hard links", "do not work here", copies)
        },
        if probe.works.contains(&Ability::SymbolicLinks) {
            Check::ok(group, "symbolic links", "work")
        } else {
            let help = "datasets are linked into actions; choose a store on another file system";
            Check::fail(group, "symbolic links", "do not work here", help)
        },
        // A convenience of some file systems, missed by nobody.
        Check::ok(
            group,
            "reflinks",
            if probe.works.contains(&Ability::Reflinks) {
                "work"
            } else {
                "not on this file system"
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    fn noon() -> Timestamp {
        "2001-01-31T12:00:00Z".parse().unwrap()
    }

    fn whole() -> Probe {
        Probe {
            exists: true,
            space: Some((5 << 30, 10 << 30)),
            works: [Ability::Locks, Ability::HardLinks, Ability::SymbolicLinks].into(),
            skew: Some(SignedDuration::ZERO),
            ..Probe::default()
        }
    }

    fn not_ok(probe: &Probe) -> Vec<(String, Verdict)> {
        folder_checks("store", Path::new("s"), "--store", probe, true)
            .into_iter()
            .filter(|check| check.state != Verdict::Ok)
            .map(|check| (check.name, check.state))
            .collect()
    }

    #[test]
    fn a_whole_folder_passes_and_each_lack_is_named() {
        assert_eq!(not_ok(&whole()), []);
        let warn = |name: &str| vec![(name.to_owned(), Verdict::Warn)];
        let without = |ability| {
            let mut probe = whole();
            probe.works.remove(&ability);
            not_ok(&probe)
        };
        assert_eq!(without(Ability::Locks), warn("file locks"));
        assert_eq!(without(Ability::HardLinks), warn("hard links"));
        let fail = vec![("symbolic links".to_owned(), Verdict::Fail)];
        assert_eq!(without(Ability::SymbolicLinks), fail);
        assert_eq!(
            not_ok(&Probe { space: Some((1 << 20, 1 << 40)), ..whole() }),
            warn("free space")
        );
        let ahead = Some(SignedDuration::from_secs(90));
        assert_eq!(not_ok(&Probe { skew: ahead, ..whole() }), warn("clock"));
        let refused = Probe { refused: Some("read-only".to_owned()), ..whole() };
        assert_eq!(not_ok(&refused), [("writable".to_owned(), Verdict::Fail)]);
    }

    #[test]
    fn a_real_folder_is_tried_and_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let probe = Probe::of(&dir.path().join("not/yet"), noon);
        assert_eq!((probe.at.as_path(), probe.exists), (dir.path(), false));
        assert!(probe.refused.is_none() && probe.works.is_superset(&whole().works), "{probe:?}");
        assert!(probe.space.is_some_and(|(free, total)| free <= total));
        assert!(probe.skew.unwrap() > SignedDuration::from_hours(24), "the clock stands in 2001");
        assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 0);
        let file = dir.path().join("file");
        fs_err::write(&file, "").unwrap();
        let probe = Probe::of(&file.join("below"), noon);
        assert_eq!(probe.at, dir.path());
    }
}
