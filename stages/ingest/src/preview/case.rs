//! The tiles of one case.

use std::collections::BTreeMap;
use std::path::PathBuf;

use stages_imaging::{LabelMap, View, Volume, VolumeHeader, read_label_map_with, read_volume_with};
use stages_tables::DatasetInfo;

use super::canvas::{Canvas, EMPTY, TEXT, class_colour, is_dotted};
use super::contour::contours;
use super::font;
use super::pick::slices;
use super::scale::{scale, scale_labels};
use crate::check::Intensities;
use crate::scan::Scan;

/// Which intensities are black and white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Window {
    /// The 1st and the 99th percentile of the whole volume.
    Percentiles,
    /// These two, such as Hounsfield units.
    Range(f64, f64),
}

impl Window {
    /// Soft tissue: 400 HU around 40.
    pub const SOFT_TISSUE: Self = Self::Range(-160.0, 240.0);
}

/// The pictures of one case.
pub(super) struct CasePicture {
    /// Its name with what a person wants to know of it.
    pub(super) caption: String,
    /// One per slice.
    pub(super) tiles: Vec<Canvas>,
    /// Why something is missing.
    pub(super) trouble: Option<String>,
}

/// How cases are drawn.
pub(super) struct CaseDrawer<'a> {
    pub(super) files: &'a BTreeMap<String, PathBuf>,
    pub(super) dataset: &'a DatasetInfo,
    pub(super) window: Window,
    /// Slices of a case.
    pub(super) slices: usize,
    /// Width and height of a tile in pixels.
    pub(super) tile: usize,
}

impl CaseDrawer<'_> {
    /// Draws a case; what cannot be read is said instead.
    pub(super) fn draw(&self, scan: &Scan<'_>) -> CasePicture {
        let Scan { case, files, reading, .. } = scan;
        let mut picture = CasePicture { caption: case.clone(), tiles: Vec::new(), trouble: None };
        let Some(image) = files.images.first() else {
            picture.trouble = Some("no image".to_owned());
            return picture;
        };
        let volume = match read_volume_with(&self.files[image], &reading.image_options()) {
            Ok(volume) => volume,
            Err(error) => {
                picture.trouble = Some(format!("{image}: {}", without_path(&error)));
                return picture;
            }
        };
        picture.caption = format!("{case}  {}", geometry(&volume.header));
        let map = files.labels.first().map(|label| {
            (label, read_label_map_with(&self.files[label], &reading.label_options()))
        });
        let map = match map {
            None => {
                picture.caption.push_str("  no label map");
                None
            }
            Some((label, Err(error))) => {
                picture.trouble = Some(format!("{label}: {}", without_path(&error)));
                None
            }
            Some((label, Ok(map))) if map.header.shape != volume.header.shape => {
                let [x, y, z] = map.header.shape;
                picture.trouble = Some(format!("{label} has {x} x {y} x {z} voxels"));
                None
            }
            Some((_, Ok(map))) => Some(map),
        };
        picture.tiles = self.tiles(&volume, map.as_ref());
        picture
    }

    fn tiles(&self, volume: &Volume, map: Option<&LabelMap>) -> Vec<Canvas> {
        let depth = volume.header.shape[2];
        let foreground = |z: usize| {
            map.map_or(0, |map| map.plane(z).iter().filter(|label| **label != 0).count() as u64)
        };
        let foreground: Vec<u64> = (0..depth).map(foreground).collect();
        let range = match self.window {
            Window::Range(low, high) => [low, high],
            Window::Percentiles => {
                Intensities::of(&volume.voxels).map_or([0.0, 1.0], |found| [found.p1, found.p99])
            }
        };
        let view = view(&volume.header);
        let slices = slices(&foreground, self.slices);
        slices.into_iter().map(|z| self.tile(volume, map, z, view, range)).collect()
    }

    fn tile(
        &self,
        volume: &Volume,
        map: Option<&LabelMap>,
        z: usize,
        view: View,
        range: [f64; 2],
    ) -> Canvas {
        let [nx, ny, depth] = volume.header.shape;
        let [sx, sy, _] = volume.header.spacing_mm;
        let from = view.turned([nx, ny]);
        let size = fit(view.turned([nx as f64 * sx, ny as f64 * sy]), self.tile);
        let (left, top) = ((self.tile - size[0]) / 2, (self.tile - size[1]) / 2);
        let mut tile = Canvas::new(self.tile, self.tile, EMPTY);
        let plane = scale(&view.turn(volume.plane(z), [nx, ny]), from, size);
        let width = (range[1] - range[0]).max(f64::MIN_POSITIVE);
        for (i, value) in plane.iter().enumerate() {
            let grey = ((f64::from(*value) - range[0]) / width * 255.0).round().clamp(0.0, 255.0);
            tile.set(left + i % size[0], top + i / size[0], [grey as u8; 3]);
        }
        if let Some(map) = map {
            let labels = scale_labels(&view.turn(map.plane(z), [nx, ny]), from, size);
            let edges = contours(&labels, size);
            for (i, class) in edges.iter().enumerate().filter(|(_, class)| **class != 0) {
                let (x, y) = (i % size[0], i / size[0]);
                let position = self.position(*class);
                if !is_dotted(position) || (x + y) % 4 < 2 {
                    tile.set(left + x, top + y, class_colour(position));
                }
            }
        }
        let last = depth - 1;
        let foot = self.tile - font::HEIGHT - 4;
        tile.text_on_picture(4, foot, TEXT, &format!("z {z}/{last}"));
        if let Some([side, front]) = view.sides {
            let middle = (self.tile - font::HEIGHT) / 2;
            tile.text_on_picture(4, middle, TEXT, &side.to_string());
            tile.text_on_picture(self.tile / 2 - 2, 4, TEXT, &front.to_string());
        }
        tile
    }

    /// The position of a class among the foreground; a value that is no class comes after them all.
    fn position(&self, class: u8) -> usize {
        let known = self.dataset.foreground().position(|known| known.id == class);
        known.unwrap_or_else(|| self.dataset.foreground().count())
    }
}

/// How slices of a volume are turned.
fn view(header: &VolumeHeader) -> View {
    header.orientation.map_or(View::STORED, |orientation| View::of(orientation.codes()))
}

/// Columns and rows of pixels for an extent in mm, as large as the tile allows.
fn fit(extent_mm: [f64; 2], tile: usize) -> [usize; 2] {
    let longest = extent_mm[0].max(extent_mm[1]);
    extent_mm.map(|mm| ((mm / longest * tile as f64).round() as usize).clamp(1, tile))
}

/// `216 x 256 x 10, 1.56 x 1.56 x 10 mm`.
fn geometry(header: &VolumeHeader) -> String {
    let [x, y, z] = header.shape;
    let [sx, sy, sz] = header.spacing_mm.map(|mm| format!("{mm:.3}"));
    let short = |text: &str| text.trim_end_matches('0').trim_end_matches('.').to_owned();
    format!("{x} x {y} x {z}  {} x {} x {} mm", short(&sx), short(&sy), short(&sz))
}

/// What an error says after the path, which is on the sheet already.
fn without_path(error: &stages_imaging::ImagingError) -> String {
    let text = error.to_string();
    text.split_once(": ").map_or(text.clone(), |(_, rest)| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use stages_imaging::VoxelType;
    use stages_tables::ClassInfo;

    use super::*;

    #[test]
    fn tiles_keep_the_proportions_of_the_patient() {
        assert_eq!(fit([100.0, 50.0], 64), [64, 32]);
        assert_eq!(fit([0.01, 50.0], 64), [1, 64]);
    }

    #[test]
    fn a_tile_shows_the_window_and_the_contour() {
        let header = VolumeHeader {
            shape: [4, 2, 1],
            spacing_mm: [1.0, 2.0, 5.0],
            voxel_type: VoxelType::I16,
            orientation: None,
        };
        let voxels = vec![0.0, 50.0, 100.0, 200.0, 0.0, 0.0, 0.0, -50.0];
        let volume = Volume { header, voxels };
        let labels = LabelMap { header, labels: vec![0, 0, 0, 1, 0, 0, 0, 0] };
        let class = |id: u8| ClassInfo { id, name: id.to_string() };
        let dataset = DatasetInfo { name: "toy".to_owned(), classes: vec![class(0), class(1)] };
        let files = BTreeMap::new();
        let drawer = CaseDrawer {
            files: &files,
            dataset: &dataset,
            window: Window::Range(0.0, 100.0),
            slices: 1,
            tile: 64,
        };
        // 4 x 4 mm in 64 x 64 pixels: a voxel is 16 pixels wide and 32 high.
        let tiles = drawer.tiles(&volume, Some(&labels));
        let [tile] = tiles.as_slice() else { panic!("one slice") };
        assert_eq!(tile.get(0, 0), [0; 3]);
        let middle = tile.get(24, 8)[0];
        assert!((120..=136).contains(&middle), "half of the window, not {middle}");
        assert_eq!(tile.get(40, 8), [255; 3]);
        assert_eq!(tile.get(48, 0), class_colour(0));
        assert_eq!(tile.get(63, 31), class_colour(0));
        assert_ne!(tile.get(63, 32), class_colour(0));
        assert_eq!(tile.get(56, 16), [255; 3], "the inside of the structure is the image");
    }
}
