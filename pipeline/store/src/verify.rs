//! Reading everything back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::contents::{StoredObject, StoredRecord};
use crate::record::from_bytes;
use crate::{ActionKey, ActionRecord, Digest, Store, StoreError, Tree, TreeFile};

/// What [`Store::verify`] has read and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Objects read.
    pub objects: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Records read.
    pub actions: u64,
    /// Files outside the store that artifacts refer to.
    pub outside: u64,
    /// Everything that is not as it should be.
    pub damage: Vec<Damage>,
}

/// Something in a store that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// The file that is wrong or missing.
    pub path: PathBuf,
    /// Whether it was removed, so that it is made again.
    pub removed: bool,
    /// The actions that have to run again because of it, with the node each first ran for.
    pub actions: Vec<(ActionKey, String)>,
}

impl Store {
    /// Reads every object and record and compares it with its name or checksum.
    ///
    /// What is damaged is removed if `remove`, so that the next run makes it again; a record of
    /// which something is missing is removed with it. `progress` is told bytes done and in all,
    /// from several threads.
    ///
    /// # Errors
    /// The store cannot be listed. Files that cannot be read are damage, not errors.
    pub fn verify(
        &self,
        remove: bool,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<VerifyReport, StoreError> {
        let objects = self.list_objects()?;
        let records = self.list_records()?;
        let total = objects.iter().map(|object| object.size).sum();
        let done = AtomicU64::new(0);
        let flaws: Vec<Option<String>> = objects
            .par_iter()
            .map(|object| {
                let flaw = flaw_of(object);
                let before = done.fetch_add(object.size, Ordering::Relaxed);
                progress(before + object.size, total);
                flaw
            })
            .collect();
        let mut check = Check {
            store: self,
            remove,
            good: BTreeMap::new(),
            outside: BTreeSet::new(),
            damage: Vec::new(),
        };
        for (object, flaw) in objects.iter().zip(flaws) {
            match (flaw, object.digest) {
                (None, Some(digest)) => {
                    check.good.insert(digest, object.size);
                }
                (flaw, _) => check.note(flaw.unwrap_or_default(), &object.path, Vec::new()),
            }
        }
        let users = check.records(&records);
        // Which actions each damaged object belonged to.
        for damage in &mut check.damage {
            if let Some(digest) = self.objects.digest_of_path(&damage.path) {
                damage.actions = users.get(&digest).cloned().unwrap_or_default();
            }
        }
        Ok(VerifyReport {
            objects: objects.len() as u64,
            bytes: total,
            actions: records.len() as u64,
            outside: check.outside.len() as u64,
            damage: check.damage,
        })
    }
}

/// What is wrong with an object.
fn flaw_of(object: &StoredObject) -> Option<String> {
    let Some(expected) = object.digest else {
        return Some("a file among the objects whose name is no digest".to_owned());
    };
    match Digest::of_file(&object.path) {
        Ok(found) if found == expected => None,
        Ok(found) => Some(format!("an object holds content {} instead of its own", found.short())),
        Err(error) => Some(format!("an object cannot be read: {error}")),
    }
}

struct Check<'a> {
    store: &'a Store,
    remove: bool,
    /// Whole objects with their sizes.
    good: BTreeMap<Digest, u64>,
    outside: BTreeSet<Digest>,
    damage: Vec<Damage>,
}

/// Who uses an object: actions, with the node each first ran for.
type Users = BTreeMap<Digest, Vec<(ActionKey, String)>>;

impl Check<'_> {
    fn note(&mut self, what: String, path: &std::path::Path, actions: Vec<(ActionKey, String)>) {
        let removed = self.remove && fs_err::remove_file(path).is_ok();
        self.damage.push(Damage { what, path: path.to_owned(), removed, actions });
    }

    /// Checks every record, and returns who uses which object.
    fn records(&mut self, records: &[StoredRecord]) -> Users {
        let mut users = Users::new();
        for stored in records {
            let Some(key) = stored.key else {
                let what = "a file among the records whose name is no key".to_owned();
                self.note(what, &stored.path, Vec::new());
                continue;
            };
            let record = fs_err::read(&stored.path)
                .map_err(|error| format!("cannot be read: {error}"))
                .and_then(|bytes| from_bytes(&bytes, key));
            match record {
                Ok(record) => self.outputs(&record, stored, &mut users),
                Err(what) => {
                    self.note(
                        format!("the record of an action {what}"),
                        &stored.path,
                        vec![(key, String::new())],
                    );
                }
            }
        }
        users
    }

    /// Checks that everything a record names is there.
    fn outputs(&mut self, record: &ActionRecord, stored: &StoredRecord, users: &mut Users) {
        let user = (record.key, record.provenance.node.clone());
        let mut lost = None;
        for artifact in record.outputs.values() {
            users.entry(*artifact).or_default().push(user.clone());
            let tree = self.good.contains_key(artifact).then(|| self.store.tree(*artifact).ok());
            let Some(Tree { files }) = tree.flatten() else {
                lost = Some(*artifact);
                continue;
            };
            for file in files.into_values() {
                users.entry(file.digest).or_default().push(user.clone());
                if !self.is_there(file) {
                    lost = Some(file.digest);
                }
            }
        }
        if let Some(digest) = lost {
            let what =
                format!("the record of an action names object {}, which is lost", digest.short());
            self.note(what, &stored.path, vec![user]);
        }
    }

    fn is_there(&mut self, file: TreeFile) -> bool {
        if self.good.get(&file.digest) == Some(&file.size) {
            return true;
        }
        let outside = self.store.locate_outside(file).is_some();
        if outside {
            self.outside.insert(file.digest);
        }
        outside
    }
}
