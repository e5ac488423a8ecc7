//! What there is: stages, graphs, reports, help, schemas.

use std::path::Path;

use crate::workspace::{WORDS, Workspace, steady};

#[test]
fn stages_are_described_with_their_parameters() {
    let space = Workspace::new(WORDS);
    insta::assert_snapshot!("stages", space.toy(&["stages"]).expect(0).out);
    insta::assert_snapshot!("stages_say", space.toy(&["stages", "say"]).expect(0).out);
    insta::assert_snapshot!("stages_md", space.toy(&["stages", "--markdown"]).expect(0).out);
}

#[test]
fn graphs_are_drawn_in_two_languages() {
    let space = Workspace::new(WORDS);
    let mermaid = space.toy(&["graph", "e.yaml"]).expect(0).out;
    assert!(
        mermaid.starts_with("flowchart") && mermaid.contains("say -->|text| collect"),
        "{mermaid}"
    );
    let dot = space.toy(&["graph", "e.yaml", "--format", "dot"]).expect(0).out;
    assert!(dot.starts_with("digraph") && dot.contains("\"say\" -> \"collect\""), "{dot}");
}

#[test]
fn show_tells_what_ran_and_where_it_is() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let by_name = space.toy(&["show", "words"]).expect(0);
    insta::assert_snapshot!("show", steady(&by_name.out));
    assert_eq!(space.toy(&["show", "e.yaml"]).expect(0).out, by_name.out);
    assert_eq!(space.toy(&["show", "runs/words"]).expect(0).out, by_name.out);
    let node = space.toy(&["show", "words", "say[mood=loud,seed=2]"]).expect(0).out;
    assert!(node.contains("\"times\": 3"), "{node}");
    let file = node.lines().find(|line| line.contains("word.txt")).unwrap();
    let path = Path::new(file.split_whitespace().last().unwrap());
    assert_eq!(fs_err::read_to_string(path).unwrap(), "hello hello hello");
    let json = space.toy(&["show", "words", "--json"]).expect(0).out;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["nodes"].as_array().unwrap().len(), 5);
}

#[test]
fn the_help_has_examples() {
    let space = Workspace::new(WORDS);
    insta::assert_snapshot!("help", space.toy(&["--help"]).expect(0).out);
    insta::assert_snapshot!("help_run", space.toy(&["run", "--help"]).expect(0).out);
    assert_eq!(space.toy(&["--version"]).expect(0).out, "toy 1.2.3\n");
}

#[test]
fn schemas_of_experiments_and_other_documents_are_printed() {
    let space = Workspace::new(WORDS);
    let schema: serde_json::Value =
        serde_json::from_str(&space.toy(&["schema"]).expect(0).out).unwrap();
    assert!(schema["properties"]["stages"].is_object(), "{schema:#}");
    assert!(schema.to_string().contains("writes a word into a file"), "{schema:#}");
    let words: serde_json::Value =
        serde_json::from_str(&space.toy(&["schema", "words"]).expect(0).out).unwrap();
    assert_eq!(words["type"], "array");
    assert_eq!(space.toy(&["schema", "--list"]).expect(0).out, "experiment\nwords\n");
    let wrong = space.toy(&["schema", "word"]).expect(2);
    assert!(wrong.err.contains("did you mean `words`?"), "{}", wrong.err);
}

#[test]
fn shells_complete_and_man_explains_every_command() {
    let space = Workspace::new(WORDS);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = space.toy(&["completions", shell]).expect(0).out;
        let words = ["toy", "sweep", "letters"];
        assert!(words.iter().all(|word| script.contains(word)), "{shell}");
    }
    let page = space.toy(&["man"]).expect(0).out;
    assert!(page.contains(".TH toy 1") && page.contains("Exit status"), "{page}");
    space.toy(&["man", "pages"]).expect(0);
    let mut pages: Vec<String> = fs_err::read_dir(space.path("pages"))
        .unwrap()
        .flatten()
        .map(|file| file.file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert_eq!(pages.len(), 21, "{pages:?}");
    assert!(pages.contains(&"toy-run.1".to_owned()) && pages.contains(&"toy.1".to_owned()));
    assert!(pages.contains(&"toy-word-letters.1".to_owned()), "{pages:?}");
}
