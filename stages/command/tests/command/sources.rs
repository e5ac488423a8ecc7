//! Which files a program is made of.

use std::time::Instant;

use crate::support::Bench;

fn names(bench: &Bench, list: &[&str]) -> Vec<String> {
    bench.sources(list).unwrap().into_keys().collect()
}

fn with_files(files: &[&str]) -> Bench {
    let bench = Bench::new();
    for file in files {
        bench.write(file, file);
    }
    bench
}

#[test]
fn files_folders_and_patterns_are_listed_by_their_paths() {
    let bench = with_files(&[
        "experiments/a.py",
        "experiments/code/b.py",
        "experiments/code/deep/c.py",
        "experiments/code/data.csv",
        "src/d.py",
    ]);
    assert_eq!(names(&bench, &["a.py"]), ["a.py"]);
    assert_eq!(names(&bench, &["./code"]), ["code/b.py", "code/data.csv", "code/deep/c.py"]);
    assert_eq!(names(&bench, &["code/*.py"]), ["code/b.py"]);
    assert_eq!(names(&bench, &["**/*.py"]), ["a.py", "code/b.py", "code/deep/c.py"]);
    assert_eq!(names(&bench, &["../src", "a.py"]), ["a.py", "src/d.py"]);
    let overlapping = names(&bench, &["code", "code/b.py", "code/*.py", "code/deep"]);
    assert_eq!(overlapping, ["code/b.py", "code/data.csv", "code/deep/c.py"]);
}

#[test]
fn leavings_are_no_part_of_a_program() {
    let bench = with_files(&[
        "experiments/code/a.py",
        "experiments/code/.hidden/x",
        "experiments/code/.secret",
        "experiments/code/__pycache__/a.cpython-311.pyc",
        "experiments/code/old.pyc",
    ]);
    assert_eq!(names(&bench, &["code"]), ["code/a.py"]);
    // What is named is meant.
    assert_eq!(names(&bench, &["code/.secret"]), ["code/.secret"]);
}

#[test]
fn what_leads_to_nothing_is_named_all_together() {
    let bench = with_files(&["experiments/a.py"]);
    let error = bench.sources(&["a.py", "none.py", "*.csv", "nowhere/*.py"]).unwrap_err();
    let text = format!("{} {:?}", error.message, error.details);
    for word in ["none.py", "nowhere"] {
        assert!(text.contains(word), "{word} is missing: {text}");
    }
    let error = bench.sources(&["a.py", "sub/../*.csv"]).unwrap_err();
    assert!(!error.message.is_empty());
}

#[test]
fn two_files_of_one_name_are_refused() {
    let bench = with_files(&["experiments/code/a.py", "code/a.py"]);
    let error = bench.sources(&["code", "../code"]).unwrap_err();
    assert!(error.message.contains("two sources would be called `code/a.py`"), "{error:?}");
}

#[test]
fn links_are_followed_and_circles_are_noticed() {
    let bench = with_files(&["elsewhere/b.py", "experiments/code/a.py"]);
    let link = |to: &str, from: &str| {
        std::os::unix::fs::symlink(bench.path(to), bench.path(from)).unwrap();
    };
    link("elsewhere", "experiments/code/linked");
    assert_eq!(names(&bench, &["code"]), ["code/a.py", "code/linked/b.py"]);
    link("experiments/code", "experiments/code/circle");
    let error = bench.sources(&["code"]).unwrap_err();
    let text = format!("{} {:?}", error.message, error.details);
    assert!(text.contains("too deep") || text.contains("symbolic links"), "{text}");
}

#[test]
fn ten_thousand_files_are_listed_in_no_time() {
    let bench = Bench::new();
    for folder in 0..100 {
        for file in 0..100 {
            bench.write(&format!("experiments/data/{folder:02}/{file:02}.bin"), "");
        }
    }
    let mut best = f64::MAX;
    for _ in 0..5 {
        let begin = Instant::now();
        assert_eq!(bench.sources(&["data"]).unwrap().len(), 10_000);
        best = best.min(begin.elapsed().as_secs_f64());
    }
    println!("10 000 files listed in {:.1} ms", 1000.0 * best);
    // Many times what it takes, for machines under load.
    assert!(best < 0.3, "{best} s");
}
