//! Killed at random moments.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::chance::Chance;
use crate::process::{self, Process};
use crate::space::{Running, Space, undisturbed};
use crate::tally::Tally;

/// How many kills without an undisturbed run between them there are at most.
const IN_A_ROW: usize = 3;

/// How long a worker of the experiment takes about.
const WORK: Duration = Duration::from_millis(6);
/// How often a run is looked at.
const NAP: Duration = Duration::from_micros(500);

/// Disturbs runs until `count` of them were hit. Each store is disturbed up to three times in a
/// row; then a run is left alone, and has to give the tables of an undisturbed one.
fn campaign(seed: u64, count: usize, disturb: impl Fn(&Space, &mut Running, &mut Aim) -> usize) {
    let undisturbed = undisturbed();
    let mut aim = Aim { chance: Chance::new(seed), span: undisturbed.took };
    let (mut hit, mut rounds) = (0, 0);
    let mut slowest = Duration::ZERO;
    while hit < count {
        rounds += 1;
        assert!(rounds <= 4 * count, "{hit} hits in {rounds} rounds: the aim is bad");
        let space = Space::in_memory();
        for _ in 0..=aim.chance.below(IN_A_ROW) {
            let mut running = space.start(&["run", "e.yaml", "--cpus", "2", "--keep-going"]);
            hit += disturb(&space, &mut running, &mut aim);
            running.wait();
        }
        // What was finished is never computed again.
        let finished = space.store().records().len();
        let context = format!("seed {}, round {rounds}", aim.chance.seed());
        let said = space.recovers(&undisturbed.tables, &context);
        slowest = slowest.max(said.took);
        let (_, cached, _) = said.counts();
        assert!(cached >= finished, "{context}: {cached} of {finished} were found: {said:?}");
        space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
    }
    println!("seed {seed}: {hit} hits in {rounds} rounds, the slowest next run took {slowest:?}");
}

/// When to disturb a run.
struct Aim {
    chance: Chance,
    /// How long runs take at present: less when a run ends before it is hit, more when it is hit.
    span: Duration,
}

impl Aim {
    /// Waits for a random moment of a run, or for its end.
    fn any_moment(&mut self, running: &mut Running) {
        let delay = self.chance.time(self.span);
        let begin = Instant::now();
        while begin.elapsed() < delay {
            if !running.is_running() {
                self.span = (self.span + begin.elapsed()) / 2;
                return;
            }
            std::thread::sleep(NAP.min(delay));
        }
        self.span = self.span.mul_f64(1.05);
    }

    /// Waits for a moment when a worker is at work, or for the run's end.
    fn while_a_worker_works(&mut self, space: &Space, running: &mut Running) -> Option<Process> {
        loop {
            if let Some(worker) = Tally::read(space.tally()).worker(space.marker()) {
                std::thread::sleep(self.chance.time(WORK));
                return Some(worker);
            }
            if !running.is_running() {
                return None;
            }
            std::thread::sleep(NAP);
        }
    }
}

fn kill_orchestrator(_: &Space, running: &mut Running, aim: &mut Aim) -> usize {
    aim.any_moment(running);
    let hit = running.is_running();
    running.signal(Signal::KILL);
    usize::from(hit)
}

#[test]
fn an_orchestrator_killed_at_any_moment_loses_nothing() {
    campaign(1, 80, kill_orchestrator);
}

#[test]
fn an_orchestrator_killed_at_any_other_moment_loses_nothing() {
    campaign(2, 80, kill_orchestrator);
}

#[test]
fn a_killed_worker_is_a_failed_action_and_no_more() {
    campaign(3, 60, |space, running, aim| {
        let mut killed = 0;
        while let Some(worker) = aim.while_a_worker_works(space, running) {
            killed += usize::from(worker.kill());
            std::thread::sleep(NAP);
        }
        let err = running.err();
        let says = err.contains("killed (signal 9)");
        assert!(says || killed == 0 || err.contains(" 0 failed"), "{err}");
        killed
    });
}

#[test]
fn orchestrator_and_worker_killed_together_lose_nothing() {
    campaign(4, 60, |space, running, aim| {
        let worker = if aim.chance.below(2) == 0 {
            aim.any_moment(running);
            Tally::read(space.tally()).worker(space.marker())
        } else {
            aim.while_a_worker_works(space, running)
        };
        let hit = running.is_running();
        match aim.chance.below(3) {
            0 => running.kill_all(),
            1 => running.signal_group(Signal::KILL),
            _ => {
                worker.map(|worker| worker.kill());
                running.signal(Signal::KILL);
            }
        }
        usize::from(hit)
    });
}

#[test]
fn a_run_that_is_asked_to_stop_stops_and_goes_on_later() {
    campaign(5, 30, |space, running, aim| {
        aim.any_moment(running);
        let hit = running.is_running();
        running.signal([Signal::TERM, Signal::INT][aim.chance.below(2)]);
        if aim.chance.below(4) == 0 {
            // Impatience: it is left at once.
            std::thread::sleep(aim.chance.time(Duration::from_millis(3)));
            running.signal(Signal::INT);
        }
        let begin = Instant::now();
        while running.is_running() {
            assert!(begin.elapsed() < Duration::from_secs(20), "it goes on: {}", running.err());
            std::thread::sleep(NAP);
        }
        // Its workers ended with it.
        process::wait_for_none(space.marker());
        usize::from(hit)
    });
}
