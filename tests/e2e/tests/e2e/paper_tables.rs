//! `orchestrate table` over runs that are there.

use crate::tables::Runs;

/// The lines of the first table in a text in Markdown.
fn table(text: &str) -> Vec<&str> {
    let lines = text.lines().skip_while(|line| !line.starts_with('|'));
    lines.take_while(|line| line.starts_with('|')).collect()
}

#[test]
fn tables_are_made_of_the_latest_run_of_an_earlier_one_and_of_several() {
    let Some(runs) = Runs::new(&["numpy", "pyarrow"]) else { return };
    runs.run("shifted", 1);
    let history = fs_err::read_dir(runs.w.path("runs/shifted/history")).unwrap();
    let ids = history.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut ids = ids.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()));
    let first_run = format!("shifted@{}", ids.next().unwrap());

    // Without a layout it is the table of the comparison, marks of significance aside.
    let ours = runs.orchestrate(&["table", "shifted"]);
    let comparison = fs_err::read_to_string(runs.w.path("runs/shifted/comparison.md")).unwrap();
    let numbers = |text: &str| -> Vec<String> {
        let plain = |line: &&str| {
            line.replace(['†', '‡'], "").split_whitespace().collect::<Vec<_>>().join(" ")
        };
        table(text).iter().filter(|line| !line.starts_with("| --")).map(plain).collect()
    };
    assert_eq!(numbers(&ours), numbers(&comparison));
    assert!(ours.contains("over 3 runs (seed 1, 2, 3)."), "{ours}");

    // Other rows: the latest run changes, the earlier one is still there.
    runs.run("shifted", 2);
    assert_ne!(runs.orchestrate(&["table", "shifted"]), ours);
    assert_eq!(runs.orchestrate(&["table", &first_run]), ours);

    // Both together are told apart, and never averaged in silence.
    let mixed = runs.w.orchestrate(&["table", &first_run, "shifted", "--rows", "method"]);
    assert_eq!(mixed.code, 2, "{}", mixed.out);
    assert!(mixed.err.contains("differ in `experiment`"), "{}", mixed.err);
    assert!(runs.orchestrate(&["table", &first_run, "shifted"]).contains(&first_run));
    let wrong = runs.w.orchestrate(&["compare", &first_run, "shifted", "--over", "sed"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean `seed`"), "{}", wrong.err);
    let apart = ["table", &first_run, "shifted", "--columns", "experiment,class"];
    assert!(runs.orchestrate(&apart).contains(&first_run), "{first_run}");
    // A run is found by its id alone, and by its page.
    let id = first_run.split_once('@').unwrap().1;
    assert_eq!(runs.orchestrate(&["table", id]), ours);
    runs.orchestrate(&["table", "runs/shifted/report.html"]);

    runs.run("other", 3);
    let both = runs.orchestrate(&["table", "shifted", "other", "--columns", "experiment"]);
    assert!(table(&both)[0].starts_with("| method |"), "{both}");
    assert!(table(&both)[0].contains("other") && table(&both)[0].contains("shifted"), "{both}");

    runs.orchestrate(&["table", "runs/other/metrics.arrow", "--across", "subjects", "-o", "t.csv"]);
    let csv = fs_err::read_to_string(runs.w.path("t.csv")).unwrap();
    assert!(csv.starts_with("method,RV,RV std,"), "{csv}");
    runs.orchestrate(&["table", "other", "--out", "t.arrow"]);
    assert!(fs_err::read(runs.w.path("t.arrow")).unwrap().starts_with(b"ARROW1"));
}

#[test]
fn what_cannot_be_made_is_told_and_nothing_is_written() {
    let Some(runs) = Runs::new(&["numpy", "pyarrow"]) else { return };
    runs.run("shifted", 1);
    for (arguments, words) in [
        (&["table", "shifed"][..], "shifted"),
        (&["table", "shifted", "--rows", "methd"], "which no row of the metrics has"),
        (&["table", "shifted", "--where", "metric=hd96"], "there are: assd; dice; edv_difference"),
        (&["table", "shifted", "--name", "paper"], "has a table `paper`"),
        (&["table", "shifted", "--out", "t.docx"], "says no format of tables"),
        (&["table", "shifted", "--format", "arrow"], "no text for a terminal"),
        (&["table", "shifted", "--siunitx"], "is about LaTeX"),
        (&["table", "shifted", "shifted"], "is there already"),
        (&["table", "shifted", "--layout", "none.yaml"], "none.yaml"),
        (&["table", "shifted", "--out", "nowhere/t.md"], "cannot be written"),
        (&["table", "shifted", "--published", "midl"], "midl2020"),
    ] {
        let ran = runs.w.orchestrate(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        let said: String = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(words), "no `{words}` for {arguments:?} in {said}");
        assert_eq!(ran.out, "", "{arguments:?}");
    }
    assert!(!runs.w.path("t.docx").exists());
}
