//! What is known of nodes whose inputs exist, many at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use pipeline_store::{ActionKey, ActionResult, Lookup, Store};
use rayon::prelude::*;

use super::prepare::{Outputs, Places, Prepared, prepare};
use super::report::{NodeReport, Report};
use crate::explain::{DirtyReason, differences};
use crate::fingerprint::Fingerprint;
use crate::graph::{Graph, NodeId};
use crate::stage::StageError;

/// Where to look.
pub(super) struct Examiner<'a> {
    pub(super) graph: &'a Graph,
    pub(super) store: &'a Store,
    pub(super) places: &'a Places,
    pub(super) previous: Previous<'a>,
    pub(super) seen: Seen,
}

/// The files and folders that nodes went by; none once a stage has not said all of them.
pub(super) struct Seen(Mutex<Option<Vec<PathBuf>>>);

impl Default for Seen {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

impl Seen {
    fn add(&self, prepared: &[Result<Prepared, StageError>]) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for prepared in prepared {
            let paths = prepared.as_ref().ok().and_then(|prepared| prepared.looked_at.as_ref());
            match (&mut *seen, paths) {
                (Some(seen), Some(paths)) => seen.extend_from_slice(paths),
                (_, None) => *seen = None,
                (None, _) => {}
            }
        }
    }

    /// All of them.
    pub(super) fn take(&self) -> Option<Vec<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The report of the run before, read when a reason is first asked for.
pub(super) struct Previous<'a> {
    read: Box<dyn Fn() -> Option<Report> + Sync + 'a>,
    nodes: OnceLock<BTreeMap<NodeId, NodeReport>>,
}

/// What was found of a node.
pub(super) enum Found {
    /// Its result is there.
    Done(Box<ActionResult>),
    /// It has to run.
    Dirty(Box<Dirty>),
    /// It cannot run.
    Impossible(StageError),
}

/// A node that has to run.
pub(super) struct Dirty {
    pub(super) prepared: Prepared,
    pub(super) missed: Lookup,
}

/// Fewer nodes than this are not worth several threads.
const WORTH_THREADS: usize = 32;

impl<'a> Previous<'a> {
    pub(super) fn new(read: impl Fn() -> Option<Report> + Sync + 'a) -> Self {
        Self { read: Box::new(read), nodes: OnceLock::new() }
    }

    /// What became of a node.
    pub(super) fn node(&self, id: &NodeId) -> Option<&NodeReport> {
        let nodes = self.nodes.get_or_init(|| {
            let report = (self.read)().unwrap_or_default();
            report.nodes.into_iter().map(|node| (node.node.clone(), node)).collect()
        });
        nodes.get(id)
    }

    /// The action that a node was the last time it was known.
    pub(super) fn key_of(&self, id: &NodeId) -> Option<ActionKey> {
        self.node(id)?.key
    }
}

impl Examiner<'_> {
    /// Looks at nodes whose inputs exist. `before_lookup` is told all keys before any of them is
    /// looked up.
    pub(super) fn examine(
        &self,
        nodes: &[usize],
        outputs: &[Option<Outputs>],
        before_lookup: impl FnOnce(&[ActionKey]),
    ) -> Vec<Found> {
        let prepare = |node: &usize| {
            prepare(self.graph, &self.graph.nodes[*node], outputs, self.store, self.places)
        };
        let look = |prepared: Result<Prepared, StageError>| match prepared {
            Err(error) => Found::Impossible(error),
            Ok(prepared) => match self.store.lookup(prepared.key) {
                Lookup::Hit(result) => Found::Done(result),
                missed => Found::Dirty(Box::new(Dirty { prepared, missed })),
            },
        };
        let many = nodes.len() >= WORTH_THREADS;
        let prepared: Vec<Result<Prepared, StageError>> = if many {
            nodes.par_iter().map(prepare).collect()
        } else {
            nodes.iter().map(prepare).collect()
        };
        let keys: Vec<ActionKey> =
            prepared.iter().filter_map(|prepared| Some(prepared.as_ref().ok()?.key)).collect();
        before_lookup(&keys);
        self.seen.add(&prepared);
        if many {
            prepared.into_par_iter().map(look).collect()
        } else {
            prepared.into_iter().map(look).collect()
        }
    }

    /// Why a lookup missed, against what this node was the last time.
    pub(super) fn reasons(&self, id: &NodeId, dirty: &Dirty) -> Vec<DirtyReason> {
        if let Lookup::Damaged(what) = &dirty.missed {
            return vec![DirtyReason::ResultLost { what: what.clone() }];
        }
        let Some(key) = self.previous.key_of(id) else { return vec![DirtyReason::NeverRun] };
        let lost = || vec![DirtyReason::ResultLost { what: format!("the record of action {key}") }];
        if key == dirty.prepared.key {
            return lost();
        }
        let record = self.store.record(key);
        let old = record.and_then(|record| Fingerprint::from_json(&record.fingerprint));
        match (old, Fingerprint::parse(&dirty.prepared.fingerprint)) {
            (Some(old), Some(now)) => differences(&old, &now),
            _ => lost(),
        }
    }
}
