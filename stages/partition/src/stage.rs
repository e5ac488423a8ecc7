//! The stage around the decision: tables in, table out, a summary for people.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_engine::stage::{
    ActionContext, ParamProblem, Placement, Ports, Stage, StageError, StageInfo,
};
use stages_tables::{CasesTable, PartitionRow, PartitionTable, Role, kind};

use crate::{PartitionError, PartitionParams, assign, attribute, params};

/// Gives every scan one role: labelled, unlabelled, validation or test.
#[derive(Debug, Clone, Copy, Default)]
pub struct Partition;

impl Stage for Partition {
    type Params = PartitionParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "partition",
            version: 1,
            summary: "divides scans into labelled, unlabelled, validation and test by subject",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &PartitionParams) -> Ports {
        Ports::new().input("cases", kind::CASES).output("partition", kind::PARTITION)
    }

    fn check(&self, params: &PartitionParams) -> Vec<ParamProblem> {
        params::check(params)
    }

    fn run(&self, params: &PartitionParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let cases = CasesTable::read(context.input("cases")?).map_err(PartitionError::from)?;
        let assignment = assign(&cases, params)?;
        for warning in assignment.warnings {
            context.warn(warning);
        }
        let strata = params.stratify_by.as_ref();
        let strata = strata.map(|names| strata_of(&cases, &assignment.rows, &names.0));
        let table = PartitionTable { dataset: cases.dataset, rows: assignment.rows };
        for line in summary(&table).into_iter().chain(strata.into_iter().flatten()) {
            context.info(line);
        }
        table.write(context.output("partition")?).map_err(PartitionError::from)?;
        Ok(())
    }
}

/// How many scans and subjects have each role, and the two ways to give the labelled share.
fn summary(table: &PartitionTable) -> Vec<String> {
    let scans = |role| table.with_role(role).count();
    let roles = Role::ALL.into_iter().filter(|role| scans(*role) > 0).map(|role| {
        let subjects: BTreeSet<_> = table.with_role(role).map(|row| &row.subject).collect();
        format!("{} {} scans of {} subjects", role.as_str(), scans(role), subjects.len())
    });
    let roles = roles.collect::<Vec<_>>().join(", ");
    let all = table.rows.len() - scans(Role::Unused);
    let train = all - scans(Role::Test);
    let labelled = scans(Role::Labelled);
    let percent = |of: usize| 100.0 * labelled as f64 / of.max(1) as f64;
    vec![
        format!("partition of `{}`: {roles}", table.dataset.name),
        format!(
            "labelled share: {labelled} of {train} scans outside the test set ({:.1} %), \
             {labelled} of all {all} ({:.1} %)",
            percent(train),
            percent(all)
        ),
    ]
}

/// More strata than this are not listed one by one.
const LISTED: usize = 20;

/// How many scans of each stratum the drawn sets have.
fn strata_of(cases: &CasesTable, rows: &[PartitionRow], names: &[String]) -> Vec<String> {
    let of_role = |role: Role| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (case, _) in cases.rows.iter().zip(rows).filter(|(_, row)| row.role == role) {
            let values = names.iter().map(|name| attribute::value(case, name).unwrap_or("none"));
            *counts.entry(values.collect::<Vec<_>>().join(" / ")).or_default() += 1;
        }
        let more = counts.len().saturating_sub(LISTED);
        let mut words: Vec<String> = counts
            .iter()
            .take(LISTED)
            .map(|(stratum, count)| format!("{stratum} {count}"))
            .collect();
        words.extend((more > 0).then(|| format!("and {more} more")));
        (!words.is_empty()).then(|| {
            format!("{} scans by {}: {}", role.as_str(), names.join(" / "), words.join(", "))
        })
    };
    [Role::Labelled, Role::Validation, Role::Test].into_iter().filter_map(of_role).collect()
}
