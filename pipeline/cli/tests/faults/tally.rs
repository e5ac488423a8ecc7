//! How often each action was carried out, by the file outside the store that actions write.

use std::collections::BTreeMap;
use std::path::Path;

use crate::process::{Process, process};

/// What a file of actions says.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How often each action began.
    pub(crate) begun: BTreeMap<String, usize>,
    /// How often each action ended.
    pub(crate) ended: BTreeMap<String, usize>,
    /// The processes of workers that began and did not say that they ended.
    workers: Vec<i32>,
}

impl Tally {
    /// Reads a file; none is an empty one.
    pub(crate) fn read(file: impl AsRef<Path>) -> Self {
        let text = fs_err::read_to_string(file.as_ref()).unwrap_or_default();
        let mut tally = Self::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [word, action, pid] = words.as_slice() else { continue };
            let Ok(pid) = pid.parse() else { continue };
            if *word == "begin" {
                *tally.begun.entry((*action).to_owned()).or_default() += 1;
                if action.starts_with("forge") {
                    tally.workers.push(pid);
                }
            } else {
                *tally.ended.entry((*action).to_owned()).or_default() += 1;
                tally.workers.retain(|worker| *worker != pid);
            }
        }
        tally
    }

    /// A worker that is at work now.
    pub(crate) fn worker(&self, marker: &str) -> Option<Process> {
        self.workers.iter().rev().find_map(|pid| process(*pid, marker))
    }
}
