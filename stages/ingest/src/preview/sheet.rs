//! Cases side by side, page by page.

use pipeline_engine::stage::Cancellation;
use rayon::prelude::*;
use stages_tables::DatasetInfo;

use super::canvas::{ALARM, BACKGROUND, Canvas, DIM, TEXT, class_colour, is_dotted};
use super::case::{CaseDrawer, CasePicture, Window};
use super::font;
use super::pick::{NoSuchCase, named, spread};
use crate::check::FoundDataset;
use crate::inventory::Inventory;
use crate::survey::Survey;

/// What a sheet shows, and how.
#[derive(Debug, Clone)]
pub struct PreviewOptions {
    /// These cases, or all cases of these subjects; none for cases spread over the dataset.
    pub cases: Option<Vec<String>>,
    /// How many cases at most, where none are named; 0 for all.
    pub limit: usize,
    /// Slices of a case.
    pub slices: usize,
    /// Cases side by side.
    pub columns: usize,
    /// Cases on a page.
    pub per_page: usize,
    /// Width and height of a slice in pixels.
    pub tile: usize,
    /// Which intensities are black and white; none for what suits the modality.
    pub window: Option<Window>,
    /// Threads, each of which holds one case in memory.
    pub cpus: usize,
}

impl Default for PreviewOptions {
    fn default() -> Self {
        Self {
            cases: None,
            limit: 12,
            slices: 4,
            columns: 2,
            per_page: 24,
            tile: 192,
            window: None,
            cpus: 1,
        }
    }
}

impl PreviewOptions {
    /// How many cases will be shown, as far as that can be said before names are looked up.
    pub fn shown(&self, found: &FoundDataset) -> usize {
        let total = found.case_count(self.cases.as_deref());
        if self.limit == 0 || self.cases.is_some() { total } else { total.min(self.limit) }
    }
}

/// What was drawn.
#[derive(Debug, Clone)]
pub struct Preview {
    /// A PNG file for each page.
    pub pages: Vec<Vec<u8>>,
    /// How many cases are shown.
    pub shown: usize,
    /// How many there are.
    pub total: usize,
    /// Cases of which something could not be shown, with the reason.
    pub troubles: Vec<(String, String)>,
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// It was asked to stop.
    #[error("stopped before all cases were drawn")]
    Stopped,
    /// A name that is not there.
    #[error(transparent)]
    NoSuchCase(#[from] NoSuchCase),
    /// No case at all.
    #[error("{folder} holds no case of dataset `{name}`")]
    NoCases {
        /// The dataset.
        name: String,
        /// Where cases were looked for.
        folder: String,
    },
    /// The picture is larger than PNG allows.
    #[error("the picture cannot be written as PNG")]
    Png(#[from] png::EncodingError),
}

/// Pixels around the sheet.
const MARGIN: usize = 14;
/// Pixels between tiles.
const GAP: usize = 4;
/// Pixels between cases.
const BETWEEN: usize = 18;
/// Height of a line of text with its gap.
const LINE: usize = 18;
/// Height of a caption with its gap.
const CAPTION: usize = 14;

/// Draws cases of a dataset. `read` hears of each case that was drawn.
///
/// # Errors
/// [`PreviewError`].
pub fn preview(
    found: &FoundDataset,
    options: &PreviewOptions,
    cancellation: &Cancellation,
    read: &(dyn Fn(&str) + Sync),
) -> Result<Preview, PreviewError> {
    let inventory = Inventory::of(&found.manifest, None, found.files.keys());
    let (manifest, params) = (&found.manifest, found.params(None));
    let survey = Survey { manifest, inventory: &inventory, files: &found.files, params: &params };
    let all = survey.prepare().scans;
    if all.is_empty() {
        let (name, folder) = (found.manifest.file.name.clone(), found.folder.display().to_string());
        return Err(PreviewError::NoCases { name, folder });
    }
    let names: Vec<_> = all.iter().map(|scan| (&scan.case, &scan.files.subject)).collect();
    let chosen = chosen(&names, options)?;
    let dataset = found.manifest.dataset();
    let automatic = if found.manifest.is_ct() { Window::SOFT_TISSUE } else { Window::Percentiles };
    let window = options.window.unwrap_or(automatic);
    let drawer = CaseDrawer {
        files: &found.files,
        dataset: &dataset,
        window,
        slices: options.slices,
        tile: options.tile,
    };
    let one = |position: &usize| {
        if cancellation.is_cancelled() {
            return Err(PreviewError::Stopped);
        }
        let scan = &all[*position];
        let picture = drawer.draw(scan);
        read(&scan.case);
        Ok(picture)
    };
    let sheet = Sheet {
        title: format!("{}: {}", dataset.name, found.manifest.file.title),
        dataset: &dataset,
        window,
        options,
        shown: chosen.len(),
        total: all.len(),
    };
    let mut preview =
        Preview { pages: Vec::new(), shown: chosen.len(), total: all.len(), troubles: Vec::new() };
    let page_count = chosen.len().div_ceil(options.per_page);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.cpus.max(1)).build().ok();
    for (page, positions) in chosen.chunks(options.per_page).enumerate() {
        let draw = || positions.par_iter().map(one).collect::<Result<Vec<_>, _>>();
        let pictures = pool.as_ref().map_or_else(draw, |pool| pool.install(draw))?;
        preview.pages.push(sheet.page(&pictures, page, page_count).to_png()?);
        for (picture, position) in pictures.into_iter().zip(positions) {
            let case = &all[*position].case;
            preview.troubles.extend(picture.trouble.map(|trouble| (case.clone(), trouble)));
        }
    }
    Ok(preview)
}

fn chosen(
    names: &[(&String, &String)],
    options: &PreviewOptions,
) -> Result<Vec<usize>, NoSuchCase> {
    match &options.cases {
        Some(wanted) => named(names, wanted),
        None if options.limit == 0 => Ok((0..names.len()).collect()),
        None => Ok(spread(names.len(), options.limit)),
    }
}

/// What all pages have in common.
struct Sheet<'a> {
    title: String,
    dataset: &'a DatasetInfo,
    window: Window,
    options: &'a PreviewOptions,
    shown: usize,
    total: usize,
}

impl Sheet<'_> {
    fn page(&self, pictures: &[CasePicture], page: usize, pages: usize) -> Canvas {
        let columns = self.options.columns.clamp(1, pictures.len().max(1));
        let rows = pictures.len().div_ceil(columns);
        let block = self.options.slices * (self.options.tile + GAP) - GAP;
        let height = CAPTION + self.options.tile;
        let width = 2 * MARGIN + columns * (block + BETWEEN) - BETWEEN;
        let top = MARGIN + 2 * LINE + GAP;
        let mut canvas = Canvas::new(
            width,
            top + rows * (height + BETWEEN) + LINE * self.legend_lines(width) + MARGIN - GAP,
            BACKGROUND,
        );
        self.head(&mut canvas, page, pages);
        for (i, picture) in pictures.iter().enumerate() {
            let x = MARGIN + i % columns * (block + BETWEEN);
            let y = top + i / columns * (height + BETWEEN);
            self.case(&mut canvas, x, y, block, picture);
        }
        self.legend(&mut canvas, top + rows * (height + BETWEEN));
        canvas
    }

    fn head(&self, canvas: &mut Canvas, page: usize, pages: usize) {
        let room = canvas.width - 2 * MARGIN;
        canvas.text(MARGIN, MARGIN, 2, TEXT, &font::fitting(&self.title, 2, room));
        let window = match self.window {
            Window::Percentiles => {
                "black and white are the 1st and 99th percentile of the volume".to_owned()
            }
            Window::Range(low, high) => format!("black is {low}, white is {high}"),
        };
        let of_pages =
            if pages > 1 { format!("page {} of {pages}, ", page + 1) } else { String::new() };
        let text = format!("{of_pages}{} of {} cases; {window}", self.shown, self.total);
        canvas.text(MARGIN, MARGIN + LINE + 2, 1, DIM, &font::fitting(&text, 1, room));
    }

    fn case(&self, canvas: &mut Canvas, x: usize, y: usize, block: usize, picture: &CasePicture) {
        canvas.text(x, y, 1, TEXT, &font::fitting(&picture.caption, 1, block));
        for (i, tile) in picture.tiles.iter().enumerate() {
            canvas.paste(x + i * (self.options.tile + GAP), y + CAPTION, tile);
        }
        if let Some(trouble) = &picture.trouble {
            // Over the tiles, if there are any: they may lack their contours.
            let text = font::fitting(trouble, 1, block - 2 * GAP);
            canvas.text_on_picture(x + GAP, y + CAPTION + 2 * LINE, ALARM, &text);
        }
    }

    /// Where each class of the legend stands, and its name; a class that does not fit into a line
    /// begins another one.
    fn legend_places(&self, width: usize) -> Vec<(usize, usize, usize)> {
        let (mut x, mut line) = (MARGIN, 0);
        let mut places = Vec::new();
        for (position, class) in self.dataset.foreground().enumerate() {
            let needed = LINE + font::width(&class.name, 2);
            if x > MARGIN && x + needed > width - MARGIN {
                (x, line) = (MARGIN, line + 1);
            }
            places.push((position, x, line));
            x += needed + LINE;
        }
        places
    }

    fn legend_lines(&self, width: usize) -> usize {
        self.legend_places(width).last().map_or(0, |(_, _, line)| line + 1)
    }

    fn legend(&self, canvas: &mut Canvas, top: usize) {
        let names: Vec<&str> = self.dataset.foreground().map(|class| class.name.as_str()).collect();
        for (position, x, line) in self.legend_places(canvas.width) {
            let y = top + line * LINE;
            let colour = class_colour(position);
            canvas.fill(x, y + 2, 10, 10, colour);
            if is_dotted(position) {
                canvas.fill(x + 3, y + 2, 4, 10, BACKGROUND);
            }
            let room = canvas.width.saturating_sub(x + 16 + MARGIN);
            canvas.text(x + 16, y, 2, TEXT, &font::fitting(names[position], 2, room));
        }
    }
}
