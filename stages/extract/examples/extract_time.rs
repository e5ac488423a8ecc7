//! How many slices a CPU second, and a second of the clock, prepares.
//!
//! ```text
//! cargo run -p stages-extract --example extract_time -- FOLDER [--params JSON] [--threads N]... [--rounds N]
//! ```
//!
//! Reads every `NAME.nii.gz` of the folder with its annotation `NAME_gt.nii.gz`, makes their slices
//! and writes the slices table to a temporary folder, as the stage does within the engine, which
//! adds the hashing of the table. Prints one line a round and number of threads, and at the end the
//! largest resident memory of the process (Linux).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pipeline_engine::stage::{ActionContext, Cancellation, Granted, Job, JobInput, Stage};
use stages_extract::{Extract, ExtractParams};
use stages_imaging::read_header;
use stages_tables::{CaseRow, CasesTable, ClassInfo, DatasetInfo};

type Failure = Box<dyn std::error::Error>;

/// What the command line asks for.
struct Request {
    folder: PathBuf,
    params: ExtractParams,
    threads: Vec<u32>,
    rounds: usize,
}

impl Request {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut request = Self {
            folder: PathBuf::new(),
            params: ExtractParams::default(),
            threads: Vec::new(),
            rounds: 3,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--params" => request.params = serde_json::from_str(&value()?)?,
                "--threads" => request.threads.push(value()?.parse()?),
                "--rounds" => request.rounds = value()?.parse()?,
                folder => request.folder = PathBuf::from(folder),
            }
        }
        if request.threads.is_empty() {
            request.threads = vec![1, 2];
        }
        Ok(request)
    }
}

#[expect(clippy::print_stdout, reason = "the measurement is what the example prints")]
fn main() -> Result<(), Failure> {
    let request = Request::parse(std::env::args().skip(1))?;
    let rows = rows(&request.folder)?;
    let slices: u32 = rows.iter().map(|row| row.shape[2]).sum();
    println!("{} scans, {slices} slices", rows.len());
    for round in 1..=request.rounds {
        for threads in &request.threads {
            let (before, start) = (cpu_seconds()?, Instant::now());
            extract(&request, rows.clone(), *threads)?;
            let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds()? - before);
            println!(
                "round {round}, {threads} threads: {:.0} slices per CPU second, {:.0} per second \
                 ({cpu:.2} s CPU, {wall:.2} s)",
                f64::from(slices) / cpu,
                f64::from(slices) / wall
            );
        }
    }
    if let Some(line) = status("VmHWM")? {
        println!("{line}");
    }
    Ok(())
}

/// One row per image with an annotation beside it, by name.
fn rows(folder: &Path) -> Result<Vec<CaseRow>, Failure> {
    let mut names: Vec<String> = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix("_gt.nii.gz") {
            names.push(name.to_owned());
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(format!("{} holds no NAME_gt.nii.gz", folder.display()).into());
    }
    let row = |name: String| {
        let image = format!("{name}.nii.gz");
        let header = read_header(&folder.join(&image))?;
        Ok(CaseRow {
            subject: name.clone(),
            image,
            label: Some(format!("{name}_gt.nii.gz")),
            shape: header.shape.map(|n| n as u32),
            spacing_mm: header.spacing_mm,
            image_dtype: header.voxel_type.as_str().to_owned(),
            case_id: name,
            ..CaseRow::default()
        })
    };
    names.into_iter().map(row).collect()
}

/// Runs the stage, its table in a folder of its own that is gone afterwards.
fn extract(request: &Request, rows: Vec<CaseRow>, threads: u32) -> Result<(), Failure> {
    let dir = tempfile::tempdir()?;
    let folder = |name: &str| {
        let folder = dir.path().join(name);
        fs_err::create_dir_all(&folder).map(|()| folder)
    };
    let class = |id: u8, name: &str| ClassInfo { id, name: name.to_owned() };
    let dataset = DatasetInfo {
        name: "timed".to_owned(),
        classes: vec![class(0, "background"), class(1, "1"), class(2, "2"), class(3, "3")],
    };
    let cases = folder("cases")?;
    CasesTable { dataset, rows }.write(&cases)?;
    let input = |name: &str, dir: PathBuf| {
        (name.to_owned(), vec![JobInput { coordinates: BTreeMap::new(), dir }])
    };
    let job = Job {
        protocol: 1,
        node: "extract".to_owned(),
        stage: "extract".to_owned(),
        version: Extract.info().version,
        params: serde_json::to_value(&request.params)?,
        inputs: BTreeMap::from([input("cases", cases), input("volumes", request.folder.clone())]),
        sources: BTreeMap::new(),
        outputs: BTreeMap::from([("slices".to_owned(), folder("slices")?)]),
        scratch: folder("scratch")?,
        resume: dir.path().join("resume"),
        granted: Granted::cpus_only(threads),
    };
    let cancellation = Cancellation::new();
    let context = ActionContext::from_job(&job, &cancellation, &|_| {});
    Extract.run(&request.params, &context).map_err(|error| error.message)?;
    Ok(())
}

/// CPU seconds of this process so far, user and system.
fn cpu_seconds() -> Result<f64, Failure> {
    // Fields 14 and 15 of the line, in hundredths of a second; the name before them may hold spaces.
    let stat = fs_err::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: Result<Vec<f64>, _> = ticks.map(str::parse::<f64>).collect();
    Ok(ticks?.iter().sum::<f64>() / 100.0)
}

/// A line of what the kernel says of this process.
fn status(key: &str) -> Result<Option<String>, Failure> {
    let text = fs_err::read_to_string("/proc/self/status")?;
    Ok(text.lines().find(|line| line.starts_with(key)).map(str::to_owned))
}
