//! What was found out about remembered actions, so that a rerun need not find it out again.
//!
//! A record is JSON in a file of its own, and its artifacts are listings that name objects. To
//! know that an action is done, all of them would have to be opened. The index keeps, per action,
//! the result and the signature of every file that proves it: one look at each file's metadata
//! then replaces reading it, and a file that was changed in any way is noticed by its change time.
//! The index is a cache: without it, or where it is wrong, the files themselves are read.
//!
//! On disk: a sealed file of a count, a table of keys and offsets sorted by key, and the entries.
//! Nothing but the entries that are asked for is decoded.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use crate::objects::write_atomically;
use crate::sealed::{read_sealed, seal};
use crate::stat::FileSignature;
use crate::{ActionKey, ActionResult, Digest, StoreError, TreeFile};

/// What proves that an action is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The signature of its record.
    pub(crate) record: FileSignature,
    /// What the record says.
    pub(crate) result: ActionResult,
    /// Every blob of its artifacts, listings included.
    pub(crate) blobs: Vec<Blob>,
}

/// A blob and what its object looked like when its content was known to be right.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Blob {
    pub(crate) file: TreeFile,
    /// None for content that lies outside the store.
    pub(crate) object: Option<FileSignature>,
}

/// Bytes of one row of the table: a key, where its entry begins, how long it is.
const ROW: usize = 32 + 8 + 8;
const COUNT: usize = 8;

/// The index of actions.
#[derive(Debug)]
pub(crate) struct ActionIndex {
    path: PathBuf,
    /// The content of the file on disk.
    stored: OnceLock<Vec<u8>>,
    learnt: Mutex<BTreeMap<ActionKey, Option<Entry>>>,
}

impl ActionIndex {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, stored: OnceLock::new(), learnt: Mutex::default() }
    }

    /// What is known of an action.
    pub(crate) fn get(&self, key: ActionKey) -> Option<Entry> {
        if let Some(learnt) = self.lock().get(&key) {
            return learnt.clone();
        }
        let stored = self.stored.get_or_init(|| read_sealed(&self.path).unwrap_or_default());
        let table = Table::of(stored)?;
        let row = table.find(key)?;
        postcard::from_bytes(table.entry(row)?).ok()
    }

    /// Remembers what was found out about an action; nothing if it is not done.
    pub(crate) fn learn(&self, key: ActionKey, entry: Option<Entry>) {
        self.lock().insert(key, entry);
    }

    /// Writes what was learnt, together with what other processes have written in the meantime.
    pub(crate) fn save(&self, temporary: &std::path::Path) -> Result<(), StoreError> {
        let learnt = std::mem::take(&mut *self.lock());
        if learnt.is_empty() {
            return Ok(());
        }
        let stored = read_sealed(&self.path).unwrap_or_default();
        let bytes = merged(&stored, &learnt);
        let result = write_atomically(temporary, &self.path, &seal(&bytes));
        // Still known to this process, whether or not it could be written.
        let mut now = self.lock();
        for (key, entry) in learnt {
            now.entry(key).or_insert(entry);
        }
        drop(now);
        result.map_err(StoreError::Io)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<ActionKey, Option<Entry>>> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The content of an index file with what was learnt laid over it.
fn merged(stored: &[u8], learnt: &BTreeMap<ActionKey, Option<Entry>>) -> Vec<u8> {
    let mut encoded: BTreeMap<ActionKey, Vec<u8>> = BTreeMap::new();
    for (key, entry) in learnt {
        if let Some(bytes) = entry.as_ref().and_then(|entry| postcard::to_allocvec(entry).ok()) {
            encoded.insert(*key, bytes);
        }
    }
    let table = Table::of(stored);
    let mut all: BTreeMap<ActionKey, &[u8]> = BTreeMap::new();
    if let Some(table) = &table {
        for row in 0..table.count {
            if let (Some(key), Some(entry)) = (table.key(row), table.entry(row))
                && !learnt.contains_key(&key)
            {
                all.insert(key, entry);
            }
        }
    }
    all.extend(encoded.iter().map(|(key, bytes)| (*key, bytes.as_slice())));
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&(all.len() as u64).to_le_bytes());
    let mut offset = COUNT + all.len() * ROW;
    for (key, entry) in &all {
        bytes.extend_from_slice(key.0.as_bytes());
        bytes.extend_from_slice(&(offset as u64).to_le_bytes());
        bytes.extend_from_slice(&(entry.len() as u64).to_le_bytes());
        offset += entry.len();
    }
    for entry in all.values() {
        bytes.extend_from_slice(entry);
    }
    bytes
}

/// The table in the content of an index file.
struct Table<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> Table<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let count = usize::try_from(number(bytes, 0)?).ok()?;
        (count.checked_mul(ROW)? <= bytes.len() - COUNT).then_some(Self { bytes, count })
    }

    fn key(&self, row: usize) -> Option<ActionKey> {
        let start = COUNT + row * ROW;
        let key = self.bytes.get(start..start + 32)?;
        Some(ActionKey(Digest::from_bytes(key.try_into().ok()?)))
    }

    fn entry(&self, row: usize) -> Option<&'a [u8]> {
        let start = COUNT + row * ROW + 32;
        let offset = usize::try_from(number(self.bytes, start)?).ok()?;
        let length = usize::try_from(number(self.bytes, start + 8)?).ok()?;
        self.bytes.get(offset..offset.checked_add(length)?)
    }

    fn find(&self, key: ActionKey) -> Option<usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            match self.key(middle)?.cmp(&key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> ActionKey {
        ActionKey(Digest::keyed("test", &number.to_le_bytes()))
    }

    fn entry(number: u32, signature: FileSignature) -> Entry {
        let file = TreeFile { digest: Digest::of_bytes(&number.to_le_bytes()), size: 4 };
        Entry {
            record: signature,
            result: ActionResult {
                key: key(number),
                outputs: BTreeMap::from([("out".to_owned(), file.digest)]),
                provenance: crate::Provenance::default(),
            },
            blobs: vec![Blob { file, object: Some(signature) }, Blob { file, object: None }],
        }
    }

    #[test]
    fn many_entries_come_back_after_several_writers() {
        let dir = tempfile::tempdir().unwrap();
        let signature = FileSignature::of(dir.path()).unwrap();
        let path = dir.path().join("index");
        let (one, two) = (ActionIndex::new(path.clone()), ActionIndex::new(path.clone()));
        for number in 0..500 {
            let index = if number % 3 == 0 { &one } else { &two };
            index.learn(key(number), Some(entry(number, signature)));
        }
        one.save(dir.path()).unwrap();
        two.save(dir.path()).unwrap();
        let three = ActionIndex::new(path.clone());
        three.learn(key(7), None);
        three.save(dir.path()).unwrap();
        let again = ActionIndex::new(path);
        for number in 0..500 {
            let found = again.get(key(number)).map(|entry| entry.result.outputs);
            let expected = entry(number, signature).result.outputs;
            assert_eq!(found, (number != 7).then_some(expected), "{number}");
        }
        assert!(again.get(key(500)).is_none());
    }

    #[test]
    fn a_damaged_index_knows_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("index");
        let signature = FileSignature::of(dir.path()).unwrap();
        let index = ActionIndex::new(path.clone());
        index.learn(key(1), Some(entry(1, signature)));
        index.save(dir.path()).unwrap();
        let mut bytes = fs_err::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs_err::write(&path, bytes).unwrap();
        assert!(ActionIndex::new(path).get(key(1)).is_none());
    }
}
