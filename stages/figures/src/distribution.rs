//! Box plots and violins: how the values of subjects spread, per class and method.

use std::fmt::Write as _;

use stages_statistics::quantile_of_sorted;

use crate::axis::Axis;
use crate::error::FigureError;
use crate::facets::Facets;
use crate::figure::Figure;
use crate::font::{Weight, width};
use crate::page::{MARGIN, Page};
use crate::plot::{Area, MIDDLE, Plot, TITLES};
use crate::quantity::{Quantity, Scale, Size, drawable};
use crate::scene::{Anchor, Label, Mark, Paint, Stroke};
use crate::series::{Series, counted, in_order, series, shown};
use crate::text::shorten;
use crate::ticks::readable;

mod glyph;

/// Height of the names of methods, in px.
const NAMES: f64 = 11.5;
/// Height of one method's row in px.
const ROW: f64 = 30.0;
/// Narrowest panel in px.
const NARROWEST: f64 = 130.0;
/// Most values of one sample that are drawn as points.
const POINTS: usize = 60;
/// Fewest values that quartiles or a density are drawn for.
const FEWEST: usize = 5;

/// The form in which a spread is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DistributionForm {
    /// Quartiles (type 7), whiskers to the last value within 1.5 lengths of the box, outliers.
    #[default]
    Box,
    /// A Gaussian kernel density (Scott's rule) from the lowest to the highest value, all equally
    /// thick, around a bar of the quartiles.
    Violin,
}

/// How the values of subjects spread: one panel a class, one row a method.
#[derive(Debug, Clone, PartialEq)]
pub struct Distributions {
    /// Title of the figure; may be empty.
    pub title: String,
    /// What is measured.
    pub value: Quantity,
    /// The samples; classes are drawn in the order in which they appear first.
    pub samples: Vec<Sample>,
    /// Methods in the order of their looks; one that has no data is not drawn, and the others look
    /// as if it were. Those that are not listed follow in the order in which they appear first.
    pub methods: Vec<String>,
    /// The form.
    pub form: DistributionForm,
    /// Width of the figure in px; its height follows from the number of methods.
    pub width: f64,
}

/// The values of one class under one method.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The class.
    pub class: String,
    /// The method.
    pub method: String,
    /// Subjects and their values.
    pub values: Vec<(String, f64)>,
}

impl Distributions {
    /// Box plots.
    pub fn new(title: impl Into<String>, value: Quantity, samples: Vec<Sample>) -> Self {
        let width = Size::default().width;
        Self {
            title: title.into(),
            value,
            samples,
            methods: Vec::new(),
            form: DistributionForm::default(),
            width,
        }
    }

    /// Draws them.
    ///
    /// # Errors
    /// [`FigureError`] if the width or the bounds cannot be used, or there are too many classes or
    /// methods.
    pub fn figure(&self) -> Result<Figure, FigureError> {
        self.value.check()?;
        let classes = in_order(self.samples.iter().map(|sample| sample.class.as_str()), "classes")?;
        let names = self.samples.iter().map(|sample| sample.method.as_str());
        let methods = series(&self.methods, names, "methods")?;
        let mut page = Page::new(&self.title, Size { width: self.width, ..Size::default() })?;
        let mut grid = vec![vec![Vec::new(); methods.len()]; classes.len()];
        let mut left_out = 0;
        for sample in &self.samples {
            let class = classes.iter().position(|class| *class == sample.class);
            let method = methods.iter().position(|method| method.key == sample.method);
            let (Some(class), Some(method)) = (class, method) else { continue };
            let (good, bad): (Vec<_>, Vec<_>) =
                sample.values.iter().partition(|(_, value)| drawable(*value));
            left_out += bad.len();
            grid[class][method].extend(good);
        }
        for values in grid.iter_mut().flatten() {
            values.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        }
        let classes = shown(&classes);
        if grid.iter().flatten().all(Vec::is_empty) {
            page.say(Size::default().panel_height, "No subject has a value to show.");
        } else {
            self.draw(&mut page, &classes, &methods, &grid);
        }
        page.note_left_out(left_out, "value", "not finite");
        Ok(page.finish(&self.describe(&classes, &methods, &grid)))
    }

    fn draw(
        &self,
        page: &mut Page,
        classes: &[String],
        methods: &[Series<'_>],
        grid: &[Vec<Vec<&(String, f64)>>],
    ) {
        let names = methods.iter().map(|method| width(&method.shown, NAMES, Weight::Regular));
        let widest = names.fold(0.0, f64::max).mul_add(1.06, 10.0);
        let left = MARGIN + widest.min(self.width * 0.28);
        let available = self.width - 2.0 * MARGIN - left;
        let facets = Facets::of(classes.len(), available, NARROWEST.min(available), 18.0);
        let all = grid.iter().flatten().flatten().map(|(_, value)| *value);
        let x = Axis::of(&self.value, Scale::Linear, all, (facets.width / 42.0).clamp(2.0, 8.0));
        let x = x.thinned(facets.width);
        let rows = classes.len().div_ceil(facets.columns);
        let height = ROW * methods.len() as f64;
        for row in 0..rows {
            let top = page.cursor + 20.0;
            for (index, method) in methods.iter().enumerate() {
                let name = &method.shown;
                let y = top + ROW * (index as f64 + 0.5) + MIDDLE * NAMES;
                let shown = shorten(name, left - MARGIN - 10.0, NAMES, Weight::Regular);
                let label = Label::new(left - 10.0, y, shown, NAMES).anchored(Anchor::End);
                page.marks.push(Mark::Text(label.standing_for(name)));
            }
            let from = row * facets.columns;
            for class in from..(from + facets.columns).min(classes.len()) {
                let (start, end) = facets.edges(class);
                let area =
                    Area { left: left + start, top, right: left + end, bottom: top + height };
                self.panel(area, &x, &classes[class], methods, &grid[class], &mut page.marks);
            }
            page.cursor = top + height + 26.0;
        }
        page.cursor += 12.0;
        let title = shorten(&x.title, available, TITLES, Weight::Regular);
        let label = Label::new(left + available / 2.0, page.cursor, title, TITLES);
        page.marks.push(Mark::Text(label.anchored(Anchor::Middle).standing_for(&x.title)));
        page.cursor += 8.0;
        self.explain(page, grid);
    }

    fn panel(
        &self,
        area: Area,
        x: &Axis,
        class: &str,
        methods: &[Series<'_>],
        samples: &[Vec<&(String, f64)>],
        marks: &mut Vec<Mark>,
    ) {
        let shown = shorten(class, area.width(), TITLES, Weight::Bold);
        let label = Label::new(area.left, area.top - 7.0, shown, TITLES).bold();
        marks.push(Mark::Text(label.standing_for(class)));
        let columns = x.ticks.iter().map(|tick| {
            let at = x.place(tick.value, area.left, area.right);
            [at, area.top, at, area.bottom]
        });
        let segments = columns.collect();
        marks.push(Mark::Segments { segments, stroke: Stroke::solid(Paint::Grid, 1.0) });
        Plot { area, x, y: x, inset: 0.0 }.horizontal(marks);
        for (index, values) in samples.iter().enumerate() {
            let middle = area.top + ROW * (index as f64 + 0.5);
            let place = |value: f64| x.place(value, area.left, area.right);
            if values.is_empty() {
                let text = Label::new(area.left + 4.0, middle + MIDDLE * 10.0, "no values", 10.0);
                marks.push(Mark::Text(text.painted(Paint::Muted)));
                continue;
            }
            let spot = glyph::Spot { middle, thickness: ROW * 0.74, series: methods[index].look };
            let drawn = glyph::draw(self.form, &spot, values, place);
            let title = format!("{class}, {}: {}", methods[index].shown, summary(values));
            marks.push(Mark::Group { title, marks: drawn });
        }
    }

    fn explain(&self, page: &mut Page, grid: &[Vec<Vec<&(String, f64)>>]) {
        let counts = || grid.iter().flatten().map(Vec::len).filter(|count| *count > 0);
        let (least, most) = (counts().min().unwrap_or(0), counts().max().unwrap_or(0));
        let n =
            if least == most { format!("n = {most}") } else { format!("n = {least} to {most}") };
        if least < FEWEST && most < FEWEST {
            page.note(format!("Dots: subjects; line: their median. {n} per row."));
            return;
        }
        page.note(match self.form {
            DistributionForm::Box => format!(
                "Box: quartiles and median; whiskers: last value within 1.5 box lengths; dots: \
                 subjects. {n} per row."
            ),
            DistributionForm::Violin => format!(
                "Violin: kernel density, all equally thick; bar: quartiles; white dot: median. {n} \
                 per row."
            ),
        });
        if least < FEWEST {
            page.note(format!(
                "Rows with fewer than {FEWEST} values show the values and their median only."
            ));
        }
        if most > POINTS {
            page.note(match self.form {
                DistributionForm::Box => {
                    format!("Of rows with more than {POINTS} values, only outliers are points.")
                }
                DistributionForm::Violin => {
                    format!("Rows with more than {POINTS} values show no points.")
                }
            });
        }
    }

    fn describe(
        &self,
        classes: &[String],
        methods: &[Series<'_>],
        grid: &[Vec<Vec<&(String, f64)>>],
    ) -> String {
        let mut text = format!(
            "{} of {} under {}.",
            self.value.title(None),
            counted(classes.len(), "class", "classes"),
            counted(methods.len(), "method", "methods")
        );
        for (class, samples) in classes.iter().zip(grid) {
            for (method, values) in methods.iter().zip(samples).filter(|(_, v)| !v.is_empty()) {
                let _ = write!(text, " {class}, {}: {}.", method.shown, summary(values));
            }
        }
        text
    }
}

fn summary(values: &[&(String, f64)]) -> String {
    let rising: Vec<_> = values.iter().map(|(_, value)| *value).collect();
    let [lower, median, upper] =
        [0.25, 0.5, 0.75].map(|share| readable(quantile_of_sorted(&rising, share)));
    if rising.len() < FEWEST {
        return format!("median {median}, n = {}", rising.len());
    }
    format!("median {median}, quartiles {lower} and {upper}, n = {}", rising.len())
}

#[cfg(test)]
#[path = "tests/distribution.rs"]
mod tests;
