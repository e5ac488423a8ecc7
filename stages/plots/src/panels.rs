//! Pictures of the best, the median and the worst subject under every method.

use stages_figures::{Crop, GreyImage, PanelClass, PanelPrediction, PanelRow, QualitativePanels};
use stages_imaging::View;
use stages_tables::Window;

use crate::agreement::first_of_each;
use crate::grouping::sections;
use crate::index::{Drawn, Sheets};
use crate::material::Material;
use crate::predicted::{PredictedRun, PredictedScan};
use crate::scores::{Setting, of_scan};
use crate::words::{metric_name, titled};
use crate::{FigureKind, FiguresParams, PlotsError};

mod choice;

use choice::{Chosen, choose};

/// The runs that are shown, one a method, and what all of them predicted.
struct Shown<'a> {
    material: &'a Material,
    params: &'a FiguresParams,
    setting: Setting<'a>,
    runs: Vec<&'a PredictedRun>,
}

/// One figure a section.
pub(crate) fn draw(
    material: &Material,
    params: &FiguresParams,
    sheets: &mut Sheets,
) -> Result<(), PlotsError> {
    let Some(metric) = params.metrics.first() else { return Ok(()) };
    let grid = params.grid.into();
    let setting = Setting { metric, grid, checkpoint: params.checkpoint.as_str() };
    for (section, runs) in sections(&material.predictions, PredictedRun::section) {
        let mut runs = first_of_each(&runs, |run| &run.name);
        let Some(first) = runs.first().copied() else { continue };
        let before = runs.len();
        runs.retain(|run| run.shares_slices(first));
        if runs.len() < before {
            let left_out = before - runs.len();
            sheets.warnings.push(format!(
                "{left_out} methods are not in the pictures: they were predicted on other slices"
            ));
        }
        let words = material.words(&section);
        let shown = Shown { material, params, setting, runs };
        let scored = material.metrics.iter().filter(|run| run.section() == section);
        let chosen = choose(&scored.collect::<Vec<_>>(), setting, &params.panels.also, sheets);
        if let Some(chosen) = chosen {
            sheets.add_some(shown.drawn(&words, &chosen)?);
        }
    }
    Ok(())
}

impl Shown<'_> {
    fn drawn(&self, section: &str, chosen: &[Chosen]) -> Result<Option<Drawn>, PlotsError> {
        let Some(first) = self.runs.first() else { return Ok(None) };
        let all = self
            .runs
            .iter()
            .map(|run| run.scans(&self.material.extracted, self.setting.checkpoint));
        let all = all.collect::<Result<Vec<_>, _>>()?;
        let mut rows = Vec::new();
        for chosen in chosen {
            let scans = all[0].values().filter(|scan| scan.case.subject == chosen.subject);
            // Of the slices that every method predicted, the one with most annotated pixels.
            let slices = self.material.extracted.slices(first);
            let everywhere = |case: &str, slice: u32| {
                all.iter().all(|scans| {
                    scans.get(case).is_some_and(|scan| scan.planes.contains_key(&slice))
                })
            };
            let mut largest: Option<(usize, &PredictedScan<'_>, u32)> = None;
            for scan in scans {
                for (slice, (_, row)) in &scan.planes {
                    if !everywhere(&scan.case.case_id, *slice) {
                        continue;
                    }
                    let truth = slices.truth(*row, &self.window());
                    let area = truth.iter().filter(|label| **label != 0).count();
                    if largest.is_none_or(|(most, _, _)| area > most) {
                        largest = Some((area, scan, *slice));
                    }
                }
            }
            if let Some((_, scan, slice)) = largest {
                let planes: Vec<_> = all
                    .iter()
                    .map(|scans| scans[scan.case.case_id.as_str()].planes[&slice].0)
                    .collect();
                rows.push(self.row(chosen, scan, slice, &planes));
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let classes = first.info().foreground();
        let classes = classes.map(|class| PanelClass { label: class.id, name: class.name.clone() });
        let title = if rows.iter().any(|row| row.name == "worst") {
            "Best, median and worst subject"
        } else {
            "Subjects"
        };
        let options = &self.params.panels;
        let figure = QualitativePanels {
            overlay: options.overlay.into(),
            error_maps: options.error_maps.into(),
            crop: Crop::Labelled { margin: options.margin },
            picture_width: options.picture_width_px,
            ..QualitativePanels::new(titled(title, section), classes.collect(), rows)
        };
        Ok(Some(Drawn {
            kind: FigureKind::Panels,
            name: vec!["panels".to_owned()],
            section: section.to_owned(),
            caption: self.caption(chosen),
            figure: figure.figure(),
        }))
    }

    /// `planes` holds the row of the slice in the predictions of every method.
    fn row(
        &self,
        chosen: &Chosen,
        scan: &PredictedScan<'_>,
        slice: u32,
        planes: &[usize],
    ) -> PanelRow {
        let slices = self.material.extracted.slices(self.runs[0]);
        let row = scan.planes[&slice].1;
        let window = self.window();
        let size = [window.width as usize, window.height as usize];
        let view = scan.case.orientation.map_or(View::STORED, |o| View::of(o.codes()));
        let turned = |plane: &[u8]| view.turn(plane, size);
        let [width, height] = view.turned(size);
        let [x_mm, y_mm, _] = scan.spacing_mm();
        let [across_mm, down_mm] = view.turned([x_mm, y_mm]);
        let predictions = self.runs.iter().zip(planes).map(|(run, plane)| PanelPrediction {
            method: self.material.methods.name(&run.name.method).to_owned(),
            labels: turned(&spread(run.label(*plane), run.window(), &window)),
            caption: self.score(run, &scan.case.case_id),
        });
        let phase = scan.case.phase.iter().map(|phase| format!("{phase}, "));
        PanelRow {
            name: chosen.name.clone(),
            subject: chosen.subject.clone(),
            detail: phase.collect::<String>() + &format!("slice {slice}"),
            image: GreyImage {
                width,
                height,
                pixel_aspect: down_mm / across_mm,
                grey: turned(&slices.image(row, &window)),
            },
            truth: turned(&slices.truth(row, &window)),
            predictions: predictions.collect(),
        }
    }

    /// `Dice 0.912`: that of the scan in the run that is shown.
    fn score(&self, run: &PredictedRun, case: &str) -> String {
        let metrics = self.material.metrics_of(run);
        let value = metrics.and_then(|run| of_scan(&run.table, self.setting, case));
        let name = metric_name(self.setting.metric);
        value.map_or_else(String::new, |value| format!("{name} {value:.3}"))
    }

    /// The smallest part of the canvas that holds the windows of all methods.
    fn window(&self) -> Window {
        let mut window = self.runs[0].window().clone();
        for other in self.runs[1..].iter().map(|run| run.window()) {
            let bottom = (window.top + window.height).max(other.top + other.height);
            let right = (window.left + window.width).max(other.left + other.width);
            window.top = window.top.min(other.top);
            window.left = window.left.min(other.left);
            window.height = bottom - window.top;
            window.width = right - window.left;
        }
        window
    }

    fn caption(&self, chosen: &[Chosen]) -> String {
        let metric = metric_name(self.setting.metric);
        let ranked = chosen.first().map_or(0, |chosen| chosen.of);
        let repetition = crate::agreement::repetitions(&self.runs, |run| &run.name, self.params);
        let mut caption = format!(
            "Subjects by {metric}, mean over methods, runs, scans and classes on the {} grid, \
             checkpoint {}: of {ranked} subjects the best, the median (of two, the better) and the \
             worst; of equal ones the first by name. Shown is the slice with most annotated \
             pixels{repetition}; slices count from 0. Below, {metric} of its whole scan in that \
             run, mean over classes.",
            self.setting.grid.as_str(),
            self.setting.checkpoint,
        );
        let metrics = self.runs.iter().filter_map(|run| self.material.metrics_of(run));
        if metrics.into_iter().any(|run| run.table.scoring.largest_component.is_some()) {
            caption += " Pictures show predictions before the largest component was taken, which \
                        was scored.";
        }
        caption
    }
}

/// A plane of a window as a plane of a larger one, with background around it.
fn spread(plane: &[u8], from: &Window, to: &Window) -> Vec<u8> {
    let [width, height] = [to.width as usize, to.height as usize];
    let mut target = vec![0; width * height];
    let (top, left) = ((from.top - to.top) as usize, (from.left - to.left) as usize);
    let columns = (from.width as usize).max(1);
    for (line, row) in plane.chunks_exact(columns).zip(top..) {
        target[row * width + left..][..columns].copy_from_slice(line);
    }
    target
}

#[cfg(test)]
mod tests {
    use stages_tables::DatasetInfo;

    use super::*;

    #[test]
    fn a_smaller_window_lies_in_the_larger_one() {
        let dataset = DatasetInfo { name: "toy".to_owned(), classes: Vec::new() };
        let window = |top, left, height, width| Window {
            dataset: dataset.clone(),
            height,
            width,
            top,
            left,
        };
        let found = spread(&[1, 2, 3, 4], &window(5, 7, 2, 2), &window(4, 7, 4, 3));
        assert_eq!(found, [0, 0, 0, 1, 2, 0, 3, 4, 0, 0, 0, 0]);
    }
}
