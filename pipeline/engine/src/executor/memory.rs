//! How much memory the processes of an action use.

use std::path::Path;

/// Resident memory in MiB of all processes of a process group. None where the system does not
/// tell.
pub(super) fn group_memory_mib(group: i32) -> Option<u64> {
    let mut pages = 0;
    for entry in fs_err::read_dir("/proc").ok()?.flatten() {
        let is_process =
            entry.file_name().to_str().is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()));
        // A process that ends meanwhile uses nothing.
        if is_process && group_of(&entry.path()) == Some(group) {
            pages += resident_pages(&entry.path()).unwrap_or(0);
        }
    }
    Some(pages * rustix::param::page_size() as u64 / (1024 * 1024))
}

/// The fifth field of `stat`, counted from behind the name, which may hold anything.
fn group_of(process: &Path) -> Option<i32> {
    let stat = fs_err::read_to_string(process.join("stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(2)?.parse().ok()
}

/// The second field of `statm`, without what is shared with files.
fn resident_pages(process: &Path) -> Option<u64> {
    let statm = fs_err::read_to_string(process.join("statm")).ok()?;
    let mut fields = statm.split(' ').skip(1).map(|field| field.parse::<u64>().unwrap_or(0));
    Some(fields.next()?.saturating_sub(fields.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_some_and_nobody_none() {
        let held = vec![1_u8; 64 << 20];
        let group = rustix::process::getpgrp().as_raw_nonzero().get();
        assert!(group_memory_mib(group).unwrap() >= 60);
        assert_eq!(group_memory_mib(i32::MAX), Some(0));
        drop(held);
    }
}
