//! What attribute files say about cases.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pipeline_spec::suggest;

use crate::fields::{Fields, key_value_lines, table_rows};
use crate::inventory::{CaseFiles, Inventory};
use crate::{
    AttributesFormat, AttributesParams, FramesParams, Manifest, PhaseParams, Problem, text_file,
};

/// What is known about one case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CaseAttributes {
    /// The phase.
    pub(crate) phase: Option<String>,
    /// The group.
    pub(crate) group: Option<String>,
    /// What the cases table gets.
    pub(crate) kept: Fields,
    /// Phase and position, from 0, of the frames that are cases.
    pub(crate) frames: Vec<(String, u32)>,
}

/// What one place says: a file about one subject, or one row of a table.
struct Record {
    /// Where it stands, for messages.
    place: String,
    fields: Fields,
}

/// Where the records of a file are.
enum Records {
    /// The file is one record.
    One(usize),
    /// A record per subject.
    BySubject(BTreeMap<String, usize>),
}

/// Reads the attribute files; gives the attributes of every case, by case, and what is wrong.
///
/// A case that something is wrong with is not among them.
pub(crate) fn attributes(
    params: &AttributesParams,
    manifest: &Manifest,
    inventory: &Inventory,
    files: &BTreeMap<String, PathBuf>,
) -> (BTreeMap<String, CaseAttributes>, Vec<Problem>) {
    let mut book = Book::default();
    let mut problems = book.read(params, inventory, files);
    let mut found = BTreeMap::new();
    let mut covered: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
    for (case, case_files) in &inventory.cases {
        let record = match book.record_of(case_files) {
            Ok(record) => record,
            // Its file could not be read, which is said already.
            Err(true) => continue,
            Err(false) => {
                let expected = book.expected(params, case_files);
                problems.push(Problem::NoAttributes { case: case.clone(), expected });
                continue;
            }
        };
        let Record { place, fields } = &book.records[record];
        let before = problems.len();
        let mut attributes = CaseAttributes::default();
        if let Some(key) = &params.group {
            attributes.group = required(fields, place, key, "any text", &mut problems);
        }
        match &params.keep {
            None => attributes.kept.clone_from(fields),
            Some(keys) => {
                for key in keys {
                    let value = required(fields, place, key, "any text", &mut problems);
                    attributes.kept.extend(value.map(|value| (key.clone(), value)));
                }
            }
        }
        if let Some(phase) = &params.phase {
            let number = case_files.parts.get(&phase.part).and_then(|part| part.parse().ok());
            covered.entry(record).or_default().extend(number);
            attributes.phase = phase_of(phase, fields, number);
            if attributes.phase.is_none() {
                problems.push(Problem::NoPhase {
                    case: case.clone(),
                    file: place.clone(),
                    phases: phases_in(phase, fields),
                });
            }
        }
        if let Some(frames) = &manifest.file.layout.frames {
            attributes.frames = frames_of(frames, place, fields, &mut problems);
        }
        if problems.len() == before {
            found.insert(case.clone(), attributes);
        }
    }
    if let Some(phase) = &params.phase {
        for (number, record) in book.records.iter().enumerate() {
            let of_cases = covered.get(&number);
            // A table may list subjects that are not read; a file about one of them is not.
            if of_cases.is_some() || matches!(params.format, AttributesFormat::KeyValue) {
                let none = BTreeSet::new();
                let of_cases = of_cases.unwrap_or(&none);
                problems.extend(missing_phases(phase, &record.place, &record.fields, of_cases));
            }
        }
    }
    // A subject's cases share what is wrong with its record.
    let mut said = BTreeSet::new();
    problems.retain(|problem| match problem {
        Problem::Attribute { file, key, .. } => said.insert((file.clone(), key.clone())),
        _ => true,
    });
    (found, problems)
}

/// Every attribute file that could be read.
#[derive(Default)]
struct Book {
    records: Vec<Record>,
    /// The parts of a file's path, and its records; none where it could not be read.
    files: Vec<(BTreeMap<String, String>, Option<Records>)>,
}

impl Book {
    /// Reads the files; returns what is wrong with them.
    fn read(
        &mut self,
        params: &AttributesParams,
        inventory: &Inventory,
        files: &BTreeMap<String, PathBuf>,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (parts, path) in &inventory.attributes {
            let records = match text_file::read(&files[path]) {
                Ok(text) => self.take_in(params, path, &text).map_err(|message| {
                    problems.push(Problem::AttributeTable { file: path.clone(), message });
                }),
                Err(source) => {
                    problems.push(Problem::Io { case: path.clone(), source });
                    Err(())
                }
            };
            self.files.push((parts.clone(), records.ok()));
        }
        problems
    }

    fn take_in(
        &mut self,
        params: &AttributesParams,
        path: &str,
        text: &str,
    ) -> Result<Records, String> {
        match &params.format {
            AttributesFormat::KeyValue => {
                let place = path.to_owned();
                self.records.push(Record { place, fields: key_value_lines(text) });
                Ok(Records::One(self.records.len() - 1))
            }
            AttributesFormat::Table(table) => {
                let mut by_subject = BTreeMap::new();
                for (subject, fields) in table_rows(text, table.separator, &table.subject)? {
                    let place = format!("{path}, row `{subject}`");
                    self.records.push(Record { place, fields });
                    by_subject.insert(subject, self.records.len() - 1);
                }
                Ok(Records::BySubject(by_subject))
            }
        }
    }

    /// The first record about a case in a file that goes with it: none of whose parts is another
    /// than the case's. If there is none, whether that may be because a file could not be read.
    fn record_of(&self, case: &CaseFiles) -> Result<usize, bool> {
        let mut unread = false;
        for (_, records) in self.files.iter().filter(|(parts, _)| fits(parts, case)) {
            match records {
                Some(Records::One(record)) => return Ok(*record),
                Some(Records::BySubject(subjects)) => {
                    if let Some(record) = subjects.get(&case.subject) {
                        return Ok(*record);
                    }
                }
                None => unread = true,
            }
        }
        Err(unread)
    }

    /// What should have been there for a case without attributes.
    fn expected(&self, params: &AttributesParams, case: &CaseFiles) -> String {
        let AttributesFormat::Table(table) = &params.format else {
            return format!("the file {}", params.file);
        };
        let subjects = self.files.iter().filter(|(parts, _)| fits(parts, case)).filter_map(
            |file| match &file.1 {
                Some(Records::BySubject(subjects)) => Some(subjects.keys().map(String::as_str)),
                _ => None,
            },
        );
        let subjects: Vec<&str> = subjects.flatten().collect();
        let meant = suggest(&case.subject, &subjects);
        format!(
            "a row of {} with the `{}` `{}`{}",
            params.file,
            table.subject,
            case.subject,
            meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
        )
    }
}

/// Whether a file with these parts may be about a case.
fn fits(parts: &BTreeMap<String, String>, case: &CaseFiles) -> bool {
    parts.iter().all(|(name, text)| case.parts.get(name).is_none_or(|own| own == text))
}

fn required(
    fields: &Fields,
    place: &str,
    key: &str,
    accepted: &'static str,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let value = fields.get(key).cloned();
    if value.is_none() {
        let known: Vec<&str> = fields.keys().map(String::as_str).collect();
        let meant = suggest(key, &known).map(|name| format!(" (did you mean `{name}`?)"));
        let found = format!("missing{}", meant.unwrap_or_default());
        problems.push(wrong(place, key, &found, accepted));
    }
    value
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

/// Phases of one record that are no number or that no case has.
fn missing_phases(
    phase: &PhaseParams,
    place: &str,
    fields: &Fields,
    covered: &BTreeSet<u64>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for key in &phase.keys {
        let Some(text) = required(fields, place, key, "a whole number", &mut problems) else {
            continue;
        };
        match text.parse() {
            Ok(number) if covered.contains(&number) => {}
            Ok(number) => problems.push(Problem::PhaseMissing {
                file: place.to_owned(),
                phase: key.clone(),
                part: phase.part.clone(),
                number,
            }),
            Err(_) => problems.push(wrong(place, key, &format!("`{text}`"), "a whole number")),
        }
    }
    problems
}

/// Phase and position, from 0, of every frame that is a case.
fn frames_of(
    frames: &FramesParams,
    place: &str,
    fields: &Fields,
    problems: &mut Vec<Problem>,
) -> Vec<(String, u32)> {
    let accepted = if frames.first == 0 { "a whole number" } else { "a whole number from 1" };
    let mut found: Vec<(String, u32)> = Vec::new();
    for key in &frames.keys {
        let Some(text) = required(fields, place, key, accepted, problems) else { continue };
        let number = text.parse::<u32>().ok().and_then(|n| n.checked_sub(frames.first));
        let Some(frame) = number else {
            problems.push(wrong(place, key, &format!("`{text}`"), accepted));
            continue;
        };
        if let Some((other, _)) = found.iter().find(|(_, taken)| *taken == frame) {
            let also = format!("`{text}`, the frame of `{other}`");
            problems.push(wrong(place, key, &also, "another frame"));
        }
        found.push((key.clone(), frame));
    }
    found
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

    fn lines(problems: &[Problem]) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_phase_is_the_key_with_the_number() {
        let phase =
            PhaseParams { part: "frame".to_owned(), keys: vec!["ED".to_owned(), "ES".to_owned()] };
        let fields = key_value_lines("ED: 4\nES: 11");
        assert_eq!(phase_of(&phase, &fields, Some(4)).as_deref(), Some("ED"));
        assert_eq!(phase_of(&phase, &fields, Some(11)).as_deref(), Some("ES"));
        assert_eq!(phase_of(&phase, &fields, Some(1)), None);
        assert_eq!(phases_in(&phase, &fields), "ED is frame 4, ES is frame 11");
        let problems = missing_phases(&phase, "Info.cfg", &fields, &BTreeSet::from([4]));
        assert_eq!(
            lines(&problems),
            ["Info.cfg says that ES is frame 11, but no such case is there"]
        );
    }

    #[test]
    fn frames_count_from_what_the_manifest_says() {
        let frames = |first| FramesParams { keys: vec!["ED".to_owned(), "ES".to_owned()], first };
        let read = |first, text: &str| {
            let mut problems = Vec::new();
            let found = frames_of(&frames(first), "t.csv", &key_value_lines(text), &mut problems);
            (found.into_iter().map(|(_, frame)| frame).collect::<Vec<_>>(), lines(&problems))
        };
        assert_eq!(read(0, "ED: 0\nES: 9"), (vec![0, 9], vec![]));
        assert_eq!(read(1, "ED: 1\nES: 9"), (vec![0, 8], vec![]));
        assert_eq!(
            read(1, "ED: 0\nES: 9").1,
            ["t.csv: `ED` is `0`; accepted: a whole number from 1"]
        );
        assert_eq!(
            read(0, "ED: 1.5\nEs: 9").1,
            [
                "t.csv: `ED` is `1.5`; accepted: a whole number",
                "t.csv: `ES` is missing (did you mean `Es`?); accepted: a whole number",
            ]
        );
        assert_eq!(
            read(0, "ED: 3\nES: 3").1,
            ["t.csv: `ES` is `3`, the frame of `ED`; accepted: another frame"]
        );
    }
}
