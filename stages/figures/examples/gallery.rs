//! Writes one of each figure, made from numbers drawn here, into a folder.
//!
//! `cargo run -p stages-figures --example gallery -- FOLDER [SCALE]`

use std::error::Error;
use std::path::Path;

use stages_figures::{
    Agreement, Crop, Difference, DistributionForm, Distributions, Figure, GreyImage,
    LearningCurves, LearningRun, MeasuredPair, Overlay, PanelClass, PanelPrediction, PanelRow,
    QualitativePanels, Quantity, RatioCurves, RatioResult, Sample, Scale, Spread,
};

const METHODS: [&str; 5] = [
    "supervised",
    "mean teacher",
    "uncertainty-aware MT",
    "mutual information",
    "cross pseudo supervision",
];

/// Numbers that only look random, so that the pictures are always the same.
struct Draw(u64);

impl Draw {
    fn uniform(&mut self) -> f64 {
        // A linear congruential generator with Knuth's constants for 64 bits.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

fn dice() -> Quantity {
    Quantity::new("Dice").within(0.0, 1.0)
}

fn curves(draw: &mut Draw, methods: usize, seeds: usize) -> Vec<LearningRun> {
    let mut runs = Vec::new();
    for index in 0..methods {
        for seed in 0..seeds {
            let (best, speed) =
                (0.7 + 0.2 * (index as f64 / methods as f64), 12.0 + 2.0 * index as f64);
            let (shift, last) =
                (0.015 * draw.normal(), if index == 1 && seed == 0 { 60 } else { 100 });
            let point = |epoch: u64, draw: &mut Draw| {
                let grown = 1.0 - (-(epoch as f64) / speed).exp();
                (epoch, (best * grown + shift + 0.008 * draw.normal()).clamp(0.0, 1.0))
            };
            let points = (1..=last).map(|epoch| point(epoch, draw)).collect();
            let name =
                METHODS.get(index).map_or_else(|| format!("ablation {index}"), |n| (*n).into());
            runs.push(LearningRun { method: name, points });
        }
    }
    runs
}

fn learning(draw: &mut Draw) -> Result<Vec<(&'static str, Figure)>, Box<dyn Error>> {
    let title = "Validation Dice while training, three seeds";
    let dice = LearningCurves::new(
        title,
        Quantity { name: "Validation Dice".into(), ..dice() },
        curves(draw, 5, 3),
    );
    let many = LearningCurves {
        runs: curves(draw, 30, 2),
        title: "Thirty methods".into(),
        ..dice.clone()
    };
    let mut losses = curves(draw, 2, 3);
    for point in losses.iter_mut().flat_map(|run| &mut run.points) {
        point.1 = 2.0 * (-8.0 * point.1).exp();
    }
    let loss = Quantity::new("Training loss").in_unit("nats");
    let log = LearningCurves {
        scale: Scale::Log,
        spread: Spread::Range,
        ..LearningCurves::new("Training loss, logarithmic", loss, losses)
    };
    Ok(vec![
        ("learning", dice.figure()?),
        ("learning-many", many.figure()?),
        ("learning-log", log.figure()?),
    ])
}

fn samples(draw: &mut Draw, methods: usize, classes: &[&str], subjects: usize) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (shift, class) in classes.iter().enumerate() {
        for method in 0..methods {
            let value = |subject: usize, draw: &mut Draw| {
                let loss = (0.5 * draw.normal()).exp()
                    * (0.16 - 0.012 * method.min(8) as f64 - 0.03 * shift as f64);
                (format!("patient{subject:03}"), (1.0 - loss).clamp(0.0, 1.0))
            };
            let name =
                METHODS.get(method).map_or_else(|| format!("ablation {method}"), |n| (*n).into());
            let values = (1..=subjects).map(|subject| value(subject, draw)).collect();
            samples.push(Sample { class: (*class).into(), method: name, values });
        }
    }
    samples
}

fn distributions(draw: &mut Draw) -> Result<Vec<(&'static str, Figure)>, Box<dyn Error>> {
    let classes = ["right ventricle", "myocardium", "left ventricle"];
    let boxes =
        Distributions::new("Dice of 20 test subjects", dice(), samples(draw, 4, &classes, 20));
    let violins = Distributions {
        samples: samples(draw, 4, &classes, 150),
        form: DistributionForm::Violin,
        title: "Dice of 150 test subjects".into(),
        ..boxes.clone()
    };
    let many = Distributions { samples: samples(draw, 30, &classes[..2], 12), ..boxes.clone() };
    let few = Distributions { samples: samples(draw, 2, &classes[..1], 4), ..boxes.clone() };
    let mut figures = vec![("boxes", boxes.figure()?), ("violins", violins.figure()?)];
    figures.extend([("boxes-many", many.figure()?), ("boxes-few", few.figure()?)]);
    Ok(figures)
}

fn ratios(draw: &mut Draw) -> Result<Vec<(&'static str, Figure)>, Box<dyn Error>> {
    let mut results = Vec::new();
    for (index, method) in METHODS[..4].iter().enumerate() {
        for ratio in [1.25, 2.5, 5.0, 10.0, 20.0, 100.0] {
            for _ in 0..3 {
                let gain = 0.05 * index as f64 * (1.0 - f64::ln(ratio) / f64::ln(100.0));
                let value = 0.55 + 0.075 * f64::ln(ratio) + gain + 0.012 * draw.normal();
                results.push(RatioResult {
                    method: (*method).into(),
                    ratio,
                    value: value.min(1.0),
                });
            }
        }
    }
    let linear = RatioCurves::new("Dice against label ratio", dice(), results);
    let log = RatioCurves { scale: Scale::Log, ..linear.clone() };
    Ok(vec![("ratio", log.figure()?), ("ratio-linear", linear.figure()?)])
}

fn agreements(draw: &mut Draw) -> Result<Vec<(&'static str, Figure)>, Box<dyn Error>> {
    let mut pairs = Vec::new();
    for (index, method) in METHODS[..2].iter().enumerate() {
        for subject in 1..=40 {
            let reference = 60.0 + 160.0 * draw.uniform();
            let error = 4.0 - 3.0 * index as f64 + (9.0 - 4.0 * index as f64) * draw.normal();
            pairs.push(MeasuredPair {
                method: (*method).into(),
                subject: format!("patient{subject:03}"),
                reference,
                measured: reference + error,
            });
        }
    }
    let volume = Quantity::new("Volume").in_unit("mL").within(0.0, f64::INFINITY);
    let title = "Left ventricle at end of diastole: volume";
    let two = Agreement::new(title, volume, pairs);
    let one = Agreement {
        pairs: two.pairs[..40].to_vec(),
        difference: Difference::Percent,
        ..two.clone()
    };
    Ok(vec![("agreement", two.figure()?), ("agreement-percent", one.figure()?)])
}

/// Labels of a ring (2) around a disc (3), with a crescent (1) beside it, as in a short-axis view.
fn heart(side: usize, shift: (f64, f64), grown: f64) -> Vec<u8> {
    let label = |index: usize| {
        let x = (index % side) as f64 - side as f64 * 0.55 - shift.0;
        let y = (index / side) as f64 - side as f64 * 0.5 - shift.1;
        let distance = x.hypot(y * 1.08);
        let beside = (x + 16.0).hypot(y * 0.8);
        match () {
            () if distance < 10.0 * grown => 3,
            () if distance < 15.0 * grown => 2,
            () if beside < 15.5 * grown && x < -4.0 => 1,
            () => 0,
        }
    };
    (0..side * side).map(label).collect()
}

fn panels(draw: &mut Draw) -> Result<Vec<(&'static str, Figure)>, Box<dyn Error>> {
    let side = 96;
    let classes = [(1, "right ventricle"), (2, "myocardium"), (3, "left ventricle")];
    let class = |(label, name): (u8, &str)| PanelClass { label, name: name.into() };
    let mut rows = Vec::new();
    for (index, name) in ["best", "median", "worst"].into_iter().enumerate() {
        let truth = heart(side, (index as f64 * 2.0, 0.0), 1.0 + 0.1 * index as f64);
        let shade = |label: &u8| [38.0, 150.0, 80.0, 175.0][usize::from(*label)];
        let grey = truth.iter().map(|label| (shade(label) + 9.0 * draw.normal()) as u8).collect();
        let prediction = |method: usize| PanelPrediction {
            method: METHODS[method].into(),
            labels: heart(
                side,
                (index as f64 * 2.0 + (3 - method) as f64 * 0.5 * index as f64, 0.7 * index as f64),
                1.0 + 0.1 * index as f64 - 0.05 * (3 - method) as f64 * index as f64 / 2.0,
            ),
            caption: format!("Dice {:.3}", 0.95 - 0.04 * index as f64 - 0.01 * (3 - method) as f64),
        };
        rows.push(PanelRow {
            name: name.into(),
            subject: format!("patient{:03}", 81 + index),
            detail: "ED, slice 5".into(),
            image: GreyImage { width: side, height: side, pixel_aspect: 1.0, grey },
            truth,
            predictions: (0..3).map(prediction).collect(),
        });
    }
    let contours = QualitativePanels::new(
        "Best, median and worst subject by mean Dice",
        classes.map(class).to_vec(),
        rows,
    );
    let areas = QualitativePanels {
        overlay: Overlay::Fill,
        crop: Crop::Whole,
        rows: contours.rows[..1].to_vec(),
        title: "Areas, whole image".into(),
        ..contours.clone()
    };
    Ok(vec![("panels", contours.figure()?), ("panels-areas", areas.figure()?)])
}

fn hostile() -> Result<Vec<(&'static str, Figure)>, Box<dyn Error>> {
    let name = "<script>alert(\"x\")</script> & 'quotes', \u{202e}reversed, 心臓 and a name that goes on and on";
    let points = |scale: f64| (0..20).map(|epoch| (epoch, scale * (epoch as f64).sqrt())).collect();
    let runs = vec![
        LearningRun { method: name.into(), points: points(-1e6) },
        LearningRun {
            method: "a".into(),
            points: vec![(5, f64::NAN), (6, 2e6), (7, f64::INFINITY)],
        },
        LearningRun { method: String::new(), points: points(1e6) },
        LearningRun { method: "equal".into(), points: points(0.0) },
    ];
    let value = Quantity::new(name).in_unit("<&>");
    let curves = LearningCurves::new(name, value.clone(), runs);
    let empty = LearningCurves { runs: Vec::new(), ..curves.clone() };
    Ok(vec![("hostile", curves.figure()?), ("empty", empty.figure()?)])
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder? gallery FOLDER [SCALE]")?;
    let scale: f64 = arguments.next().map_or(Ok(2.0), |scale| scale.parse())?;
    fs_err::create_dir_all(&folder)?;
    let mut draw = Draw(1);
    let mut page = String::from("<!doctype html><meta charset=utf-8><title>Figures</title>");
    let figures = [
        learning(&mut draw)?,
        distributions(&mut draw)?,
        ratios(&mut draw)?,
        agreements(&mut draw)?,
        panels(&mut draw)?,
        hostile()?,
    ];
    for (name, figure) in figures.into_iter().flatten() {
        let path = Path::new(&folder).join(name);
        fs_err::write(path.with_extension("svg"), figure.svg())?;
        fs_err::write(path.with_extension("png"), figure.png(scale)?)?;
        page += &figure.svg_inline(name);
    }
    fs_err::write(Path::new(&folder).join("gallery.html"), page)?;
    Ok(())
}
