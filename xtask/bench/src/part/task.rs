//! Graphs of tasks that keep a CPU busy, and the shortest time that any scheduler could need.

use std::fmt::Write;

/// What the tasks share: CPU slots and memory in MiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capacity {
    /// CPU slots.
    pub(crate) cpus: usize,
    /// Memory in MiB.
    pub(crate) memory_mib: usize,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    /// How long it is busy, in units.
    pub(crate) units: usize,
    /// CPU slots, all of which it keeps busy.
    pub(crate) cpus: usize,
    /// Memory that it asks for, in MiB.
    pub(crate) memory_mib: usize,
    /// The tasks that must be done before, all of which stand before it in the list.
    pub(crate) after: Vec<usize>,
}

impl Task {
    fn new(units: usize, after: Vec<usize>) -> Self {
        Self { units, cpus: 1, memory_mib: 16, after }
    }

    /// Returns its shell script: a loop on each of its CPUs.
    pub(crate) fn script(&self, loops_in_a_unit: u64) -> String {
        let loops = self.units as u64 * loops_in_a_unit;
        let busy = format!("i=0; while [ $i -lt {loops} ]; do i=$((i+1)); done");
        let others = format!("( {busy} ) & ").repeat(self.cpus - 1);
        format!("{others}{busy}; wait")
    }
}

/// Independent tasks of one to five units: the bound is the work.
pub(crate) fn wide(capacity: Capacity) -> Vec<Task> {
    (0..20 * capacity.cpus).map(|task| Task::new(1 + task * 7 % 5, vec![])).collect()
}

/// One long chain that comes last in the file, beside fillers that come first: a scheduler that
/// goes by the file starts the chain too late. The bound is the chain.
pub(crate) fn chain(capacity: Capacity) -> Vec<Task> {
    let length = 12;
    // Each of the other slots is filled two thirds of the time that the chain takes.
    let fillers = 24 * (capacity.cpus - 1).max(1);
    let mut tasks: Vec<_> = (0..fillers).map(|_| Task::new(1, vec![])).collect();
    for link in 0..length {
        let after = if link == 0 { vec![] } else { vec![fillers + link - 1] };
        tasks.push(Task::new(3, after));
    }
    tasks
}

/// Like an experiment: a preparation, trainings of different lengths on one and two CPUs of which
/// some ask for much memory, an evaluation behind each, and one table from all of them.
pub(crate) fn mixed(capacity: Capacity) -> Vec<Task> {
    let mut tasks = vec![Task::new(1, vec![])];
    let mut evaluations = Vec::new();
    for number in 0..12 * capacity.cpus {
        let mut training = Task::new(2 + number % 4, vec![0]);
        if number % 6 == 5 && capacity.cpus > 1 {
            training.cpus = 2;
        }
        if number % 8 == 3 {
            // Two of these fit beside each other, a third one does not.
            training.memory_mib = capacity.memory_mib * 2 / 5;
        }
        tasks.push(training);
        tasks.push(Task::new(1, vec![tasks.len() - 1]));
        evaluations.push(tasks.len() - 1);
    }
    tasks.push(Task::new(1, evaluations));
    tasks
}

/// Returns the shortest time in which the tasks can be done: the longest path, the work shared by
/// all slots, or the memory shared, whichever is largest. `duration` says how long a task takes.
pub(crate) fn bound(tasks: &[Task], capacity: Capacity, duration: impl Fn(&Task) -> f64) -> f64 {
    let mut ends: Vec<f64> = Vec::with_capacity(tasks.len());
    for task in tasks {
        let start = task.after.iter().map(|&before| ends[before]).fold(0.0, f64::max);
        ends.push(start + duration(task));
    }
    let path = ends.iter().copied().fold(0.0, f64::max);
    let shared = |amount: fn(&Task) -> usize, all: usize| {
        tasks.iter().map(|task| amount(task) as f64 * duration(task)).sum::<f64>() / all as f64
    };
    let work = shared(|task| task.cpus, capacity.cpus);
    let memory = shared(|task| task.memory_mib, capacity.memory_mib);
    path.max(work).max(memory)
}

/// Writes the tasks as an experiment.
pub(crate) fn experiment(tasks: &[Task], loops_in_a_unit: u64) -> String {
    let mut text = String::from("experiment: bench\nstages:\n");
    for (number, task) in tasks.iter().enumerate() {
        let script = task.script(loops_in_a_unit);
        let ports: Vec<_> = task.after.iter().map(|before| format!("a{before}: text")).collect();
        let wires: Vec<_> =
            task.after.iter().map(|before| format!("a{before}: t{before}")).collect();
        let _ = write!(
            text,
            "  t{number}:\n    uses: command\n    with:\n      run: \"{script}; echo {number} > \
             {{outputs.out}}/out.txt\"\n      inputs: {{ {} }}\n      outputs: {{ out: text }}\n    \
             inputs: {{ {} }}\n    resources: {{ cpus: {}, memory: {} MiB }}\n",
            ports.join(", "),
            wires.join(", "),
            task.cpus,
            task.memory_mib,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Capacity = Capacity { cpus: 2, memory_mib: 100 };

    fn units(task: &Task) -> f64 {
        task.units as f64
    }

    #[test]
    fn the_longest_path_bounds() {
        // 0 (3) then 1 (4); 2 (1) alone. Work is 8 / 2 = 4, the path is 7.
        let tasks = [Task::new(3, vec![]), Task::new(4, vec![0]), Task::new(1, vec![])];
        assert_eq!(bound(&tasks, TWO, units), 7.0);
    }

    #[test]
    fn the_work_bounds() {
        // 2 CPUs for 3 units and 4 x 1 CPU for 2: 6 + 8 = 14 on 2 slots.
        let mut tasks = vec![Task { cpus: 2, ..Task::new(3, vec![]) }];
        tasks.extend((0..4).map(|_| Task::new(2, vec![])));
        assert_eq!(bound(&tasks, TWO, units), 7.0);
    }

    #[test]
    fn the_memory_bounds() {
        // 80 of 100 MiB for 2 units each, three times: 480 / 100.
        let heavy = Task { memory_mib: 80, ..Task::new(2, vec![]) };
        assert_eq!(bound(&[heavy.clone(), heavy.clone(), heavy], TWO, units), 4.8);
    }

    #[test]
    fn shapes_are_bound_by_what_they_are_named_after() {
        let path =
            |tasks: &[Task]| bound(tasks, Capacity { cpus: 9999, memory_mib: 1 << 30 }, units);
        for cpus in [2, 8] {
            let capacity = Capacity { cpus, memory_mib: 1024 };
            assert!(bound(&wide(capacity), capacity, units) > 2.0 * path(&wide(capacity)));
            assert_eq!(bound(&chain(capacity), capacity, units), 36.0);
            assert_eq!(path(&chain(capacity)), 36.0);
            let mixed = mixed(capacity);
            assert!(mixed.iter().any(|task| task.cpus == 2));
            assert!(mixed.iter().any(|task| task.memory_mib > 400));
            let in_order =
                |(number, task): (usize, &Task)| task.after.iter().all(|&before| before < number);
            assert!(mixed.iter().enumerate().all(in_order));
        }
    }

    #[test]
    fn a_task_keeps_all_its_cpus_busy() {
        let task = Task { cpus: 2, ..Task::new(3, vec![]) };
        let script = task.script(10);
        assert_eq!(script.matches("-lt 30").count(), 2);
        assert_eq!(script.matches('&').count(), 1);
        let text = experiment(&[Task::new(1, vec![]), Task::new(1, vec![0])], 10);
        assert!(text.contains("inputs: { a0: t0 }"), "{text}");
        assert!(text.contains("memory: 16 MiB"), "{text}");
    }
}
