//! What lies beside exported label maps: the names of the classes, for programs and for ITK-SNAP.

use std::fmt::Write;

use pipeline_cli::RecordedRun;
use pipeline_engine::NodeReport;
use serde_json::{Map, Value, json};
use stages_evaluate::Scan;
use stages_tables::DatasetInfo;

/// `dataset.json`: classes as nnU-Net writes them, and where every file comes from.
pub(super) fn description(
    run: &RecordedRun,
    node: &NodeReport,
    dataset: &DatasetInfo,
    checkpoint: &str,
    postprocessing: Option<&str>,
    files: &[(&Scan<'_>, String)],
) -> String {
    let labels: Map<String, Value> =
        dataset.classes.iter().map(|class| (class.name.clone(), json!(class.id))).collect();
    let case = |(scan, file): &(&Scan<'_>, String)| {
        json!({
            "file": file,
            "case_id": scan.case.case_id,
            "subject": scan.case.subject,
            "phase": scan.case.phase,
            "image": scan.case.image,
            "image_blake3": scan.case.image_digest,
        })
    };
    let description = json!({
        "name": dataset.name,
        "labels": labels,
        "file_ending": ".nii.gz",
        "experiment": run.experiment(),
        "run_id": run.report().run_id,
        "node": node.node,
        "coordinates": node.coordinates,
        "action": node.key,
        "checkpoint": checkpoint,
        "largest_component": postprocessing,
        "cases": files.iter().map(case).collect::<Vec<_>>(),
    });
    format!("{description:#}\n")
}

/// Colours of classes, red, green, blue: those of Okabe and Ito, which colour-blind readers can tell
/// apart.
const COLOURS: [[u8; 3]; 7] = [
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [240, 228, 66],
    [213, 94, 0],
    [204, 121, 167],
    [0, 114, 178],
];

/// A label description file of ITK-SNAP: number, colour, opacity, visibility, visibility in 3D, name.
pub(super) fn itksnap_labels(dataset: &DatasetInfo) -> String {
    let mut text =
        "# ITK-SNAP Label Description File\n# Fields: IDX -R- -G- -B- -A- VIS MSH LABEL\n"
            .to_owned();
    let background = dataset.classes.iter().find(|class| class.id == 0);
    let name = background.map_or("background", |class| &class.name);
    let _ = writeln!(text, "    0     0    0    0        0  0  0    \"{}\"", plain(name));
    for (class, [red, green, blue]) in dataset.foreground().zip(COLOURS.iter().cycle()) {
        let (id, name) = (class.id, plain(&class.name));
        let _ =
            writeln!(text, "{id:>5} {red:>5} {green:>4} {blue:>4}        1  1  1    \"{name}\"");
    }
    text
}

/// A name without what would end it.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c == '"' || c.is_control() { '\'' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use stages_tables::ClassInfo;

    use super::*;

    #[test]
    fn itksnap_gets_a_line_for_every_class() {
        let class = |id, name: &str| ClassInfo { id, name: name.to_owned() };
        let classes = vec![class(0, "background"), class(1, "RV"), class(12, "a \"b\"\n")];
        let text = itksnap_labels(&DatasetInfo { name: "toy".to_owned(), classes });
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "    0     0    0    0        0  0  0    \"background\"",
                "    1   230  159    0        1  1  1    \"RV\"",
                "   12    86  180  233        1  1  1    \"a 'b''\"",
            ]
        );
    }
}
