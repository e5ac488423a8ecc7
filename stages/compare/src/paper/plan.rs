//! A layout with everything filled in that it leaves to `compare` and to the metrics.

use std::collections::{BTreeMap, BTreeSet};

use super::{AcrossName, LayoutParams};
use crate::query::{Request, Scores};
use crate::{CompareError, CompareParams};

/// Fields whose values do not compete for the best, unless a layout says so.
const UNRANKED: [&str; 8] =
    ["subject", "case_id", "phase", "class", "grid", "checkpoint", "metric", "dataset"];
/// Fields that a table does not split by unless it names them: they are averaged over, or say where
/// a row comes from.
const NOT_SPLIT: [&str; 4] = ["subject", "case_id", "phase", "node"];

/// A layout as it is carried out.
pub(super) struct Plan<'a> {
    pub(super) layout: &'a LayoutParams,
    pub(super) compare: &'a CompareParams,
    /// Every field that rows have.
    known: Vec<String>,
    /// The fields of the rows; found only after the metrics were read if the layout names none.
    pub(super) rows: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) over: Vec<String>,
    /// The values that count.
    pub(super) wanted: BTreeMap<String, Vec<String>>,
    pub(super) percent: bool,
    pub(super) decimals: u8,
}

impl<'a> Plan<'a> {
    /// Fills the layout in.
    ///
    /// # Errors
    /// When it names a field that no row has.
    pub(super) fn of(
        layout: &'a LayoutParams,
        compare: &'a CompareParams,
        known: Vec<String>,
    ) -> Result<Self, CompareError> {
        let is_known = |field: &String| known.contains(field);
        let class = "class".to_owned();
        let columns = match &layout.columns {
            Some(columns) => columns.clone(),
            None if layout.rows.contains(&class) => Vec::new(),
            None => vec![class],
        };
        let over = layout.over.clone().unwrap_or_else(|| {
            let shown = |field: &String| layout.rows.contains(field) || columns.contains(field);
            compare.over.iter().filter(|field| is_known(field) && !shown(field)).cloned().collect()
        });
        let mut wanted = layout.wanted.clone();
        let settings = [
            ("metric", compare.metric.as_str()),
            ("grid", compare.grid.as_str()),
            ("checkpoint", compare.checkpoint.as_str()),
        ];
        for (field, value) in settings {
            let shown = |fields: &[String]| fields.iter().any(|shown| shown == field);
            if !wanted.contains_key(field) && !shown(&layout.rows) && !shown(&columns) {
                wanted.insert(field.to_owned(), vec![value.to_owned()]);
            }
        }
        let named = [("rows", &layout.rows), ("columns", &columns), ("over", &over)];
        let named = named
            .into_iter()
            .flat_map(|(part, fields)| fields.iter().map(move |field| (part.to_owned(), field)));
        let chosen = layout.wanted.keys().map(|field| ("where".to_owned(), field));
        let ranked = layout.rank.iter().map(|field| ("rank".to_owned(), field));
        if let Some((part, field)) =
            named.chain(chosen).chain(ranked).find(|(_, field)| !is_known(field))
        {
            return Err(CompareError::UnknownField { part, field: field.clone(), known });
        }
        Ok(Self {
            layout,
            compare,
            rows: layout.rows.clone(),
            columns,
            over,
            wanted,
            percent: layout.percent.unwrap_or(compare.percent),
            decimals: layout.decimals.unwrap_or(compare.decimals),
            known,
        })
    }

    /// Whether rows have a field.
    pub(super) fn knows(&self, field: &str) -> bool {
        self.known.iter().any(|known| known == field)
    }

    /// What to ask of the rows, for a statistic over this.
    pub(super) fn request(&self, across: AcrossName) -> Request {
        let split = self.known.iter().filter(|field| !NOT_SPLIT.contains(&field.as_str()));
        let mut fields: Vec<String> = split.cloned().collect();
        let subject = (across == AcrossName::Subjects).then(|| "subject".to_owned());
        let named = self.rows.iter().chain(&self.columns).chain(&self.over).cloned();
        for field in named.chain(subject) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        let values = |values: &Vec<String>| values.iter().cloned().collect::<BTreeSet<_>>();
        let wanted = self.wanted.iter();
        let wanted = wanted.map(|(field, list)| (field.clone(), values(list))).collect();
        Request { fields, wanted }
    }

    /// Finds rows for a layout that names none, and checks that no difference between rows of
    /// metrics goes unseen.
    ///
    /// # Errors
    /// When a wanted value does not exist, nothing is left, or a field has no place in the table.
    pub(super) fn settle(&mut self, scores: &Scores) -> Result<(), CompareError> {
        self.check_wanted(scores)?;
        if scores.groups.is_empty() {
            let wanted = self.wanted.iter();
            let wanted = wanted.map(|(field, values)| format!("{field} {}", values.join(" or ")));
            let wanted = wanted.collect::<Vec<_>>().join(", ");
            return Err(CompareError::NoRows { wanted });
        }
        let placed = |field: &String| {
            field == "class"
                || field == "subject"
                || [&self.rows, &self.columns, &self.over].iter().any(|list| list.contains(field))
        };
        let loose: Vec<(String, Vec<String>)> = scores
            .fields
            .iter()
            .filter(|field| !placed(field))
            .map(|field| (field.clone(), values_of(scores, field)))
            .collect();
        let several = loose.iter().filter(|(_, values)| values.len() > 1);
        if !self.rows.is_empty() {
            return match several.into_iter().next() {
                Some((field, values)) => {
                    Err(CompareError::NoPlace { field: field.clone(), values: values.clone() })
                }
                None => Ok(()),
            };
        }
        let innermost = &self.compare.rows;
        let outer = several.map(|(field, _)| field).filter(|field| *field != innermost);
        let mut rows: Vec<String> = outer.cloned().collect();
        let there = |field: &str| loose.iter().any(|(loose, _)| loose == field);
        if there(innermost) {
            rows.push(innermost.clone());
        } else if rows.is_empty() {
            let fallback = ["experiment", "dataset"].into_iter().find(|field| there(field));
            rows.push(fallback.unwrap_or("class").to_owned());
            self.columns.retain(|column| *column != rows[0]);
        }
        self.rows = rows;
        Ok(())
    }

    fn check_wanted(&self, scores: &Scores) -> Result<(), CompareError> {
        for (field, values) in &self.wanted {
            let grouped = scores.place(field).map(|place| &scores.words[place]);
            let choosing = || scores.choosing.iter().find(|(known, _)| known == field);
            let Some(words) = grouped.or_else(|| choosing().map(|(_, words)| words)) else {
                continue;
            };
            if let Some(value) = values.iter().find(|value| words.find(value).is_none()) {
                let known = (1..words.count() as u32).filter_map(|number| words.text(number));
                return Err(CompareError::UnknownValue {
                    part: "where".to_owned(),
                    field: Some(field.clone()),
                    value: value.clone(),
                    known: sorted(known),
                });
            }
        }
        Ok(())
    }

    /// The field whose values compete.
    pub(super) fn rank(&self) -> Option<&str> {
        let shown = || self.rows.iter().chain(&self.columns);
        let named = self.layout.rank.as_ref().or_else(|| {
            let rows = [self.compare.rows.as_str(), "method"];
            rows.into_iter().find_map(|field| shown().find(|shown| *shown == field))
        });
        // Scans, classes and repetitions do not compete.
        let competes =
            |field: &&String| !UNRANKED.contains(&field.as_str()) && !self.over.contains(field);
        named.or(self.rows.last().filter(competes)).map(String::as_str)
    }
}

/// Values that a person can look through.
pub(super) fn sorted<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut values: Vec<&str> = values.collect();
    values.sort_by_key(|value| stages_tables::Natural::of(Some(value)));
    values.dedup();
    values.into_iter().map(str::to_owned).collect()
}

/// The values of a field in the groups; `none` where there is none.
fn values_of(scores: &Scores, field: &str) -> Vec<String> {
    let place = scores.place(field).expect("a field of the scores");
    let numbers: BTreeSet<u32> = scores.groups.iter().map(|group| group.key[place]).collect();
    sorted(numbers.into_iter().map(|number| scores.text(place, number).unwrap_or("none")))
}
