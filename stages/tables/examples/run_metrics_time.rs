//! Measures how long a run's metrics table takes to write and to open, and how much memory.
//!
//! `cargo run -p stages-tables --example run_metrics_time -- ROWS NODES`

#![expect(clippy::print_stdout, reason = "its output is what the example is for")]

use std::collections::BTreeMap;
use std::time::Instant;

use stages_tables::{
    DatasetInfo, Grid, MetricRow, MetricState, MetricsTable, RunMetrics, RunPart, RunTable, Scoring,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let rows = numbers.next().transpose()?.unwrap_or(1_000_000);
    let nodes = numbers.next().transpose()?.unwrap_or(100).max(1);
    let dir = tempfile::tempdir()?;
    let mut parts = Vec::new();
    for node in 0..nodes {
        let folder = dir.path().join(node.to_string());
        fs_err::create_dir_all(&folder)?;
        table(rows / nodes, node).write(&folder)?;
        parts.push(RunPart {
            node: format!("evaluate[seed={node}]"),
            action: format!("{node:064x}"),
            coordinates: BTreeMap::from([("seed".to_owned(), node.to_string())]),
            dir: folder,
        });
    }
    let before = peak_mib();
    let path = dir.path().join("metrics.arrow");
    let start = Instant::now();
    RunMetrics::write("measured", &parts, &path)?;
    let wrote = start.elapsed();
    let peak = peak_mib();
    let mib = fs_err::metadata(&path)?.len() >> 20;
    println!("{rows} rows of {nodes} nodes: {mib} MiB written in {wrote:.2?}");
    println!("peak memory {peak} MiB, {before} MiB before (mapped files count)");
    let start = Instant::now();
    let table = RunTable::metrics(&path)?;
    println!("opened and checked {} batches in {:.2?}", table.batches().len(), start.elapsed());
    Ok(())
}

/// Rows as an evaluation gives them: all values of a scan after each other.
fn table(rows: usize, node: usize) -> MetricsTable {
    const METRICS: [&str; 5] = ["assd", "dice", "hd95", "jaccard", "volume"];
    let row = |i: usize| MetricRow {
        case_id: format!("patient{:06}_frame01", i / 60),
        subject: format!("patient{:06}", i / 60),
        phase: Some(["ED", "ES"][i / 60 % 2].to_owned()),
        class_id: (i / 20 % 3) as u8 + 1,
        class_name: ["RV", "Myo", "LV"][i / 20 % 3].to_owned(),
        metric: METRICS[i / 4 % 5].to_owned(),
        grid: if (i / 2).is_multiple_of(2) { Grid::Native } else { Grid::Network },
        checkpoint: ["best", "last"][i % 2].to_owned(),
        value: Some((i * 31 + node) as f64 % 1000.0 / 1000.0),
        state: MetricState::Ok,
        unit: "1".to_owned(),
        higher_is_better: Some(true),
        diagonal_mm: None,
        ignored_voxels: None,
    };
    MetricsTable {
        dataset: DatasetInfo { name: "hearts".to_owned(), classes: Vec::new() },
        scoring: Scoring::default(),
        rows: (0..rows).map(row).collect(),
    }
}

/// The most memory that the process has had, where Linux says it.
fn peak_mib() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) >> 10
}
