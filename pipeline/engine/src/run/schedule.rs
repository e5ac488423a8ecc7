//! The scheduler: one deciding thread; actions in threads of their own that only report.

use std::cell::OnceCell;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::Scope;
use std::time::Duration;

use pipeline_store::{ActionKey, ActionLock, ActionResult, Lookup};

use super::act::Acting;
use super::capacity::{Lease, Pool};
use super::examine::{Dirty, Examiner, Found};
use super::execute::RunOptions;
use super::prepare::{Outputs, Prepared};
use super::report::NodeReport;
use super::selection::Role;
use super::urgency::Urgency;
use crate::events::{NodeFailure, NodeOutcome, RunEvent, RunSummary};
use crate::explain::DirtyReason;
use crate::stage::StageError;

/// How many later actions may start before one that does not fit yet, so that small actions use
/// what is free but cannot starve a large one.
const MAX_OVERTAKES: u32 = 16;
/// How often to look whether another process has finished an action that is needed here.
const ELSEWHERE_POLL: Duration = Duration::from_millis(10);
/// How often to look whether the run is to be stopped while nothing else happens.
const STOP_POLL: Duration = Duration::from_millis(50);

/// A node that waits for resources, or for another process that computes the same action.
struct Queued {
    node: usize,
    prepared: Prepared,
    reasons: Vec<DirtyReason>,
    /// It runs although its result is there.
    forced: bool,
    overtaken: u32,
    /// Another process was found to be computing it.
    elsewhere: bool,
}

/// What an action's thread reports.
struct Message {
    node: usize,
    key: ActionKey,
    lease: Lease,
    result: Result<Box<ActionResult>, Box<NodeFailure>>,
}

pub(super) struct Scheduler<'a> {
    examiner: &'a Examiner<'a>,
    acting: &'a Acting<'a>,
    options: &'a RunOptions,
    roles: Vec<Role>,
    downstream: Vec<Vec<usize>>,
    missing: Vec<usize>,
    /// One per node that is over.
    reports: Vec<Option<NodeReport>>,
    outputs: Vec<Option<Outputs>>,
    ready: Vec<usize>,
    /// Those first on which most depends.
    queue: VecDeque<Queued>,
    /// See [`Urgency`]; computed when something has to run at all.
    urgency: OnceCell<Urgency>,
    /// Actions that are running, with the other nodes that wait for the same key.
    running: BTreeMap<ActionKey, Vec<usize>>,
    pool: Pool,
    summary: RunSummary,
    stopped: bool,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
}

impl<'a> Scheduler<'a> {
    pub(super) fn new(
        examiner: &'a Examiner<'a>,
        acting: &'a Acting<'a>,
        options: &'a RunOptions,
        roles: Vec<Role>,
    ) -> Self {
        let graph = examiner.graph;
        let count = graph.nodes.len();
        let mut downstream = vec![Vec::new(); count];
        let mut missing = vec![0; count];
        let included = (0..count).filter(|node| roles[*node] != Role::LeaveOut);
        let mut ready = Vec::new();
        for node in included {
            let mut upstream: Vec<usize> = graph.upstream(node).collect();
            upstream.sort_unstable();
            upstream.dedup();
            missing[node] = upstream.len();
            if upstream.is_empty() {
                ready.push(node);
            }
            for from in upstream {
                downstream[from].push(node);
            }
        }
        let (sender, receiver) = mpsc::channel();
        Self {
            examiner,
            acting,
            options,
            roles,
            downstream,
            missing,
            reports: vec![None; count],
            outputs: vec![None; count],
            ready,
            queue: VecDeque::new(),
            urgency: OnceCell::new(),
            running: BTreeMap::new(),
            pool: Pool::new(options.capacity.clone()),
            summary: RunSummary::default(),
            stopped: false,
            sender,
            receiver,
        }
    }

    /// The report and outputs of every node, and the counts.
    pub(super) fn into_parts(self) -> (Vec<NodeReport>, Vec<Option<Outputs>>, RunSummary) {
        (self.reports.into_iter().flatten().collect(), self.outputs, self.summary)
    }

    /// Examine what is ready, start what fits, wait for one message, until nothing is left.
    pub(super) fn drive<'scope>(&mut self, scope: &'scope Scope<'scope, '_>)
    where
        'a: 'scope,
    {
        loop {
            self.stopped |= self.acting.cancellation.is_cancelled();
            while !self.ready.is_empty() {
                self.examine();
            }
            if !self.stopped {
                self.start_what_fits(scope);
            }
            // What another process computes is not ours to wait for once the run is stopped.
            let elsewhere = !self.stopped && self.queue.iter().any(|queued| queued.elsewhere);
            if !self.ready.is_empty() {
                continue;
            }
            if self.running.is_empty() && !elsewhere {
                break;
            }
            let pause = if elsewhere { ELSEWHERE_POLL } else { STOP_POLL };
            match self.receiver.recv_timeout(pause) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while let Ok(message) = self.receiver.try_recv() {
                self.take(message);
            }
        }
        self.report_the_rest();
    }

    /// Looks at all nodes whose inputs exist: done if the result is there, otherwise queued.
    fn examine(&mut self) {
        let nodes = std::mem::take(&mut self.ready);
        let store = self.acting.store;
        // No other process may take results away between our saying that we need them and our
        // finding them.
        let gate = store.publication();
        let mut pinned = Ok(());
        let found = self.examiner.examine(&nodes, &self.outputs, |keys| {
            pinned = store.pin(keys);
        });
        drop(gate);
        let queued = self.queue.len();
        for (node, found) in nodes.into_iter().zip(found) {
            let forced = self.options.force.contains(&node);
            match found {
                Found::Impossible(error) => self.fail(node, NodeFailure::from_error(error)),
                Found::Done(result) if forced && self.roles[node] == Role::Run => {
                    self.examine_forced(node, &result);
                }
                Found::Done(result) => self.succeed(node, *result, NodeOutcome::Cached),
                Found::Dirty(dirty) => self.dirty(node, *dirty, forced),
            }
        }
        if self.queue.len() > queued {
            self.sort_queue();
        }
        if let Err(error) = pinned {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "results that this run relies on are not marked as needed"
            );
        }
    }

    /// A node that runs again although its result is there.
    fn examine_forced(&mut self, node: usize, result: &ActionResult) {
        let graph = self.examiner.graph;
        let prepared = super::prepare::prepare(
            graph,
            &graph.nodes[node],
            &self.outputs,
            self.acting.store,
            self.examiner.places,
        );
        match prepared {
            Ok(prepared) => {
                let missed = Lookup::Hit(Box::new(result.clone()));
                self.dirty(node, Dirty { prepared, missed }, true);
            }
            Err(error) => self.fail(node, NodeFailure::from_error(error)),
        }
    }

    fn dirty(&mut self, node: usize, dirty: Dirty, forced: bool) {
        let id = &self.examiner.graph.nodes[node].id;
        if self.roles[node] == Role::Use {
            let error =
                StageError::message("its result is not there, and it was not chosen to run")
                    .with_help("run it first, or use `--until`, which runs what is needed");
            return self.fail(node, NodeFailure::from_error(error));
        }
        if let Some(waiting) = self.running.get_mut(&dirty.prepared.key) {
            waiting.push(node);
            return;
        }
        let reasons = match &dirty.missed {
            Lookup::Hit(_) => vec![DirtyReason::Forced],
            _ => self.examiner.reasons(id, &dirty),
        };
        let prepared = dirty.prepared;
        self.queue.push_back(Queued {
            node,
            prepared,
            reasons,
            forced,
            overtaken: 0,
            elsewhere: false,
        });
    }

    /// The longest way to the end first; of equals the one that needs most room, which is easier
    /// to have while nothing runs yet. Otherwise in the order in which they came.
    fn sort_queue(&mut self) {
        let graph = self.examiner.graph;
        let urgency = self
            .urgency
            .get_or_init(|| Urgency::of(graph, &self.downstream, &self.examiner.previous));
        self.queue.make_contiguous().sort_by(|one, other| {
            let room = |queued: &Queued| graph.nodes[queued.node].resources.cpus;
            let way = |queued: &Queued| urgency.seconds_to_the_end(queued.node);
            way(other).total_cmp(&way(one)).then_with(|| room(other).cmp(&room(one)))
        });
    }

    fn start_what_fits<'scope>(&mut self, scope: &'scope Scope<'scope, '_>)
    where
        'a: 'scope,
    {
        let mut index = 0;
        while index < self.queue.len() {
            if self.pool.is_used_up() {
                break;
            }
            let key = self.queue[index].prepared.key;
            if let Some(waiting) = self.running.get_mut(&key) {
                // Another node is computing the same action.
                if let Some(queued) = self.queue.remove(index) {
                    waiting.push(queued.node);
                }
                continue;
            }
            let wanted = self.examiner.graph.nodes[self.queue[index].node].resources;
            let Some(lease) = self.pool.take(wanted) else {
                if self.queue[index].overtaken >= MAX_OVERTAKES {
                    break;
                }
                index += 1;
                continue;
            };
            match self.acting.store.try_lock(key) {
                Ok(Some(lock)) => {
                    for passed in self.queue.iter_mut().take(index) {
                        passed.overtaken += u32::from(!passed.elsewhere);
                    }
                    if let Some(queued) = self.queue.remove(index) {
                        self.start(scope, queued, lease, lock);
                    }
                }
                Ok(None) => {
                    self.pool.give_back(lease);
                    self.wait_for_other_process(index);
                    index += 1;
                }
                Err(error) => {
                    self.pool.give_back(lease);
                    if let Some(queued) = self.queue.remove(index) {
                        self.fail(queued.node, NodeFailure::from_error(StageError::new(error)));
                    }
                }
            }
        }
    }

    fn wait_for_other_process(&mut self, index: usize) {
        let queued = &mut self.queue[index];
        if !queued.elsewhere {
            queued.elsewhere = true;
            (self.acting.events)(RunEvent::NodeWaiting {
                node: self.examiner.graph.nodes[queued.node].id.clone(),
                key: queued.prepared.key.to_string(),
            });
        }
    }

    fn start<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        queued: Queued,
        lease: Lease,
        lock: ActionLock,
    ) where
        'a: 'scope,
    {
        let Queued { node, prepared, reasons, forced, .. } = queued;
        let key = prepared.key;
        // Another process may have finished it since it was looked up.
        if !forced && let Lookup::Hit(result) = self.acting.store.lookup(key) {
            self.pool.give_back(lease);
            return self.succeed(node, *result, NodeOutcome::Cached);
        }
        self.running.insert(key, Vec::new());
        let shape = &self.examiner.graph.nodes[node];
        (self.acting.events)(RunEvent::NodeStarted {
            node: shape.id.clone(),
            stage: shape.stage.info().name,
            key: key.to_string(),
            reasons,
            granted: lease.granted.clone(),
        });
        let (acting, sender) = (self.acting, self.sender.clone());
        let lost = lease.clone();
        let thread = std::thread::Builder::new()
            .name(format!("{}-{}", crate::executor::THREAD_PREFIX, shape.id))
            .spawn_scoped(scope, move || {
                // Whatever happens, the deciding thread hears of it.
                let act = AssertUnwindSafe(|| acting.act(shape, &prepared, &lease.granted));
                let result = catch_unwind(act).unwrap_or_else(|panic| {
                    let error = StageError::from_panic(panic.as_ref());
                    Err(Box::new(NodeFailure::from_error(error)))
                });
                drop(lock);
                let _ = sender.send(Message { node, key, lease, result });
            });
        if let Err(error) = thread {
            let error = StageError::new(error).with_help("too many threads are running");
            let result = Err(Box::new(NodeFailure::from_error(error)));
            self.take(Message { node, key, lease: lost, result });
        }
    }

    /// An action is over.
    fn take(&mut self, message: Message) {
        let Message { node, key, lease, result } = message;
        self.pool.give_back(lease);
        let waiting = self.running.remove(&key).unwrap_or_default();
        match result {
            Ok(result) => self.succeed(node, *result, NodeOutcome::Ran),
            Err(failure) => self.fail(node, *failure),
        }
        // They find the result in the store, or try themselves.
        self.ready.extend(waiting);
    }

    fn succeed(&mut self, node: usize, result: ActionResult, outcome: NodeOutcome) {
        let status = if outcome == NodeOutcome::Ran {
            self.summary.run += 1;
            "ran"
        } else {
            self.summary.cached += 1;
            "cached"
        };
        let provenance = result.provenance;
        let shape = &self.examiner.graph.nodes[node];
        (self.acting.events)(RunEvent::NodeFinished {
            node: shape.id.clone(),
            outcome,
            seconds: provenance.seconds,
            warnings: provenance.warnings.clone(),
        });
        self.reports[node] = Some(NodeReport {
            key: Some(result.key),
            outputs: result.outputs.clone(),
            seconds: provenance.seconds,
            environment: provenance.environment,
            warnings: provenance.warnings,
            ..self.outline(node, status)
        });
        self.outputs[node] = Some(result.outputs);
        for &next in &self.downstream[node] {
            self.missing[next] -= 1;
            if self.missing[next] == 0 {
                self.ready.push(next);
            }
        }
    }

    /// The report keeps the key of the last success: a failed action left nothing to compare with.
    fn fail(&mut self, node: usize, failure: NodeFailure) {
        let mut report = self.report(node, if failure.cancelled { "skipped" } else { "failed" });
        report.error = Some(failure.message.clone());
        let outcome = if failure.cancelled {
            self.summary.skipped += 1;
            NodeOutcome::Skipped
        } else {
            self.summary.failed += 1;
            self.summary.bug |= failure.bug;
            self.stopped |= !self.options.keep_going;
            NodeOutcome::Failed { error: failure }
        };
        self.reports[node] = Some(report);
        self.finished(node, outcome);
    }

    /// Nodes that did not get their turn, and those that nobody asked for.
    fn report_the_rest(&mut self) {
        for node in 0..self.reports.len() {
            if self.reports[node].is_some() {
                continue;
            }
            if self.roles[node] == Role::LeaveOut {
                self.reports[node] = Some(self.report(node, "left out"));
                continue;
            }
            self.summary.skipped += 1;
            self.reports[node] = Some(self.report(node, "skipped"));
            self.finished(node, NodeOutcome::Skipped);
        }
    }

    fn finished(&self, node: usize, outcome: NodeOutcome) {
        let node = self.examiner.graph.nodes[node].id.clone();
        let event = RunEvent::NodeFinished { node, outcome, seconds: 0.0, warnings: Vec::new() };
        (self.acting.events)(event);
    }

    /// A report that knows only what the node is, with what is known from an earlier run, so that
    /// `explain` still has something to compare with.
    fn report(&self, node: usize, status: &str) -> NodeReport {
        let mut report = self.outline(node, status);
        report.key = self.examiner.previous.key_of(&report.node);
        report
    }

    /// A report that knows only what the node is.
    fn outline(&self, node: usize, status: &str) -> NodeReport {
        let after = self.examiner.graph.after(node);
        let node = &self.examiner.graph.nodes[node];
        let ports = node.stage.ports().outputs.iter();
        NodeReport {
            node: node.id.clone(),
            stage: node.stage.info().name.to_owned(),
            coordinates: node.coordinates.clone(),
            after,
            kinds: ports.map(|port| (port.name.to_string(), port.kind.to_string())).collect(),
            status: status.to_owned(),
            key: None,
            outputs: BTreeMap::new(),
            seconds: 0.0,
            environment: BTreeMap::new(),
            warnings: Vec::new(),
            error: None,
        }
    }
}
