//! Several orchestrators on one store at once.

use rustix::process::Signal;

use crate::chance::Chance;
use crate::experiment::{NODES, chains};
use crate::space::{Running, Space, Tables, undisturbed};
use crate::tally::Tally;

/// Writes the experiment once for each orchestrator, so that the actions of each count themselves
/// in a file of their own.
fn prepare(space: &Space, count: usize, change: impl Fn(usize, String) -> String) {
    for i in 0..count {
        let text = chains(&space.state(&format!("tally-{i}.log")).display().to_string());
        space.write(&format!("e{i}.yaml"), &change(i, text));
    }
}

fn start(space: &Space, i: usize, runs: &str) -> Running {
    space.start(&["run", &format!("e{i}.yaml"), "--cpus", "2", "--runs", runs])
}

/// How often each action began in all, and in how many orchestrators.
fn tallies(space: &Space, of: impl Iterator<Item = usize>) -> Tally {
    let mut all = Tally::default();
    for i in of {
        let one = Tally::read(space.state(&format!("tally-{i}.log")));
        for (action, count) in one.begun {
            *all.begun.entry(action).or_default() += count;
        }
    }
    all
}

#[test]
fn orchestrators_of_one_experiment_share_the_work() {
    let undisturbed = undisturbed();
    for (round, count) in [2, 4, 2, 4, 4, 2].into_iter().enumerate() {
        let space = Space::in_memory();
        prepare(&space, count, |_, text| text);
        // Half of the time they write into the same folder of runs, too.
        let runs = |i: usize| if round % 2 == 0 { "runs".to_owned() } else { format!("runs-{i}") };
        let running: Vec<_> = (0..count).map(|i| start(&space, i, &runs(i))).collect();
        for one in running {
            let said = one.wait();
            assert_eq!(said.status, Some(0), "{count} at once: {said:?}");
            let (run, cached, failed) = said.counts();
            assert_eq!((run + cached, failed), (NODES, 0), "{said:?}");
        }
        let tally = tallies(&space, 0..count);
        assert_eq!(tally.begun.len(), NODES);
        assert!(tally.begun.values().all(|begun| *begun == 1), "{count} at once: {tally:#?}");
        let said = space.recovers(&undisturbed.tables, "after several at once");
        assert_eq!(said.counts(), (0, NODES, 0), "{said:?}");
    }
}

#[test]
fn orchestrators_of_different_experiments_share_what_they_have_in_common() {
    const COUNT: usize = 4;
    let undisturbed = undisturbed();
    for _ in 0..3 {
        let space = Space::in_memory();
        prepare(&space, COUNT, |i, text| {
            let name = format!("experiment: other{i}");
            text.replace("experiment: faults", &name)
                .replace("title: polished", &format!("title: t{i}"))
        });
        let running: Vec<_> = (0..COUNT).map(|i| start(&space, i, "runs")).collect();
        for one in running {
            let said = one.wait();
            assert_eq!(said.status, Some(0), "{said:?}");
        }
        let tally = tallies(&space, 0..COUNT);
        // All but the table is the same in all of them.
        assert_eq!(tally.begun.len(), NODES - 1 + COUNT);
        assert!(tally.begun.values().all(|begun| *begun == 1), "{tally:#?}");
        for i in 0..COUNT {
            let path = format!("runs/other{i}/table/table.md");
            let table = fs_err::read_to_string(space.path(&path)).unwrap();
            assert_eq!(table, titled(&undisturbed.tables, &format!("t{i}")));
        }
        space.recovers(&undisturbed.tables, "after different ones");
    }
}

fn titled(tables: &Tables, title: &str) -> String {
    tables["table/table.md"].replacen("polished\n", &format!("{title}\n"), 1)
}

#[test]
fn when_one_of_several_is_killed_the_others_go_on() {
    let undisturbed = undisturbed();
    let mut chance = Chance::new(30);
    for round in 0..12 {
        let count = [2, 4][round % 2];
        let space = Space::in_memory();
        prepare(&space, count, |_, text| text);
        let runs: Vec<_> = (0..count).map(|i| format!("runs-{i}")).collect();
        let mut running: Vec<_> = (0..count).map(|i| start(&space, i, &runs[i])).collect();
        std::thread::sleep(chance.time(undisturbed.took));
        let victim = running.remove(0);
        victim.signal(Signal::KILL);
        victim.wait();
        for one in running {
            let said = one.wait();
            assert_eq!(said.status, Some(0), "seed 30, round {round}: {said:?}");
        }
        // The others computed nothing twice; what the victim was at, one of them began again.
        let survivors = tallies(&space, 1..count);
        let twice = survivors.begun.values().any(|begun| *begun > 1);
        assert!(!twice, "seed 30, round {round}: {survivors:#?}");
        let context = format!("seed 30, round {round}");
        let said = space.recovers(&undisturbed.tables, &context);
        assert_eq!(said.counts(), (0, NODES, 0), "{context}: {said:?}");
        space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
    }
}

#[test]
fn processes_that_come_and_go_do_not_take_each_other_for_dead() {
    let undisturbed = undisturbed();
    let space = Space::in_memory();
    space.run();
    for round in 0..12 {
        // Some have nothing to do, and some have a table to make.
        let running: Vec<_> = (0..8)
            .map(|i| {
                let title = format!("table.title=t{round}-{i}");
                let runs = format!("runs-{i}");
                let more: &[&str] = if i % 2 == 0 { &["--set", &title] } else { &[] };
                space.start(&[&["run", "e.yaml", "--runs", &runs], more].concat())
            })
            .collect();
        for one in running {
            let said = one.wait();
            assert_eq!(said.status, Some(0), "round {round}: {said:?}");
        }
    }
    space.recovers(&undisturbed.tables, "after many");
    space.is_whole().unwrap();
}
