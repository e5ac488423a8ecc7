//! Small text files about subjects: `key: value` lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::inventory::{CaseFiles, Inventory};
use crate::{AttributesParams, PhaseParams, Problem};

/// What the attribute file says about one case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CaseAttributes {
    /// The phase.
    pub(crate) phase: Option<String>,
    /// The group.
    pub(crate) group: Option<String>,
}

/// One attribute file.
type Fields = BTreeMap<String, String>;

/// Reads the attribute files; gives the attributes of every case, by case, and what is wrong.
pub(crate) fn attributes(
    params: &AttributesParams,
    inventory: &Inventory,
    files: &BTreeMap<String, PathBuf>,
) -> (BTreeMap<String, CaseAttributes>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut read = BTreeMap::new();
    for (_, path) in &inventory.attributes {
        match fs_err::read_to_string(&files[path]) {
            Ok(text) => {
                read.insert(path.as_str(), parse(&text));
            }
            Err(source) => problems.push(Problem::Io { case: path.clone(), source }),
        }
    }
    let mut found = BTreeMap::new();
    let mut covered: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for (case, case_files) in &inventory.cases {
        let Some(path) = file_of(inventory, case_files) else {
            let expected = params.file.clone();
            problems.push(Problem::NoAttributes { case: case.clone(), expected });
            continue;
        };
        let Some(fields) = read.get(path) else { continue };
        let mut attributes = CaseAttributes::default();
        if let Some(key) = &params.group {
            attributes.group = fields.get(key).cloned();
            if attributes.group.is_none() {
                problems.push(wrong(path, key, "missing", "any text"));
            }
        }
        if let Some(phase) = &params.phase {
            let number = case_files.parts.get(&phase.part).and_then(|part| part.parse().ok());
            covered.entry(path).or_default().extend(number);
            attributes.phase = phase_of(phase, fields, number);
            if attributes.phase.is_none() {
                problems.push(Problem::NoPhase {
                    case: case.clone(),
                    file: path.to_owned(),
                    phases: phases_in(phase, fields),
                });
            }
        }
        found.insert(case.clone(), attributes);
    }
    if let Some(phase) = &params.phase {
        for (path, fields) in &read {
            let covered = covered.get(path).cloned().unwrap_or_default();
            problems.extend(missing_phases(phase, path, fields, &covered));
        }
    }
    (found, problems)
}

/// Reads `key: value` lines; other lines are passed over.
fn parse(text: &str) -> Fields {
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

/// The attribute file all of whose parts are the case's.
fn file_of<'a>(inventory: &'a Inventory, case: &CaseFiles) -> Option<&'a str> {
    let fits = |(name, text): (&String, &String)| case.parts.get(name) == Some(text);
    let file = inventory.attributes.iter().find(|(parts, _)| parts.iter().all(fits));
    file.map(|(_, path)| path.as_str())
}

fn phase_of(phase: &PhaseParams, fields: &Fields, number: Option<u64>) -> Option<String> {
    let number = number?;
    let is = |key: &&String| fields.get(*key).and_then(|text| text.parse().ok()) == Some(number);
    phase.keys.iter().find(is).cloned()
}

fn phases_in(phase: &PhaseParams, fields: &Fields) -> String {
    let say = |key: &String| {
        let value = fields.get(key).map_or("missing", String::as_str);
        format!("{key} is {} {value}", phase.part)
    };
    phase.keys.iter().map(say).collect::<Vec<_>>().join(", ")
}

/// Phases of one file that are no number or that no case has.
fn missing_phases(
    phase: &PhaseParams,
    path: &str,
    fields: &Fields,
    covered: &BTreeSet<u64>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for key in &phase.keys {
        let Some(text) = fields.get(key) else {
            problems.push(wrong(path, key, "missing", "a whole number"));
            continue;
        };
        match text.parse() {
            Ok(number) if covered.contains(&number) => {}
            Ok(number) => problems.push(Problem::PhaseMissing {
                file: path.to_owned(),
                phase: key.clone(),
                part: phase.part.clone(),
                number,
            }),
            Err(_) => problems.push(wrong(path, key, &format!("`{text}`"), "a whole number")),
        }
    }
    problems
}

fn wrong(file: &str, key: &str, found: &str, accepted: &'static str) -> Problem {
    Problem::Attribute {
        file: file.to_owned(),
        key: key.to_owned(),
        found: found.to_owned(),
        accepted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_with_either_line_end() {
        let fields = parse("ED: 4\r\nES: 11\nGroup: RV\n\nnonsense\nWeight: 66.0");
        assert_eq!(fields["ED"], "4");
        assert_eq!(fields["Group"], "RV");
        assert_eq!(fields.len(), 4);
    }

    #[test]
    fn the_phase_is_the_key_with_the_number() {
        let phase =
            PhaseParams { part: "frame".to_owned(), keys: vec!["ED".to_owned(), "ES".to_owned()] };
        let fields = parse("ED: 4\nES: 11");
        assert_eq!(phase_of(&phase, &fields, Some(4)).as_deref(), Some("ED"));
        assert_eq!(phase_of(&phase, &fields, Some(11)).as_deref(), Some("ES"));
        assert_eq!(phase_of(&phase, &fields, Some(1)), None);
        assert_eq!(phases_in(&phase, &fields), "ED is frame 4, ES is frame 11");
        let problems = missing_phases(&phase, "Info.cfg", &fields, &BTreeSet::from([4]));
        assert_eq!(
            problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["Info.cfg says that ES is frame 11, but no such case is there"]
        );
    }
}
