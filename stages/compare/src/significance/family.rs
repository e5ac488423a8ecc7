//! Comparisons that are corrected together, for every grid and checkpoint of every table.

use stages_statistics::{CompletePairs, StatisticsError, adjust};

use super::SignificanceParams;
use super::paired::{Outcome, Tested, Verdict, outcome, pairs};
use super::params::CorrectionName;
use super::subjects::{RowScores, Scores, Setting};
use crate::aggregate::{MEAN, Summary};
use crate::collect::{Collected, Coordinates};
use crate::layout::{RowValue, Section, Sections};
use crate::{CompareError, CompareParams};

/// All comparisons with the reference.
pub(crate) struct Significance<'a> {
    pub(crate) params: &'a SignificanceParams,
    /// What is printed for the reference.
    pub(crate) reference: String,
    /// By section; in each the main grid and checkpoint first.
    pub(crate) families: Vec<Family>,
    /// Names of the sections that have no run of the reference.
    pub(crate) without_reference: Vec<String>,
    /// Names of the sections whose only row is the reference.
    only_reference: Vec<String>,
    /// Metrics that are shown and have no direction.
    undirected: Vec<String>,
}

/// The comparisons of one section on one grid and of one checkpoint.
pub(crate) struct Family {
    pub(crate) section: Section,
    pub(crate) grid: String,
    pub(crate) checkpoint: String,
    /// By metric, row and class, the mean over classes last.
    pub(crate) tested: Vec<Tested>,
}

impl<'a> Significance<'a> {
    /// Compares every row with the reference in the metrics that the tables show. A metric without
    /// a direction is not compared: neither more nor less of it is better.
    ///
    /// # Errors
    /// When no run is of the reference.
    pub(crate) fn new(
        collected: &Collected,
        sections: &Sections<'_>,
        params: &'a CompareParams,
    ) -> Result<Option<Self>, CompareError> {
        let Some(significance) = &params.significance else { return Ok(None) };
        let label = params.names.get(&significance.reference);
        let mut found = Self {
            params: significance,
            reference: label.unwrap_or(&significance.reference).clone(),
            families: Vec::new(),
            without_reference: Vec::new(),
            only_reference: Vec::new(),
            undirected: undirected(collected, params),
        };
        for section in &sections.all {
            let rows = sections.rows(section, params);
            match rows.iter().position(|row| row.value == significance.reference) {
                None => found.without_reference.push(section.name.clone()),
                Some(_) if rows.len() == 1 => found.only_reference.push(section.name.clone()),
                Some(reference) => {
                    let compared = Compared::of(collected, sections, section, params, &rows);
                    found.families.extend(compared.families(reference, significance)?);
                }
            }
        }
        if found.without_reference.len() == sections.all.len() {
            return Err(CompareError::NoReference {
                reference: significance.reference.clone(),
                rows: params.rows.clone(),
                values: sections.row_values(),
            });
        }
        Ok(Some(found))
    }

    /// The comparison behind an entry of a table, with its family.
    pub(crate) fn of(&self, entry: &Summary) -> Option<(&Family, &Tested)> {
        let mut families = self.families.iter().filter(|family| {
            family.section.dataset == entry.dataset
                && family.grid == entry.grid
                && family.checkpoint == entry.checkpoint
        });
        families.find_map(|family| {
            let mut tested = family.tested.iter();
            let tested = tested.find(|tested| {
                tested.coordinates == entry.coordinates
                    && tested.metric == entry.metric
                    && tested.class_id == entry.class_id
            });
            Some((family, tested?))
        })
    }

    /// What a person should know before reading the tables.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let reference = &self.params.reference;
        let without = self.without_reference.iter().map(|name| {
            format!("nothing on {name} is compared with `{reference}`: no run there has it")
        });
        let alone = self.only_reference.iter().map(|name| {
            format!("nothing on {name} is compared with `{reference}`: it is the only row there")
        });
        let undirected = self.undirected.iter().map(|metric| {
            format!(
                "`{metric}` is not compared with `{reference}`: neither more nor less is better"
            )
        });
        let hopeless = self.families.iter().filter_map(|family| {
            let (grid, checkpoint) = (&family.grid, &family.checkpoint);
            let place = format!("{}, grid {grid}, checkpoint {checkpoint}", family.section.name);
            Some(format!("{place}: {}", family.too_small(self.params)?))
        });
        without.chain(alone).chain(undirected).chain(hopeless).collect()
    }
}

/// The metrics of the tables of which neither more nor less is better.
fn undirected(collected: &Collected, params: &CompareParams) -> Vec<String> {
    let shown = [&params.metric].into_iter().chain(&params.also);
    let has_none = |metric: &&String| {
        collected.metrics.get(*metric).is_some_and(|kind| kind.higher_is_better.is_none())
    };
    shown.filter(has_none).cloned().collect()
}

impl Family {
    /// Comparisons that have a p-value.
    pub(crate) fn comparisons(&self) -> u32 {
        self.tested.iter().filter(|tested| tested.outcome.is_some()).count() as u32
    }

    /// Why nothing here can be significant, if so: with n subjects the smallest p-value of the test
    /// is 2 over 2 to the n, and the correction multiplies it.
    pub(crate) fn too_small(&self, params: &SignificanceParams) -> Option<String> {
        let comparisons = self.comparisons();
        if comparisons == 0 {
            return None;
        }
        let subjects = self.tested.iter().map(|tested| tested.subjects).max().unwrap_or(0);
        let factor = match params.correction {
            CorrectionName::Holm | CorrectionName::Bonferroni => f64::from(comparisons),
            // Where all comparisons are as clear, the last step multiplies by one.
            CorrectionName::BenjaminiHochberg | CorrectionName::None => 1.0,
        };
        let smallest = (2.0_f64.powf(1.0 - f64::from(subjects)) * factor).min(1.0);
        (smallest > params.level).then(|| {
            let number = |count: u32, one: &str, many: &str| match count {
                1 => format!("1 {one}"),
                count => format!("{count} {many}"),
            };
            let subjects = number(subjects, "subject", "subjects");
            let comparisons = number(comparisons, "comparison", "comparisons");
            format!(
                "no difference can be significant, because {subjects} and {comparisons} leave an \
                 adjusted p of at least {smallest:.3}"
            )
        })
    }
}

/// The rows of one section with the scores of their subjects.
struct Compared<'a> {
    section: &'a Section,
    params: &'a CompareParams,
    collected: &'a Collected,
    rows: Vec<(&'a RowValue, Coordinates, RowScores<'a>)>,
}

impl<'a> Compared<'a> {
    fn of(
        collected: &'a Collected,
        sections: &Sections<'a>,
        section: &'a Section,
        params: &'a CompareParams,
        rows: &'a [RowValue],
    ) -> Self {
        let scored = |row: &'a RowValue| {
            let runs = || sections.runs(section).filter(|run| sections.row_of(run) == row.value);
            let first = runs().next().expect("a row is the value of some run");
            (row, sections.coordinates(first), RowScores::of(runs()))
        };
        Self { section, params, collected, rows: rows.iter().map(scored).collect() }
    }

    /// One family for every grid and checkpoint of the reference.
    fn families(
        &self,
        reference: usize,
        significance: &SignificanceParams,
    ) -> Result<Vec<Family>, CompareError> {
        let (_, _, reference) = &self.rows[reference];
        let mut places: Vec<(&str, &str)> =
            reference.settings().map(|(_, grid, checkpoint)| (grid, checkpoint)).collect();
        let main = (self.params.grid.as_str(), self.params.checkpoint.as_str());
        // The main one, then network before native and best before last, as in the tables.
        places.sort_by(|a, b| (*a != main, b.0, a.1).cmp(&(*b != main, a.0, b.1)));
        places.dedup();
        let family = |(grid, checkpoint): (&str, &str)| {
            let of_place = reference.settings().filter(|s| (s.1, s.2) == (grid, checkpoint));
            let settings: Vec<Setting<'_>> = of_place.collect();
            let mut tested = Vec::new();
            for metric in [&self.params.metric].into_iter().chain(&self.params.also) {
                let setting = settings.iter().find(|setting| setting.0 == metric.as_str());
                if let Some(setting) = setting {
                    tested.extend(self.tested(*setting, reference, significance)?);
                }
            }
            judge(&mut tested, significance)?;
            let (grid, checkpoint) = (grid.to_owned(), checkpoint.to_owned());
            Ok(Family { section: self.section.clone(), grid, checkpoint, tested })
        };
        let families: Vec<Family> =
            places.into_iter().map(family).collect::<Result<_, CompareError>>()?;
        Ok(families.into_iter().filter(|family| !family.tested.is_empty()).collect())
    }

    /// Every other row and class in one metric.
    fn tested(
        &self,
        setting: Setting<'_>,
        reference: &RowScores<'_>,
        significance: &SignificanceParams,
    ) -> Result<Vec<Tested>, CompareError> {
        let Some(kind) = self.collected.metrics.get(setting.0) else { return Ok(Vec::new()) };
        if kind.higher_is_better.is_none() {
            return Ok(Vec::new());
        }
        let classes = reference.class_ids(setting);
        let mean = (classes.len() > 1).then_some(None);
        let columns: Vec<Option<u8>> = classes.iter().copied().map(Some).chain(mean).collect();
        let scores = |row: &RowScores<'a>, class: Option<u8>| -> Scores<'a> {
            match class {
                Some(class) => row.class(setting, class),
                None => row.mean(setting, &classes),
            }
        };
        let mut tested = Vec::new();
        for (row, coordinates, of_row) in &self.rows {
            if row.value == significance.reference || of_row.class_ids(setting).is_empty() {
                continue;
            }
            for class_id in &columns {
                let of_reference: Scores<'_> = match class_id {
                    Some(class) => reference.class(setting, *class),
                    None => reference.mean(setting, &classes),
                };
                let pairs = pairs(&scores(of_row, *class_id), &of_reference);
                let class_name = self.class_name(*class_id);
                let outcome = compared(&pairs, significance).map_err(|source| {
                    let (metric, grid, checkpoint) = setting;
                    let place = format!("{metric} of {class_name} on {}", self.section.name);
                    let place = format!("{place}, grid {grid}, checkpoint {checkpoint}");
                    let rows = format!("`{}` with `{}`", row.value, significance.reference);
                    CompareError::Statistics { place: format!("{rows} in {place}"), source }
                })?;
                tested.push(Tested {
                    coordinates: coordinates.clone(),
                    row: row.value.clone(),
                    label: row.label.clone(),
                    metric: setting.0.to_owned(),
                    kind: kind.clone(),
                    class_id: *class_id,
                    class_name,
                    subjects: pairs.first.len() as u32,
                    dropped: pairs.dropped as u32,
                    outcome,
                    adjusted: None,
                    verdict: Verdict::Untested,
                });
            }
        }
        Ok(tested)
    }

    fn class_name(&self, class: Option<u8>) -> String {
        let Some(id) = class else { return MEAN.to_owned() };
        let dataset = self.collected.dataset(&self.section.dataset);
        let mut classes = dataset.into_iter().flat_map(|dataset| &dataset.classes);
        classes
            .find(|known| known.id == id)
            .map_or_else(|| id.to_string(), |known| known.name.clone())
    }
}

fn compared(
    pairs: &CompletePairs,
    significance: &SignificanceParams,
) -> Result<Option<Outcome>, StatisticsError> {
    if pairs.first.is_empty() {
        return Ok(None);
    }
    outcome(pairs, &significance.bootstrap).map(Some)
}

/// Adjusts the p-values of a family and says what they mean.
fn judge(tested: &mut [Tested], significance: &SignificanceParams) -> Result<(), CompareError> {
    let p = |tested: &Tested| tested.outcome.as_ref().map(|outcome| outcome.test.p);
    let plain: Vec<Option<f64>> = tested.iter().map(p).collect();
    let adjusted = adjust(&plain, significance.correction.into()).map_err(|source| {
        CompareError::Statistics { place: "all comparisons".to_owned(), source }
    })?;
    for (tested, adjusted) in tested.iter_mut().zip(adjusted) {
        tested.adjusted = adjusted;
        let (Some(outcome), Some(adjusted)) = (&tested.outcome, adjusted) else { continue };
        let more = outcome.test.positive > outcome.test.negative;
        tested.verdict = if adjusted > significance.level {
            Verdict::NotSignificant
        } else if Some(more) == tested.kind.higher_is_better {
            Verdict::Better
        } else {
            Verdict::Worse
        };
    }
    Ok(())
}
