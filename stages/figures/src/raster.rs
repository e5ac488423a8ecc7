//! Draws a scene into pixels.

use tiny_skia::{
    Color, FillRule, FilterQuality, LineJoin, PathBuilder, Pixmap, PixmapPaint,
    PremultipliedColorU8, Rect, StrokeDash, Transform,
};

use crate::error::FigureError;
use crate::font::{outline, width};
use crate::png;
use crate::scene::{Anchor, Fill, Label, Mark, Paint, Pixels, Scene, Stroke};

/// Most pixels of a picture: 256 MiB while it is drawn.
const LIMIT: usize = 64 << 20;
/// Dots per metre at scale 1, which is 96 a inch.
const DOTS_PER_METRE: f64 = 96.0 / 0.0254;

/// Returns a PNG on white; at scale 1 a px of the scene is a pixel.
pub(crate) fn png(scene: &Scene, scale: f64) -> Result<Vec<u8>, FigureError> {
    let refused =
        || FigureError::Scale { scale, width: scene.width, height: scene.height, limit: LIMIT };
    let (columns, rows) = ((scene.width * scale).ceil(), (scene.height * scale).ceil());
    if !(columns >= 1.0 && rows >= 1.0 && columns * rows <= LIMIT as f64) {
        return Err(refused());
    }
    let mut pixmap = Pixmap::new(columns as u32, rows as u32).ok_or_else(refused)?;
    pixmap.fill(colour(Paint::Surface, 1.0));
    let mut canvas =
        Canvas { pixmap, transform: Transform::from_scale(scale as f32, scale as f32) };
    scene.marks.iter().for_each(|mark| canvas.mark(mark));
    // Every pixel is opaque: the background was.
    let opaque = |pixel: &[u8]| [pixel[0], pixel[1], pixel[2]];
    let pixels = Pixels::Rgb(canvas.pixmap.data().chunks_exact(4).flat_map(opaque).collect());
    let dots = (DOTS_PER_METRE * scale).round().min(f64::from(u32::MAX)) as u32;
    Ok(png::encode(columns as usize, rows as usize, &pixels, Some(dots)))
}

fn colour(paint: Paint, opacity: f64) -> Color {
    let [red, green, blue] = paint.rgb();
    Color::from_rgba8(red, green, blue, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8)
}

struct Canvas {
    pixmap: Pixmap,
    transform: Transform,
}

impl Canvas {
    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Line { points, stroke } => {
                self.path(lines(points, false), None, Some(stroke));
            }
            Mark::Segments { segments, stroke } => {
                let mut path = PathBuilder::new();
                for [x1, y1, x2, y2] in segments {
                    path.move_to(*x1 as f32, *y1 as f32);
                    path.line_to(*x2 as f32, *y2 as f32);
                }
                self.path(path.finish(), None, Some(stroke));
            }
            Mark::Area { points, fill, stroke } => {
                self.path(lines(points, true), fill.as_ref(), stroke.as_ref());
            }
            Mark::Rect { x, y, width, height, fill, stroke } => {
                let area = Rect::from_xywh(*x as f32, *y as f32, *width as f32, *height as f32);
                let path = area.map(PathBuilder::from_rect);
                self.path(path, fill.as_ref(), stroke.as_ref());
            }
            Mark::Circle { x, y, radius, fill, stroke } => {
                let path = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32);
                self.path(path, fill.as_ref(), stroke.as_ref());
            }
            Mark::Text(label) => self.label(label),
            Mark::Image { x, y, width, height, columns, rows, pixels, smooth } => {
                self.image([*x, *y, *width, *height], (*columns, *rows), pixels, *smooth);
            }
            Mark::Group { marks, .. } => marks.iter().for_each(|mark| self.mark(mark)),
        }
    }

    /// Draws a path; one without length or area has none and nothing is seen.
    fn path(
        &mut self,
        path: Option<tiny_skia::Path>,
        fill: Option<&Fill>,
        stroke: Option<&Stroke>,
    ) {
        let Some(path) = path else { return };
        let mut paint = tiny_skia::Paint::default();
        if let Some(fill) = fill {
            paint.set_color(colour(fill.paint, fill.opacity));
            self.pixmap.fill_path(&path, &paint, FillRule::Winding, self.transform, None);
        }
        if let Some(stroke) = stroke {
            paint.set_color(colour(stroke.paint, stroke.opacity));
            let dash = stroke.dash.iter().map(|length| *length as f32).collect();
            let stroke = tiny_skia::Stroke {
                width: stroke.width as f32,
                line_join: LineJoin::Round,
                dash: StrokeDash::new(dash, 0.0),
                ..tiny_skia::Stroke::default()
            };
            self.pixmap.stroke_path(&path, &paint, &stroke, self.transform, None);
        }
    }

    fn label(&mut self, label: &Label) {
        let length = width(&label.shown, label.size, label.weight);
        let left = match label.anchor {
            Anchor::Start => label.x,
            Anchor::Middle => label.x - length / 2.0,
            Anchor::End => label.x - length,
        };
        let mut path = PathBuilder::new();
        outline(&label.shown, label.size, label.weight, left, label.y, &mut path);
        let fill = Fill { paint: label.paint, opacity: 1.0 };
        self.path(path.finish(), Some(&fill), None);
    }

    fn image(
        &mut self,
        [x, y, width, height]: [f64; 4],
        (columns, rows): (usize, usize),
        pixels: &Pixels,
        smooth: bool,
    ) {
        let Some(mut picture) = Pixmap::new(columns as u32, rows as u32) else { return };
        let opaque = |red, green, blue| {
            PremultipliedColorU8::from_rgba(red, green, blue, 255)
                .expect("no channel is above full opacity")
        };
        let target = picture.pixels_mut().iter_mut();
        match pixels {
            Pixels::Grey(bytes) => {
                for (pixel, grey) in target.zip(bytes) {
                    *pixel = opaque(*grey, *grey, *grey);
                }
            }
            Pixels::Rgb(bytes) => {
                for (pixel, rgb) in target.zip(bytes.chunks_exact(3)) {
                    *pixel = opaque(rgb[0], rgb[1], rgb[2]);
                }
            }
            Pixels::Rgba(bytes) => {
                for (pixel, rgba) in target.zip(bytes.chunks_exact(4)) {
                    let colour = tiny_skia::ColorU8::from_rgba(rgba[0], rgba[1], rgba[2], rgba[3]);
                    *pixel = colour.premultiply();
                }
            }
        }
        let quality = if smooth { FilterQuality::Bilinear } else { FilterQuality::Nearest };
        let paint = PixmapPaint { quality, ..PixmapPaint::default() };
        let (sx, sy) = (width / columns as f64, height / rows as f64);
        let stretch = Transform::from_row(sx as f32, 0.0, 0.0, sy as f32, x as f32, y as f32);
        let transform = self.transform.pre_concat(stretch);
        self.pixmap.draw_pixmap(0, 0, picture.as_ref(), &paint, transform, None);
    }
}

fn lines(points: &[(f64, f64)], closed: bool) -> Option<tiny_skia::Path> {
    let mut path = PathBuilder::new();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 {
            path.move_to(*x as f32, *y as f32);
        } else {
            path.line_to(*x as f32, *y as f32);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::png::tests::decode;

    fn pixel(picture: &(usize, usize, usize, Vec<u8>), x: usize, y: usize) -> [u8; 3] {
        let start = (y * picture.0 + x) * 3;
        picture.3[start..start + 3].try_into().unwrap()
    }

    #[test]
    fn areas_pictures_and_lines_stand_where_they_should() {
        let blue = Paint::Rgb([0, 0, 255]);
        let marks = vec![
            Mark::Rect {
                x: 2.0,
                y: 3.0,
                width: 4.0,
                height: 2.0,
                fill: Some(Fill { paint: blue, opacity: 1.0 }),
                stroke: None,
            },
            Mark::Image {
                x: 10.0,
                y: 10.0,
                width: 4.0,
                height: 8.0,
                columns: 2,
                rows: 2,
                pixels: Pixels::Grey(vec![0, 50, 100, 150]),
                smooth: false,
            },
            Mark::Segments {
                segments: vec![[0.0, 19.5, 20.0, 19.5]],
                stroke: Stroke::solid(blue, 1.0),
            },
        ];
        let scene = Scene { width: 20.0, height: 20.0, marks };
        let picture = decode(&png(&scene, 1.0).unwrap());
        assert_eq!((picture.0, picture.1), (20, 20));
        assert_eq!(pixel(&picture, 2, 3), [0, 0, 255]);
        assert_eq!(pixel(&picture, 5, 4), [0, 0, 255]);
        assert_eq!(pixel(&picture, 6, 4), [255; 3]);
        assert_eq!(pixel(&picture, 10, 10), [0, 0, 0]);
        assert_eq!(pixel(&picture, 13, 13), [50, 50, 50]);
        assert_eq!(pixel(&picture, 11, 14), [100, 100, 100]);
        assert_eq!(pixel(&picture, 13, 17), [150, 150, 150]);
        assert_eq!(pixel(&picture, 7, 19), [0, 0, 255]);
        let twice = decode(&png(&scene, 2.0).unwrap());
        assert_eq!((twice.0, twice.1), (40, 40));
        assert_eq!(pixel(&twice, 11, 9), [0, 0, 255]);
    }

    #[test]
    fn refuses_scales_that_fill_the_memory_or_give_nothing() {
        let scene = Scene { width: 100.0, height: 100.0, marks: Vec::new() };
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1000.0] {
            assert!(matches!(png(&scene, scale), Err(FigureError::Scale { .. })), "{scale}");
        }
    }
}
