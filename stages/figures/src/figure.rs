//! A finished figure.

use crate::error::FigureError;
use crate::scene::Scene;
use crate::svg::Place;
use crate::{raster, svg};

/// A finished figure, ready to be written as SVG or PNG.
///
/// The same data gives the same bytes, on any machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub(crate) scene: Scene,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) notes: Vec<String>,
}

impl Figure {
    /// Its width in px, of which 96 make an inch.
    pub fn width(&self) -> f64 {
        self.scene.width
    }

    /// Its height in px.
    pub fn height(&self) -> f64 {
        self.scene.height
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it shows, in words, for those who do not see it.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What a reader must know: how many values were left out, what bands mean. They also stand
    /// below the figure.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns it as a file of its own: dark on white, in plain SVG without style sheets, so that
    /// any program shows it alike.
    pub fn svg(&self) -> String {
        svg::write(&self.scene, &self.title, &self.description, Place::File)
    }

    /// Returns it as an element of an HTML page.
    ///
    /// Its ids start with `id`, so that many figures share a page. It has the class `figure`, takes
    /// the text's colour of the page, and lets the page set the variables `--figure-ink`,
    /// `--figure-muted`, `--figure-grid`, `--figure-surface` and `--figure-series-1` to
    /// `--figure-series-7`.
    pub fn svg_inline(&self, id: &str) -> String {
        svg::write(&self.scene, &self.title, &self.description, Place::Page(id))
    }

    /// Returns it as a PNG on white; at scale 1 it has 96 pixels an inch, which the file says.
    ///
    /// # Errors
    /// [`FigureError::Scale`] if the scale gives no pixel, or more than 67 million.
    pub fn png(&self, scale: f64) -> Result<Vec<u8>, FigureError> {
        raster::png(&self.scene, scale)
    }
}
