//! What is told while a run goes on.

use serde_json::Value;

use crate::client::{Events, get, post};
use crate::program::Space;

fn node<'a>(change: &'a Value, name: &str) -> Option<&'a Value> {
    change["nodes"].as_array()?.iter().find(|node| node["node"] == name)
}

fn states(change: &Value) -> Vec<(&str, &str)> {
    let nodes = change["nodes"].as_array().expect("a list");
    nodes
        .iter()
        .map(|node| (node["node"].as_str().unwrap(), node["state"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_run_that_starts_later_appears_and_is_told_until_it_is_stopped() {
    let space = Space::new();
    let page = space.page();
    let mut list = Events::open(&page, "", "");
    let empty = list.wait("list", |_| true);
    assert_eq!(
        (empty["whole"].as_bool(), empty["runs"].as_array().unwrap().len()),
        (Some(true), 0)
    );
    let mut run = space.run();
    let card = list.wait("list", |change| change["runs"][0]["state"] == "running");
    let name = &card["runs"][0]["name"];
    assert_eq!(name["experiment"], "slow");
    let id = name["id"].as_str().unwrap();
    assert_eq!(space.journals("slow"), [id]);

    let query = format!("experiment=slow&run={id}&node=long%5Bseed%3D1%5D");
    let mut events = Events::open(&page, &query, "");
    let whole = events.wait("run", |change| change["whole"] == true);
    let known: Vec<&str> = states(&whole).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        known,
        ["say[seed=1]", "say[seed=2]", "long[seed=1]", "long[seed=2]", "collect"],
        "{whole:#}"
    );
    assert_eq!(node(&whole, "collect").unwrap()["after"].as_array().unwrap().len(), 2);
    assert!(whole["pictures"]["wide"].as_str().unwrap().contains("data-node=\"collect\""));
    assert_eq!(whole["stoppable"], true);
    // Whatever comes next is a change of that, not all of it again.
    let later = events.wait("run", |change| {
        node(change, "long[seed=1]").is_some_and(|node| node["progress"]["done"].as_u64() > Some(2))
    });
    assert_eq!((later["whole"].as_bool(), &later["pictures"]), (Some(false), &Value::Null));
    assert!(node(&later, "collect").is_none(), "{later:#}");
    let point = events.wait("run", |change| !change["points"].as_array().unwrap().is_empty());
    assert_eq!(point["points"][0]["metric"], "loss");
    let said = events.wait("log", |change| !change["lines"].as_array().unwrap().is_empty());
    let line = said["lines"][0]["text"].as_str().unwrap();
    assert!(line.ends_with("<b>of seed 1</b>") && !line.contains('\u{1b}'), "{line}");

    // Who comes back is told what is new since, not everything again.
    let back = format!("Last-Event-ID: {}\r\n", events.id);
    drop(events);
    let mut events = Events::open(&page, &query, &back);
    assert_eq!(events.wait("run", |_| true)["whole"], false);

    assert_eq!(get(&page, &format!("/stop/slow/{id}")).status, 405);
    let stopped = post(&page, &format!("/stop/slow/{id}"));
    assert_eq!(stopped.status, 202, "{}", stopped.body);
    let end = events.wait("run", |change| change["card"]["state"] != "running");
    assert_eq!((&end["card"]["state"], &end["stoppable"]), (&"stopped".into(), &false.into()));
    assert_eq!(run.end(), Some(1));
    let again = post(&page, &format!("/stop/slow/{id}"));
    assert_eq!((again.status, again.body.as_str()), (409, "the run is over\n"));
    list.wait("list", |change| change["runs"][0]["state"] == "stopped");
    assert_eq!(page.close(), Some(0));
}

#[test]
fn a_past_run_is_told_from_its_journal_and_its_report_opens_apart_from_the_page() {
    let space = Space::new();
    space.go();
    let mut run = space.run();
    assert_eq!(run.end(), Some(0));
    let report = "<!doctype html><title>Report</title><script>1</script>";
    fs_err::write(space.path("runs/slow/report.html"), report).unwrap();
    let page = space.page();
    let id = space.journals("slow").remove(0);
    let mut events = Events::open(&page, &format!("experiment=slow&run={id}"), "");
    let list = events.wait("list", |_| true);
    let card = &list["runs"][0];
    assert_eq!((&card["state"], &card["report"]), (&"done".into(), &true.into()), "{card:#}");
    assert_eq!((&card["tally"]["nodes"], &card["tally"]["ran"]), (&5.into(), &5.into()));
    let whole = events.wait("run", |_| true);
    assert!(states(&whole).iter().all(|(_, state)| *state == "ran"), "{whole:#}");
    assert_eq!(whole["card"], *card, "the list and the page of the run agree");
    let opened = get(&page, &format!("/report/slow/{id}"));
    assert_eq!((opened.status, opened.body.as_str()), (200, report));
    assert!(opened.head.contains("sandbox allow-scripts"), "{}", opened.head);
    assert!(!opened.head.contains("allow-same-origin"));
    assert_eq!(get(&page, "/report/slow/20000101T000000Z-000000").status, 404);
}

#[test]
fn a_run_without_a_journal_is_told_from_its_report() {
    let space = Space::new();
    space.go();
    space.run().end();
    let first = space.journals("slow").remove(0);
    fs_err::remove_file(space.path(&format!("runs/slow/history/{first}.jsonl"))).unwrap();
    let page = space.page();
    let query = format!("experiment=slow&run={first}");
    let mut events = Events::open(&page, &query, "");
    let whole = events.wait("run", |_| true);
    assert_eq!(whole["card"]["state"], "done");
    assert!(states(&whole).iter().all(|(_, state)| *state == "ran"), "{whole:#}");
    let unknown = Events::open(&page, "experiment=slow&run=nobody", "").wait("missing", |_| true);
    assert_eq!(unknown["id"], "nobody");
}

#[test]
fn a_run_that_was_killed_is_interrupted_and_cannot_be_stopped() {
    let space = Space::new();
    let page = space.page();
    let run = space.run();
    let id = space.journals("slow").remove(0);
    let mut events = Events::open(&page, &format!("experiment=slow&run={id}"), "");
    events.wait("run", |change| {
        node(change, "long[seed=1]").is_some_and(|n| n["state"] == "running")
    });
    drop(run);
    let end = events.wait("run", |change| change["card"]["state"] == "interrupted");
    assert_eq!(node(&end, "long[seed=1]").unwrap()["state"], "cut_off", "{end:#}");
    assert_eq!(post(&page, &format!("/stop/slow/{id}")).status, 409);
}
