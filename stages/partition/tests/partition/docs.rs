//! `docs/splits.md` says what the program does.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use pipeline_engine::stage::Stage;
use pipeline_spec::Changes;
use stages_partition::{Part, Partition, PartitionParams, Split, SplitList, assign, splits};
use stages_tables::Role;

use crate::support::{acdc, scans};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/splits.md");
    fs_err::read_to_string(path).unwrap()
}

/// The fenced blocks that begin with these words.
fn blocks(page: &str, opening: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while lines.any(|line| line == format!("```{opening}")) {
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        found.push(block.join("\n"));
    }
    found
}

fn accepted(params: &PartitionParams) {
    let problems = Partition.check(params);
    assert!(problems.is_empty(), "{problems:?}");
    let made = assign(&acdc(), params).unwrap_or_else(|error| panic!("{params:?}: {error}"));
    assert!(
        made.warnings.iter().all(|text| !text.contains("labelled_seed")),
        "{:?}",
        made.warnings
    );
}

#[test]
fn every_example_divides_acdc() {
    let page = page();
    let examples = blocks(&page, "yaml");
    assert!(examples.len() >= 8, "{}", examples.len());
    for text in examples {
        let params = pipeline_spec::read_yaml(&text, Path::new("docs/splits.md"));
        accepted(&params.unwrap_or_else(|error| panic!("{error:?}\n{text}")));
    }
}

#[test]
fn every_experiment_expands_to_divisions_of_acdc() {
    let page = page();
    let examples = blocks(&page, "yaml experiment");
    assert_eq!(examples.len(), 3);
    for text in examples {
        let experiment =
            pipeline_spec::parse(&text, Path::new("docs/splits.md"), &Changes::default());
        let experiment = experiment.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
        let variable = if experiment.matrix.contains_key("draw") { "draw" } else { "fold" };
        let (mut tests, mut labelled) = (BTreeSet::new(), BTreeSet::new());
        for value in experiment.labels(variable) {
            let coordinates = [(variable.to_owned(), value)].into();
            let with = experiment.params("split", &coordinates);
            let params: PartitionParams = serde_json::from_value(with).unwrap();
            accepted(&params);
            let made = assign(&acdc(), &params).unwrap();
            tests.insert(scans(&made, Role::Test));
            labelled.insert(scans(&made, Role::Labelled));
        }
        // Draws share their test set; folds have one each.
        assert_eq!(tests.len(), if variable == "draw" { 1 } else { 5 });
        assert_eq!(labelled.len(), 5);
    }
}

#[test]
fn the_table_is_that_of_the_program() {
    let (begin, end) = ("<!-- published splits -->\n", "<!-- end of published splits -->");
    let page = page();
    let (_, rest) = page.split_once(begin).expect("the page has the table's beginning");
    let (found, _) = rest.split_once(end).expect("the page has the table's end");
    let expected: String = splits().iter().map(entry).collect();
    assert!(
        found.trim() == expected.trim(),
        "put this between the two comments of docs/splits.md:\n\n{expected}"
    );
}

/// One split as the page has it.
fn entry(split: &Split) -> String {
    let mut text = format!("### {}\n\n", split.title);
    let _ = writeln!(text, "Manifest `{}`. Source: {}.\n", split.dataset, split.sources.join("; "));
    for part in [Part::Test, Part::Validation, Part::Labelled, Part::Unlabelled, Part::Train] {
        let lists: Vec<_> = split.lists.iter().filter(|list| list.part == part).collect();
        if lists.is_empty() {
            continue;
        }
        let parameter = match part {
            Part::Train => "labelled.first_of.split".to_owned(),
            other => format!("{}.published", other.as_str()),
        };
        let _ = writeln!(text, "- `{parameter}`: {}", names(&lists));
    }
    if split.shares_subjects {
        let _ = writeln!(text, "- Subjects on two sides are a warning here, not an error.");
    }
    for caveat in split.warnings.iter().chain(&split.caveats) {
        let mut letters = caveat.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        let _ = writeln!(text, "- {first}{}.", letters.as_str());
    }
    text + "\n"
}

/// The names, with the number of entries behind the last one of each size.
fn names(lists: &[&SplitList]) -> String {
    let mut sizes: Vec<usize> = lists.iter().map(|list| list.entries.len()).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let of_size = |size: usize| {
        let mut names: Vec<String> = (lists.iter())
            .filter(|list| list.entries.len() == size)
            .map(|list| format!("`{}`", list.name))
            .collect();
        names.sort();
        let each = if names.len() > 1 { " each" } else { "" };
        format!("{} ({size}{each})", names.join(", "))
    };
    sizes.into_iter().map(of_size).collect::<Vec<_>>().join("; ")
}
