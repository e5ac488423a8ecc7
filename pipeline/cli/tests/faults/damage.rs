//! Files of the store that are damaged while nobody looks.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::chance::Chance;
use crate::experiment::NODES;
use crate::space::{Said, Space, Tables, undisturbed};
use crate::store_files::Object;

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// One bit is another.
    Flip,
    /// One bit is another, and the modification time is as it was.
    FlipUnseen,
    /// The second half is gone.
    Truncate,
    /// Nothing is in it.
    Empty,
    /// Something is behind its end.
    Extend,
    /// Something else of the same length is in it.
    Overwrite,
    /// It is gone.
    Delete,
}

const EVERY: [Damage; 7] = [
    Damage::Flip,
    Damage::FlipUnseen,
    Damage::Truncate,
    Damage::Empty,
    Damage::Extend,
    Damage::Overwrite,
    Damage::Delete,
];
/// How a warning may call it.
const WORDS: [&str; 5] = ["damaged", "missing", "lost", "gone", "did not hold its content"];

impl Damage {
    pub(crate) fn befall(self, path: &Path, chance: &mut Chance) {
        if self == Self::Delete {
            return fs_err::remove_file(path).unwrap();
        }
        let before = fs_err::metadata(path).unwrap();
        let mut writable = before.permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut writable, 0o644);
        fs_err::set_permissions(path, writable).unwrap();
        let mut file = fs_err::OpenOptions::new().read(true).write(true).open(path).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        match self {
            Self::Flip | Self::FlipUnseen => {
                let at = chance.below(bytes.len());
                file.seek(SeekFrom::Start(at as u64)).unwrap();
                file.write_all(&[bytes[at] ^ (1 << chance.below(8))]).unwrap();
            }
            Self::Truncate => file.set_len(bytes.len() as u64 / 2).unwrap(),
            Self::Empty => file.set_len(0).unwrap(),
            Self::Extend => file.write_all(b"and more").unwrap(),
            Self::Overwrite => {
                file.rewind().unwrap();
                file.write_all(&vec![b'?'; bytes.len()]).unwrap();
            }
            Self::Delete => {}
        }
        if self == Self::FlipUnseen {
            file.file().set_modified(before.modified().unwrap()).unwrap();
        }
        fs_err::set_permissions(path, before.permissions()).unwrap();
    }
}

/// Objects that outputs consist of; no logs, which no run reads.
fn output_objects(space: &Space) -> Vec<Object> {
    let logs = space.store().logs();
    space.store().objects().into_iter().filter(|object| !logs.contains(&object.digest)).collect()
}

#[test]
fn a_damaged_object_is_noticed_and_made_again() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.run();
    let mut chance = Chance::new(10);
    for damage in EVERY {
        for round in 0..6 {
            // Listings of artifacts, and files of them.
            let objects = output_objects(&space);
            let (trees, files): (Vec<_>, Vec<_>) = objects.into_iter().partition(Object::is_tree);
            let object = chance.pick(if round % 3 == 0 { &trees } else { &files }).unwrap().clone();
            damage.befall(&object.path, &mut chance);
            let context = format!("seed 10, {damage:?} of {object:?}, round {round}");
            let said = space.recovers(&undisturbed.tables, &context);
            assert!(said.tells(&WORDS), "{context}: nothing was said: {said:?}");
            assert!(said.counts().0 > 0, "{context}: nothing was made again: {said:?}");
            space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
        }
    }
}

/// The objects that a node's output in the latest run consists of, without its listing.
fn files_of(space: &Space, node: &str) -> Vec<Object> {
    let path = space.path("runs/faults/report.json");
    let report: serde_json::Value = serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap();
    let nodes = report["nodes"].as_array().unwrap();
    let node = nodes.iter().find(|found| found["node"] == node).unwrap();
    let tree = node["outputs"]["text"].as_str().unwrap();
    let objects = space.store().objects();
    let listing = objects.iter().find(|object| object.digest == tree).unwrap();
    let listing = fs_err::read_to_string(&listing.path).unwrap();
    objects.into_iter().filter(|object| listing.contains(&object.digest)).collect()
}

/// The tables of a run with another title.
fn retitled(tables: &Tables, title: &str) -> Tables {
    let rename = |text: &String| text.replacen("polished\n", &format!("{title}\n"), 1);
    tables.iter().map(|(name, text)| (name.clone(), rename(text))).collect()
}

#[test]
fn a_damaged_object_never_reaches_an_action() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.run();
    let mut chance = Chance::new(11);
    for round in 0..10 {
        let damage = [Damage::Flip, Damage::FlipUnseen, Damage::Overwrite][round % 3];
        let files = files_of(&space, "polish[seed=2]");
        let object = chance.pick(&files).unwrap();
        damage.befall(&object.path, &mut chance);
        // A table that was not there before reads what is in the store.
        let title = format!("round{round}");
        let set = format!("table.title={title}");
        let said = space.say(&["run", "e.yaml", "--cpus", "2", "--set", &set]);
        let context = format!("seed 11, {damage:?} of {object:?}");
        assert_eq!(said.status, Some(0), "{context}: {said:?}");
        assert_eq!(space.tables(), retitled(&undisturbed.tables, &title), "{context}: {said:?}");
        space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
    }
}

#[test]
fn a_damaged_object_is_not_handed_out_by_show() {
    let space = Space::new();
    space.run();
    let mut chance = Chance::new(12);
    let file = chance.pick(&files_of(&space, "polish[seed=1]")).unwrap().clone();
    Damage::FlipUnseen.befall(&file.path, &mut chance);
    let said = space.say(&["show", "faults", "polish[seed=1]", "--export", "out"]);
    assert_eq!(said.status, Some(2), "wrong bytes were handed out: {said:?}");
    assert!(said.tells(&WORDS), "{said:?}");
}

#[test]
fn a_damaged_record_is_made_again() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.run();
    let mut chance = Chance::new(13);
    for damage in EVERY {
        for round in 0..4 {
            let records = space.store().records();
            let record = chance.pick(&records).unwrap().clone();
            damage.befall(&record, &mut chance);
            let context = format!("seed 13, {damage:?} of {}, round {round}", record.display());
            let said = space.recovers(&undisturbed.tables, &context);
            // A flipped bit may be one that only a person would read.
            if !matches!(damage, Damage::Flip | Damage::FlipUnseen) {
                assert_eq!(said.counts().0, 1, "{context}: {said:?}");
                assert!(said.tells(&WORDS), "{context}: nothing was said: {said:?}");
            }
            space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
        }
    }
}

#[test]
fn a_record_that_points_at_nothing_or_belongs_to_another_action_is_made_again() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.run();
    let mut chance = Chance::new(14);
    for round in 0..8 {
        let records = space.store().records();
        let record = chance.pick(&records).unwrap();
        let text = fs_err::read_to_string(record).unwrap();
        let wrong = if round % 2 == 0 {
            let outputs = text.split_once("\"outputs\"").unwrap().1;
            let digest = outputs.split('"').find(is_digest).unwrap();
            text.replace(digest, &digest_of_nothing(digest))
        } else {
            let other = records.iter().find(|other| *other != record).unwrap();
            fs_err::read_to_string(other).unwrap()
        };
        fs_err::write(record, wrong).unwrap();
        let context = format!("seed 14, round {round}");
        let said = space.recovers(&undisturbed.tables, &context);
        assert!(said.tells(&[&WORDS[..], &["belongs to"]].concat()), "{context}: {said:?}");
        assert_eq!(said.counts().0, 1, "{context}: {said:?}");
    }
}

fn is_digest(word: &&str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The digest with another last digit.
fn digest_of_nothing(digest: &str) -> String {
    let (rest, last) = digest.split_at(digest.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

#[test]
fn a_damaged_index_is_forgotten_and_nothing_runs() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.run();
    // By now everything is in the index that will ever be.
    std::thread::sleep(Duration::from_millis(60));
    space.run();
    let mut chance = Chance::new(15);
    let indexes = space.store().indexes();
    assert!(!indexes.is_empty());
    for index in indexes {
        for damage in EVERY {
            for _ in 0..3 {
                if index.exists() && fs_err::metadata(&index).unwrap().len() > 0 {
                    damage.befall(&index, &mut chance);
                }
                let context = format!("seed 15, {damage:?} of {}", index.display());
                let said = space.recovers(&undisturbed.tables, &context);
                assert_eq!(said.counts(), (0, NODES, 0), "{context}: {said:?}");
            }
        }
        flip_digits(&space, &index, &undisturbed.tables);
    }
    space.is_whole().unwrap();
}

/// Every digest in a text file gets another digit, one at a time.
fn flip_digits(space: &Space, index: &Path, tables: &Tables) {
    let Ok(text) = fs_err::read_to_string(index) else { return };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for digest in words.filter(is_digest).take(4) {
        fs_err::write(index, text.replace(digest, &digest_of_nothing(digest))).unwrap();
        let context = format!("another digit in {digest} in {}", index.display());
        let said = space.recovers(tables, &context);
        assert_eq!(said.counts(), (0, NODES, 0), "{context}: {said:?}");
    }
}

#[test]
fn what_killed_runs_left_is_removed_however_old_or_new_it_looks() {
    let undisturbed = undisturbed();
    let mut chance = Chance::new(16);
    for seconds in [0, 4_102_444_800] {
        let space = Space::new();
        // Until something is left behind.
        while space.store().temporary().is_empty() {
            let running = space.start_run();
            std::thread::sleep(chance.time(undisturbed.took / 2));
            running.kill_all();
            running.wait();
        }
        crate::process::wait_for_none(space.marker());
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        for path in space.store().temporary() {
            if path.is_file() {
                let file = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
                file.file().set_modified(time).unwrap();
            }
        }
        space.recovers(&undisturbed.tables, &format!("seed 16, left in {seconds} s"));
    }
}

#[test]
fn a_stage_that_writes_into_its_input_spoils_no_other_result() {
    let undisturbed = undisturbed();
    let space = Space::new();
    let text = fs_err::read_to_string(space.path("e.yaml")).unwrap();
    space.write("vandal.yaml", &text.replace("how: mixed", "how: mixed, vandal: true"));
    let vandal: Said = space.say(&["run", "vandal.yaml", "--runs", "vandals", "--cpus", "2"]);
    assert!(matches!(vandal.status, Some(0 | 1)), "{vandal:?}");
    space.recovers(&undisturbed.tables, "after the vandal");
    space.is_whole().unwrap();
}
