//! The store: the one door to everything that exists.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use fs_err::File;

use crate::external::ExternalIndex;
use crate::index::{ActionIndex, Blob, Entry};
use crate::keep::keep_files;
use crate::objects::{Flaw, Objects, write_atomically};
use crate::place::Placer;
use crate::record::{from_bytes, record_path, to_bytes};
use crate::stat::FileSignature;
use crate::workspace::{Session, remove_leftovers};
use crate::{
    ActionKey, ActionLock, ActionRecord, ActionResult, Digest, StoreError, Tree, TreeFile,
    Workspace,
};

/// The layout of the folder; a new number is a new, empty store beside the old one.
const LAYOUT: &str = "v2";
/// How often what was learnt is written while a run goes on.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// Objects, artifacts, action records and work folders beneath one folder.
#[derive(Debug)]
pub struct Store {
    pub(crate) root: PathBuf,
    pub(crate) objects: Objects,
    pub(crate) external: ExternalIndex,
    pub(crate) index: ActionIndex,
    placer: Placer,
    /// Where files are written before they are renamed into place; made when it is first needed,
    /// so that a store that cannot be written to can still be looked at.
    session: OnceLock<Session>,
    saved: Mutex<Instant>,
}

/// What the store knows of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    /// Done, and every artifact is whole.
    Hit(Box<ActionResult>),
    /// Never done.
    Miss,
    /// Done once, but this is missing or damaged.
    Damaged(String),
}

/// Held while results are published, so that nothing of them is taken for garbage.
#[derive(Debug)]
pub struct Publication {
    _file: Option<File>,
}

impl Store {
    /// Opens the store in a folder, creating it if it is not there.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let root = folder.join(LAYOUT);
        let temporary = root.join("tmp");
        if temporary.is_dir() {
            remove_leftovers(&temporary);
        } else {
            for name in ["objects", "actions", "tmp"] {
                fs_err::create_dir_all(root.join(name))?;
            }
            // Keeps the store out of version control and out of backups that honour the tag.
            fs_err::write(root.join(".gitignore"), "*\n")?;
            fs_err::write(
                root.join("CACHEDIR.TAG"),
                "Signature: 8a477f597d28d172789f06886806bc55\n# Results of orchestrate; can be made again.\n",
            )?;
        }
        let store = Self {
            objects: Objects::new(root.join("objects")),
            external: ExternalIndex::new(root.join("files.index")),
            index: ActionIndex::new(root.join("actions.index")),
            placer: Placer::default(),
            session: OnceLock::new(),
            saved: Mutex::new(Instant::now()),
            root,
        };
        store.remove_finished_attempts();
        Ok(store)
    }

    /// Removes what attempts have left whose actions are done: their process was killed after it
    /// had written the record.
    fn remove_finished_attempts(&self) {
        self.remove_attempts(|key, _| key.is_some_and(|key| self.record_path(key).exists()));
    }

    /// Removes what unfinished attempts have left, where it is of no use and nobody works on it: a
    /// folder whose name is no key has an owner no more.
    pub(crate) fn remove_attempts(&self, useless: impl Fn(Option<ActionKey>, &Path) -> bool) {
        let folders = fs_err::read_dir(self.root.join("partial")).into_iter().flatten().flatten();
        for folder in folders {
            let key: Option<ActionKey> = folder.file_name().to_str().and_then(|n| n.parse().ok());
            if !useless(key, &folder.path()) {
                continue;
            }
            // Held until it is gone, so that no attempt begins in between.
            let lock = key.map(|key| self.try_lock(key));
            if lock.as_ref().is_none_or(|lock| matches!(lock, Ok(Some(_)))) {
                let _ = fs_err::remove_dir_all(folder.path());
            }
        }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder for one action with these empty folders in it, given by relative paths.
    pub fn workspace(&self, folders: Vec<String>) -> Result<Workspace, StoreError> {
        self.session()?.workspace(folders)
    }

    /// Says that this process relies on the results of actions. Said before [`Store::lookup`], it
    /// keeps [`Store::collect`] of another process from taking them away.
    pub fn pin(&self, keys: &[ActionKey]) -> Result<(), StoreError> {
        self.session()?.pin(keys)
    }

    /// Writes down that there is a folder, given by its whole path, with reports of runs, which
    /// refer to actions.
    pub fn add_run_folder(&self, folder: &Path) -> Result<(), StoreError> {
        let name = Digest::of_bytes(folder.as_os_str().as_bytes()).to_string();
        let path = self.root.join("runs").join(&name[..32]);
        if !path.exists() {
            write_atomically(self.session()?.path(), &path, folder.as_os_str().as_bytes())?;
        }
        Ok(())
    }

    /// The folders with reports of runs, as far as they are still there.
    pub fn run_folders(&self) -> Vec<PathBuf> {
        let entries = fs_err::read_dir(self.root.join("runs")).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = entries
            .filter_map(|entry| fs_err::read(entry.path()).ok())
            .map(|bytes| PathBuf::from(OsStr::from_bytes(&bytes)))
            .filter(|folder| folder.is_dir())
            .collect();
        folders.sort();
        folders
    }

    /// Takes the lock of an action, or nothing if another process holds it.
    pub fn try_lock(&self, key: ActionKey) -> Result<Option<ActionLock>, StoreError> {
        ActionLock::try_take(&self.root.join("actions.lock"), key)
    }

    /// A folder for what an action that did not end may leave to its next attempt; it need not
    /// exist.
    pub fn resume_folder(&self, key: ActionKey) -> PathBuf {
        self.root.join("partial").join(key.to_string())
    }

    /// What is known of an action. A record that names something missing or damaged is reported,
    /// not returned.
    pub fn lookup(&self, key: ActionKey) -> Lookup {
        let path = self.record_path(key);
        let Ok(signature) = FileSignature::of(&path) else { return Lookup::Miss };
        let known = self.index.get(key);
        if let Some(entry) = known.as_ref().filter(|entry| entry.record == signature)
            && entry.blobs.iter().all(|blob| self.is_unchanged(blob))
        {
            return Lookup::Hit(Box::new(entry.result.clone()));
        }
        match self.examine(key, &path, known) {
            Ok(entry) => {
                let result = entry.result.clone();
                self.index.learn(key, Some(entry));
                Lookup::Hit(Box::new(result))
            }
            Err(what) => {
                self.index.learn(key, None);
                Lookup::Damaged(what)
            }
        }
    }

    /// The record of an action, whether or not its artifacts are still whole.
    pub fn record(&self, key: ActionKey) -> Option<ActionRecord> {
        from_bytes(&fs_err::read(self.record_path(key)).ok()?, key).ok()
    }

    /// From here until the guard is dropped, what is kept and remembered is safe from
    /// [`Store::collect`].
    pub fn publication(&self) -> Result<Publication, StoreError> {
        let file = self.gate()?;
        // A file system without locks has no `collect` in other processes either.
        let locked = file.as_ref().is_none_or(|file| file.file().lock_shared().is_ok());
        Ok(Publication { _file: file.filter(|_| locked) })
    }

    /// Remembers a result. Its artifacts must have been stored before.
    pub fn remember(&self, record: ActionRecord) -> Result<ActionResult, StoreError> {
        let (key, path) = (record.key, self.record_path(record.key));
        write_atomically(self.session()?.path(), &path, &to_bytes(&record))?;
        let result = ActionResult::from(record);
        match self.entry(result, FileSignature::of(&path)?, None) {
            Ok(entry) => {
                let result = entry.result.clone();
                self.index.learn(key, Some(entry));
                self.save_now_and_then();
                Ok(result)
            }
            Err((_, digest)) => Err(StoreError::Missing { digest }),
        }
    }

    /// Writes what was learnt about files, so that the next process need not learn it again. Not
    /// being able to costs time only.
    pub fn save(&self) {
        let result = self.session().and_then(|session| {
            self.external.save(session.path())?;
            self.index.save(session.path())
        });
        if let Err(error) = result {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what was learnt about files is not remembered"
            );
        }
    }

    /// Keeps a text such as a log.
    pub fn put_bytes(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        Ok(self.objects.put(bytes, self.session()?.path())?.digest)
    }

    /// The bytes of a small object, verified.
    pub fn get_bytes(&self, digest: Digest) -> Option<Vec<u8>> {
        self.objects.get(digest)
    }

    /// Moves the files of a folder on the store's file system into the store, adds files that stay
    /// outside (`references`: path in the artifact to path on disk), and returns the artifact.
    pub fn keep(
        &self,
        folder: &Path,
        references: &BTreeMap<String, PathBuf>,
    ) -> Result<Digest, StoreError> {
        let mut files = keep_files(folder, &self.objects)?;
        let paths: Vec<PathBuf> = references.values().cloned().collect();
        let outside = self.external.digests(&paths, &|| self.file_system_time_ns())?;
        files.extend(references.keys().cloned().zip(outside));
        self.put_bytes(&Tree { files }.to_bytes())
    }

    /// The listing of an artifact.
    pub fn tree(&self, artifact: Digest) -> Result<Tree, StoreError> {
        let bytes = self.objects.get(artifact).ok_or(StoreError::Missing { digest: artifact })?;
        Tree::from_bytes(&bytes).ok_or(StoreError::NotATree { digest: artifact })
    }

    /// Makes the files of an artifact appear in a folder of the store's file system, by reference.
    /// They must not be written to.
    pub fn place(&self, artifact: Digest, folder: &Path) -> Result<(), StoreError> {
        for (relative, file) in self.tree(artifact)?.files {
            let target = folder.join(&relative);
            if let Some(parent) = target.parent().filter(|_| relative.contains('/')) {
                fs_err::create_dir_all(parent)?;
            }
            if self.objects.has(file) {
                self.placer.place(&self.objects.path(file.digest), &target)?;
            } else if let Some(path) = self.locate_outside(file) {
                fs_err::os::unix::fs::symlink(path, &target)?;
            } else {
                return Err(StoreError::Missing { digest: file.digest });
            }
        }
        Ok(())
    }

    /// Where the content of one file of an artifact lies now.
    pub fn locate(&self, file: TreeFile) -> Option<PathBuf> {
        if self.objects.has(file) {
            return Some(self.objects.path(file.digest));
        }
        self.locate_outside(file)
    }

    /// Whether every file of an artifact is as it was made: what an action has read, for one.
    pub fn is_whole(&self, artifact: Digest) -> bool {
        self.tree(artifact)
            .is_ok_and(|tree| tree.files.into_values().all(|file| self.locate(file).is_some()))
    }

    /// Digests of files outside the store, hashing in parallel those whose signature is new.
    pub fn digest_external(&self, paths: &[PathBuf]) -> Result<Vec<Digest>, StoreError> {
        let files = self.external.digests(paths, &|| self.file_system_time_ns())?;
        Ok(files.into_iter().map(|file| file.digest).collect())
    }

    pub(crate) fn session(&self) -> Result<&Session, StoreError> {
        if self.session.get().is_none() {
            let session = Session::create(&self.root.join("tmp"))?;
            // Two threads may both have made one; the other one is dropped.
            let _ = self.session.set(session);
        }
        Ok(self.session.get().expect("it was just set"))
    }

    pub(crate) fn record_path(&self, key: ActionKey) -> PathBuf {
        record_path(&self.root.join("actions"), key)
    }

    /// The file whose lock keeps publishing and collecting apart; none where it cannot be made.
    pub(crate) fn gate(&self) -> Result<Option<File>, StoreError> {
        let path = self.root.join("gate");
        let mut options = fs_err::OpenOptions::new();
        match options.create(true).truncate(false).write(true).open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == std::io::ErrorKind::Unsupported => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn locate_outside(&self, file: TreeFile) -> Option<PathBuf> {
        self.external.locate(file, &|| self.file_system_time_ns())
    }

    /// Reads a record and looks at everything it names.
    fn examine(&self, key: ActionKey, path: &Path, known: Option<Entry>) -> Result<Entry, String> {
        let signature = FileSignature::of(path).map_err(|error| error.to_string())?;
        let bytes = fs_err::read(path).map_err(|error| error.to_string())?;
        let record =
            from_bytes(&bytes, key).map_err(|what| format!("the record of action {key} {what}"))?;
        self.entry(record.into(), signature, known).map_err(|(port, digest)| {
            format!("output `{port}`: object {digest} is missing from the store or was damaged")
        })
    }

    /// The proof that an action is done, or the output and the digest that spoil it.
    fn entry(
        &self,
        result: ActionResult,
        record: FileSignature,
        known: Option<Entry>,
    ) -> Result<Entry, (String, Digest)> {
        let known: BTreeMap<Digest, FileSignature> = known
            .into_iter()
            .flat_map(|entry| entry.blobs)
            .filter_map(|blob| Some((blob.file.digest, blob.object?)))
            .collect();
        let mut blobs = Vec::new();
        for (port, artifact) in &result.outputs {
            let spoilt = |digest: Digest| (port.clone(), digest);
            let bytes = self.objects.get(*artifact).ok_or_else(|| spoilt(*artifact))?;
            let tree = Tree::from_bytes(&bytes).ok_or_else(|| spoilt(*artifact))?;
            let listing = TreeFile { digest: *artifact, size: bytes.len() as u64 };
            for file in tree.files.into_values().chain([listing]) {
                let object = match self.objects.check(file, known.get(&file.digest).copied()) {
                    Ok(signature) => Some(signature),
                    Err(Flaw::Missing) if self.locate_outside(file).is_some() => None,
                    Err(Flaw::Missing | Flaw::Damaged) => return Err(spoilt(file.digest)),
                };
                blobs.push(Blob { file, object });
            }
        }
        Ok(Entry { record, result, blobs })
    }

    /// The objects whose content proves that an action is done; none if that is not known.
    pub(crate) fn proofs(&self, key: ActionKey) -> Option<Vec<PathBuf>> {
        let entry = self.index.get(key)?;
        let inside = entry.blobs.iter().filter(|blob| blob.object.is_some());
        Some(inside.map(|blob| self.objects.path(blob.file.digest)).collect())
    }

    fn is_unchanged(&self, blob: &Blob) -> bool {
        match blob.object {
            Some(known) => FileSignature::of(&self.objects.path(blob.file.digest))
                .is_ok_and(|now| now == known),
            None => self.locate_outside(blob.file).is_some(),
        }
    }

    fn save_now_and_then(&self) {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        if saved.elapsed() > SAVE_EVERY {
            *saved = Instant::now();
            drop(saved);
            self.save();
        }
    }

    /// The time by the clock that stamps files on this file system: what a fresh file gets. The
    /// beginning of all times where no file can be made.
    fn file_system_time_ns(&self) -> i64 {
        let probe = || {
            let probe = tempfile::NamedTempFile::new_in(self.session()?.path())?;
            Ok::<_, StoreError>(FileSignature::of(probe.path())?.changed_ns)
        };
        probe().unwrap_or(i64::MIN)
    }
}
