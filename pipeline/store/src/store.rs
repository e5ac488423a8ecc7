//! The store: the one door to everything that exists.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::external::ExternalIndex;
use crate::objects::{Objects, write_atomically};
use crate::workspace::remove_leftovers;
use crate::{ActionKey, ActionLock, ActionRecord, Digest, StoreError, Tree, TreeFile, Workspace};

/// The layout of the folder; a new number is a new, empty store beside the old one.
const LAYOUT: &str = "v1";

/// Objects, artifacts, action records and work folders beneath one folder.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    objects: Objects,
    external: ExternalIndex,
    /// Where files are written before they are renamed into place.
    session: Workspace,
}

/// What the store knows of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    /// Done, and every artifact is whole.
    Hit(Box<ActionRecord>),
    /// Never done.
    Miss,
    /// Done once, but this is missing or damaged.
    Damaged(String),
}

impl Store {
    /// Opens the store in a folder, creating it if it is not there.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let root = folder.join(LAYOUT);
        let temporary = root.join("tmp");
        let fresh = !temporary.is_dir();
        fs_err::create_dir_all(&temporary)?;
        if fresh {
            // Keeps the store out of version control and out of backups that honour the tag.
            fs_err::write(root.join(".gitignore"), "*\n")?;
            fs_err::write(
                root.join("CACHEDIR.TAG"),
                "Signature: 8a477f597d28d172789f06886806bc55\n# Results of orchestrate; can be made again.\n",
            )?;
        }
        remove_leftovers(&temporary);
        let session = Workspace::create(&temporary)?;
        let temporary = session.path().to_owned();
        Ok(Self {
            objects: Objects::new(root.join("objects"), temporary.clone()),
            external: ExternalIndex::new(root.join("external.json"), temporary),
            session,
            root,
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A new, empty folder for one action.
    pub fn workspace(&self) -> Result<Workspace, StoreError> {
        Workspace::create(&self.root.join("tmp"))
    }

    /// Takes the lock of an action, or nothing if another process holds it.
    pub fn try_lock(&self, key: ActionKey) -> Result<Option<ActionLock>, StoreError> {
        ActionLock::try_take(&self.root.join("locks").join(key.to_string()))
    }

    /// What is known of an action. A record that names something missing or damaged is reported,
    /// not returned.
    pub fn lookup(&self, key: ActionKey) -> Lookup {
        let path = self.record_path(key);
        let Ok(bytes) = fs_err::read(&path) else { return Lookup::Miss };
        let record: ActionRecord = match serde_json::from_slice(&bytes) {
            Ok(record) => record,
            Err(error) => return Lookup::Damaged(format!("its record is not readable: {error}")),
        };
        if record.key != key {
            return Lookup::Damaged(format!("its record belongs to action {}", record.key));
        }
        for (port, artifact) in &record.outputs {
            if let Err(error) = self.check(*artifact) {
                return Lookup::Damaged(format!("output `{port}`: {error}"));
            }
        }
        Lookup::Hit(Box::new(record))
    }

    /// The record of an action, whether or not its artifacts are still whole.
    pub fn record(&self, key: ActionKey) -> Option<ActionRecord> {
        serde_json::from_slice(&fs_err::read(self.record_path(key)).ok()?).ok()
    }

    /// Remembers a result. Its artifacts must have been stored before.
    pub fn remember(&self, record: &ActionRecord) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec_pretty(record).expect("a record is plain data");
        write_atomically(self.session.path(), &self.record_path(record.key), &bytes)?;
        if let Err(error) = self.external.save() {
            // The result is there; only the next look at outside files takes longer.
            tracing::warn!(%error, "the index of outside files was not written");
        }
        Ok(())
    }

    /// Keeps a text such as a log.
    pub fn put_bytes(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        self.objects.put(bytes)
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
        let mut found = Vec::new();
        list_files(folder, "", &mut found)?;
        let mut files = found
            .into_par_iter()
            .map(|(relative, path)| {
                let size = fs_err::metadata(&path)?.len();
                let digest = Digest::of_file(&path)?;
                self.objects.adopt(&path, digest, size)?;
                Ok((relative, TreeFile { digest, size }))
            })
            .collect::<Result<BTreeMap<_, _>, StoreError>>()?;
        for (relative, path) in references {
            let (digest, size) = self.external.digest(path)?;
            files.insert(relative.clone(), TreeFile { digest, size });
        }
        let bytes = Tree { files }.to_bytes();
        self.objects.put(&bytes)
    }

    /// The listing of an artifact.
    pub fn tree(&self, artifact: Digest) -> Result<Tree, StoreError> {
        let bytes = self.objects.get(artifact).ok_or(StoreError::Missing { digest: artifact })?;
        Tree::from_bytes(&bytes).ok_or(StoreError::NotATree { digest: artifact })
    }

    /// Makes the files of an artifact appear in a folder of the store's file system, by reference:
    /// hard links to objects, symbolic links to files outside. They must not be written to.
    pub fn place(&self, artifact: Digest, folder: &Path) -> Result<(), StoreError> {
        for (relative, file) in self.tree(artifact)?.files {
            let target = folder.join(&relative);
            if let Some(parent) = target.parent() {
                fs_err::create_dir_all(parent)?;
            }
            if self.objects.has(file.digest, file.size) {
                link_or_copy(&self.objects.path(file.digest), &target)?;
            } else if let Some(path) = self.external.locate(file.digest) {
                fs_err::os::unix::fs::symlink(path, &target)?;
            } else {
                return Err(StoreError::Missing { digest: file.digest });
            }
        }
        Ok(())
    }

    /// Where the content of one file of an artifact lies now.
    pub fn locate(&self, file: TreeFile) -> Option<PathBuf> {
        if self.objects.has(file.digest, file.size) {
            return Some(self.objects.path(file.digest));
        }
        self.external.locate(file.digest)
    }

    /// Digests of files outside the store, hashing in parallel those whose signature is new.
    pub fn digest_external(&self, paths: &[PathBuf]) -> Result<Vec<Digest>, StoreError> {
        let digests = paths
            .par_iter()
            .map(|path| self.external.digest(path).map(|(digest, _)| digest))
            .collect::<Result<Vec<_>, _>>();
        // Also when one file could not be read: the others need not be read again.
        self.external.save()?;
        digests
    }

    /// Checks that every file of an artifact is there with its length.
    fn check(&self, artifact: Digest) -> Result<(), StoreError> {
        for file in self.tree(artifact)?.files.into_values() {
            if self.locate(file).is_none() {
                return Err(StoreError::Missing { digest: file.digest });
            }
        }
        Ok(())
    }

    fn record_path(&self, key: ActionKey) -> PathBuf {
        let name = key.to_string();
        self.root.join("actions").join(&name[..2]).join(format!("{}.json", &name[2..]))
    }
}

/// A hard link, or a copy where the file system has none to give.
fn link_or_copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs_err::hard_link(from, to).or_else(|_| fs_err::copy(from, to).map(drop))
}

/// Every file beneath a folder with its relative path. Links and special files are refused.
fn list_files(
    folder: &Path,
    prefix: &str,
    found: &mut Vec<(String, PathBuf)>,
) -> Result<(), StoreError> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            return Err(StoreError::NotUtf8 { path });
        };
        let relative = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list_files(&path, &format!("{relative}/"), found)?;
        } else if kind.is_file() {
            found.push((relative, path));
        } else {
            return Err(StoreError::NotAFile { path });
        }
    }
    Ok(())
}
