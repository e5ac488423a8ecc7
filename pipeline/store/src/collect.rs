//! Removing what nobody needs any more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use crate::contents::{StoredObject, StoredRecord};
use crate::record::from_bytes;
use crate::workspace::pinned;
use crate::{ActionKey, ActionRecord, Digest, Store, StoreError, Tree};

/// Which actions may be forgotten. Those that are kept are kept whatever their age and size.
#[derive(Debug, Clone)]
pub struct GcPolicy {
    /// Actions that runs refer to.
    pub keep: BTreeSet<ActionKey>,
    /// The others are forgotten when their results are older than this.
    pub older_than: Duration,
    /// If more than this is left, younger ones are forgotten too, the oldest first.
    pub max_bytes: Option<u64>,
    /// The time now.
    pub now: SystemTime,
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Remembered actions.
    pub actions: u64,
    /// Objects: files of artifacts, listings, logs.
    pub objects: u64,
    /// Bytes of all objects.
    pub bytes: u64,
}

/// What [`Store::collect`] has done or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GcReport {
    /// What stays.
    pub kept: Usage,
    /// What goes.
    pub removed: Usage,
    /// The actions that are forgotten, the oldest first.
    pub actions: Vec<ForgottenAction>,
}

/// An action that is forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgottenAction {
    /// The action.
    pub key: ActionKey,
    /// The node it first ran for.
    pub node: String,
    /// When its result was written.
    pub written: SystemTime,
    /// Bytes that only it and other forgotten actions use.
    pub bytes: u64,
}

/// How long to wait for processes that are publishing results.
const PATIENCE: Duration = Duration::from_mins(1);

/// A record with what it keeps alive.
struct Remembered {
    stored: StoredRecord,
    key: ActionKey,
    node: String,
    objects: BTreeSet<Digest>,
}

impl Store {
    /// How much is in the store.
    pub fn usage(&self) -> Result<Usage, StoreError> {
        let objects = self.list_objects()?;
        Ok(Usage {
            actions: self.list_records()?.len() as u64,
            objects: objects.len() as u64,
            bytes: objects.iter().map(|object| object.size).sum(),
        })
    }

    /// Forgets actions by the policy and removes the objects that nothing needs any more.
    ///
    /// Safe beside running orchestrators: what they rely on is pinned before they look at it, and
    /// nothing is removed while a result is being published.
    ///
    /// # Errors
    /// The store cannot be listed or written to, or another process published for a minute.
    pub fn collect(&self, policy: &GcPolicy, dry_run: bool) -> Result<GcReport, StoreError> {
        let _gate = if dry_run { None } else { Some(self.close_gate()?) };
        let mut keep = policy.keep.clone();
        keep.extend(pinned(&self.root.join("tmp")));
        let mut remembered = self.remembered()?;
        remembered.sort_by_key(|action| (action.stored.written, action.key));
        let sizes = self.list_objects()?;
        let mut live = Live::default();
        for action in &remembered {
            live.add(action);
        }
        live.measure(&sizes);
        // By age first, then by size; the oldest of what may go first.
        let may_go = |action: &Remembered| !keep.contains(&action.key);
        let age = |action: &Remembered| {
            policy.now.duration_since(action.stored.written).unwrap_or_default()
        };
        let mut goes: Vec<bool> = remembered
            .iter()
            .map(|action| may_go(action) && age(action) >= policy.older_than)
            .collect();
        for (action, _) in remembered.iter().zip(&goes).filter(|(_, goes)| **goes) {
            live.remove(action);
        }
        for (action, goes) in remembered.iter().zip(&mut goes) {
            let too_much = policy.max_bytes.is_some_and(|most| live.bytes > most);
            if too_much && !*goes && may_go(action) {
                *goes = true;
                live.remove(action);
            }
        }
        let stay = goes.iter().filter(|goes| !**goes).count();
        let gone: Vec<&Remembered> = remembered
            .iter()
            .zip(&goes)
            .filter(|(_, goes)| **goes)
            .map(|(action, _)| action)
            .collect();

        let mut report = GcReport {
            kept: Usage {
                actions: stay as u64,
                objects: live.uses.len() as u64,
                bytes: live.bytes,
            },
            ..GcReport::default()
        };
        let mut counted = BTreeSet::new();
        for action in &gone {
            let own = action.objects.iter().filter(|o| !live.uses.contains_key(o));
            let own = own.filter(|o| counted.insert(**o)).filter_map(|o| live.sizes.get(o));
            report.actions.push(ForgottenAction {
                key: action.key,
                node: action.node.clone(),
                written: action.stored.written,
                bytes: own.sum(),
            });
        }
        let unneeded: Vec<_> = sizes
            .iter()
            .filter(|object| object.digest.is_none_or(|digest| !live.uses.contains_key(&digest)))
            .collect();
        report.removed = Usage {
            actions: gone.len() as u64,
            objects: unneeded.len() as u64,
            bytes: unneeded.iter().map(|object| object.size).sum(),
        };
        if !dry_run {
            // Records before blobs: a crash leaves orphans, never a record that points at nothing.
            for action in &gone {
                remove(&action.stored.path)?;
                self.index.learn(action.key, None);
            }
            for object in unneeded {
                remove(&object.path)?;
            }
            self.remove_old_attempts(policy);
            self.save();
        }
        Ok(report)
    }

    /// Waits until nobody publishes, and keeps everybody from it.
    fn close_gate(&self) -> Result<Option<fs_err::File>, StoreError> {
        let Some(file) = self.gate()? else { return Ok(None) };
        let begin = Instant::now();
        loop {
            match file.file().try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(std::fs::TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::Busy),
                Err(std::fs::TryLockError::Error(_)) => return Err(StoreError::NoLocks),
            }
        }
    }

    /// Every readable record; the others are as good as forgotten.
    fn remembered(&self) -> Result<Vec<Remembered>, StoreError> {
        let mut all = Vec::new();
        for stored in self.list_records()? {
            let Some(key) = stored.key else { continue };
            let Ok(bytes) = fs_err::read(&stored.path) else { continue };
            let Ok(record) = from_bytes(&bytes, key) else { continue };
            let objects = self.objects_of(&record);
            all.push(Remembered { stored, key, node: record.provenance.node, objects });
        }
        Ok(all)
    }

    fn objects_of(&self, record: &ActionRecord) -> BTreeSet<Digest> {
        let mut objects: BTreeSet<Digest> = record.provenance.log.into_iter().collect();
        for artifact in record.outputs.values() {
            objects.insert(*artifact);
            if let Ok(Tree { files }) = self.tree(*artifact) {
                objects.extend(files.into_values().map(|file| file.digest));
            }
        }
        objects
    }

    /// What interrupted attempts have left and nobody came back for.
    fn remove_old_attempts(&self, policy: &GcPolicy) {
        self.remove_attempts(|_, folder| {
            last_change(folder).is_some_and(|changed| {
                policy.now.duration_since(changed).unwrap_or_default() >= policy.older_than
            })
        });
    }
}

/// The objects that actions need, and how many need each.
#[derive(Default)]
struct Live {
    uses: BTreeMap<Digest, usize>,
    sizes: BTreeMap<Digest, u64>,
    bytes: u64,
}

impl Live {
    fn add(&mut self, action: &Remembered) {
        for digest in &action.objects {
            *self.uses.entry(*digest).or_default() += 1;
        }
    }

    /// Learns how large the objects are. What lies outside the store takes no room in it.
    fn measure(&mut self, objects: &[StoredObject]) {
        self.sizes =
            objects.iter().filter_map(|object| Some((object.digest?, object.size))).collect();
        self.uses.retain(|digest, _| self.sizes.contains_key(digest));
        self.bytes = self.uses.keys().map(|digest| self.sizes[digest]).sum();
    }

    fn remove(&mut self, action: &Remembered) {
        for digest in &action.objects {
            let Some(uses) = self.uses.get_mut(digest) else { continue };
            *uses -= 1;
            if *uses == 0 {
                self.uses.remove(digest);
                self.bytes -= self.sizes[digest];
            }
        }
    }
}

/// When a folder or anything in it was last changed: a checkpoint that is written in place changes
/// only itself.
fn last_change(path: &Path) -> Option<SystemTime> {
    let metadata = fs_err::symlink_metadata(path).ok()?;
    let own = metadata.modified().ok();
    if !metadata.is_dir() {
        return own;
    }
    let entries = fs_err::read_dir(path).into_iter().flatten().flatten();
    own.max(entries.filter_map(|entry| last_change(&entry.path())).max())
}

/// Removes a file that another process may have removed.
fn remove(path: &Path) -> Result<(), StoreError> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
