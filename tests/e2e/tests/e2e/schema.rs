//! The schemas for editors beside the program itself.

use std::path::{Path, PathBuf};

use pipeline_spec::{Changes, parse, schema};
use serde_json::{Value, json};
use tests_e2e::Workspace;

/// Stages with the parameters of the experiments in this repository, told loosely.
fn stages() -> Vec<(&'static str, &'static str, Value)> {
    let any = || json!({ "type": "object" });
    let train = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "TrainParams",
        "type": "object",
        "required": ["seed"],
        "properties": {
            "seed": { "type": "integer", "format": "uint64", "minimum": 0 },
            "crop": { "type": "integer", "minimum": 1 },
            "supervision": { "$ref": "#/$defs/Supervision" },
            "shuffle": { "description": "Whether to shuffle.", "type": "boolean" },
            "name": { "type": ["string", "null"] },
            "augment": any(), "perturbation": any(), "optimizer": any(),
            "learning_rate": {
                "oneOf": [
                    {
                        "type": "object",
                        "required": ["warmup_cosine"],
                        "properties": { "warmup_cosine": any() },
                        "additionalProperties": false,
                    },
                    { "const": "constant" },
                ],
            },
            "regularizers": { "type": "array", "items": any() },
            "epochs": { "type": "integer" }, "iterations_per_epoch": { "type": "integer" },
            "batch_labelled": { "type": "integer" }, "batch_unlabelled": { "type": "integer" },
        },
        "additionalProperties": false,
        "$defs": { "Supervision": { "type": "string", "enum": ["all", "labelled"] } },
    });
    let mut stages = vec![("train", "Trains.", train)];
    for name in ["phantom", "ingest", "extract", "partition", "predict", "evaluate", "compare"] {
        stages.push((name, "Does something.", any()));
    }
    stages
}

fn yaml_value(text: &str) -> Value {
    pipeline_spec::read_yaml(text, Path::new("e.yaml")).expect("the text is YAML")
}

fn accepts(text: &str) -> bool {
    jsonschema::draft7::is_valid(&schema(&stages()), &yaml_value(text))
}

/// The YAML files in a folder of the repository.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut files: Vec<PathBuf> = fs_err::read_dir(folder)
        .expect("the repository has this folder")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files
}

/// Asserts that a schema accepts these files.
fn all_accepted(schema: &Value, files: &[PathBuf]) {
    let validator = jsonschema::draft7::new(schema).unwrap();
    for file in files {
        let value = yaml_value(&fs_err::read_to_string(file).unwrap());
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0], "{}", file.display());
    }
}

#[test]
fn printed_schemas_accept_what_the_repository_holds() {
    let w = Workspace::new();
    for (document, folder) in [("experiment", "experiments"), ("manifest", "data-manifests")] {
        let printed = w.orchestrate(&["schema", document]).ok().out;
        let schema: Value = serde_json::from_str(&printed).unwrap();
        assert!(jsonschema::draft7::meta::is_valid(&schema), "{printed}");
        all_accepted(&schema, &files(folder));
        let validator = jsonschema::draft7::new(&schema).unwrap();
        for wrong in ["{}", "[]", "experimnt: e\nstages: {}\n"] {
            assert!(!validator.is_valid(&yaml_value(wrong)), "{document}: {wrong}");
        }
    }
    let printed = w.orchestrate(&["schema"]).ok().out;
    let schema: Value = serde_json::from_str(&printed).unwrap();
    let wrong = "experiment: e\nstages: { train: { with: { epoch: 3 } } }\n";
    assert!(!jsonschema::draft7::new(&schema).unwrap().is_valid(&yaml_value(wrong)));
}

#[test]
fn is_itself_a_schema_of_draft_7() {
    assert!(jsonschema::draft7::meta::is_valid(&schema(&stages())));
    assert!(jsonschema::draft7::meta::is_valid(&schema(&[])));
}

#[test]
fn accepts_the_experiments_of_this_repository() {
    let files = files("experiments");
    all_accepted(&schema(&with_stages_of(&files)), &files);
}

/// The stages above and all others that the files name.
fn with_stages_of(files: &[PathBuf]) -> Vec<(&'static str, &'static str, Value)> {
    // The real parameters are checked with the schema that the program prints.
    let mut all: Vec<(&'static str, &'static str, Value)> = Vec::new();
    for file in files {
        let text = fs_err::read_to_string(file).expect("the file can be read");
        let experiment = parse(&text, file, &Changes::default()).expect("the file is right");
        for node in experiment.nodes.into_values() {
            if !all.iter().any(|(name, ..)| *name == node.uses) {
                all.push((node.uses.leak(), "", json!({ "type": "object" })));
            }
        }
    }
    all
}

#[test]
fn accepts_every_form_that_the_program_accepts() {
    for text in [
        "experiment: e\nstages: { train: }\n",
        "experiment: e\nstages: { t: { uses: train, with: } }\n",
        "experiment: e\nmatrix: { s: [1, 2] }\nstages: { train: { with: { seed: '${s}', crop: '${s}' } } }\n",
        "experiment: e\nmatrix: { s: [all] }\nstages: { train: { with: { supervision: '${s}', shuffle: '${s}' } } }\n",
        "experiment: e\nmatrix: { s: [a] }\nstages: { train: { with: { learning_rate: '${s}', name: 'x${s}' } } }\n",
        "experiment: e\nmatrix: { m: { a: {}, b: { train: { seed: 1 } }, c: } }\nstages: { train: {} }\n",
        "experiment: e\nstages: { train: { limits: { time: 1h30m, memory: 8GiB }, retries: 2 } }\n",
        "experiment: e\nstages: { train: { resources: { cpus: 1, gpus: 0, memory: 1.5 gib } } }\n",
        "experiment: e\nstages: { train: { resources: { gpus: 0.25 } }, predict: { resources: { gpus: 2 } } }\n",
        "experiment: e\nstages: { a: { uses: predict }, train: { inputs: { x: a, y: a.out, z: [a, { from: a, over: [], as: { m: 1 } }] } } }\n",
        "experiment: e\nstages: { predict: { uses: train, with: { crop: 3 } } }\n",
    ] {
        let unused = text.contains("over: []");
        assert!(unused || parse(text, Path::new("e.yaml"), &Changes::default()).is_ok(), "{text}");
        assert!(accepts(text), "{text}");
    }
}

#[test]
fn refuses_typical_mistakes() {
    for text in [
        "stages: { train: }\n",
        "experiment: my experiment\nstages: { train: }\n",
        "experiment: e\nstages: {}\n",
        "experiment: e\nstage: { train: }\nstages: { train: }\n",
        "experiment: e\nstages: { trian: }\n",
        "experiment: e\nstages: { a: { uses: trian } }\n",
        "experiment: e\nstages: { matrix: { uses: train } }\n",
        "experiment: e\nstages: { train: { wiht: {} } }\n",
        "experiment: e\nstages: { train: { with: { epoch: 3 } } }\n",
        "experiment: e\nstages: { a: { uses: train, with: { epoch: 3 } } }\n",
        "experiment: e\nstages: { train: { with: { seed: yes } } }\n",
        "experiment: e\nstages: { train: { with: { crop: 0 } } }\n",
        "experiment: e\nstages: { train: { with: { supervision: alll } } }\n",
        "experiment: e\nstages: { train: { with: { shuffle: no } } }\n",
        "experiment: e\nstages: { train: { with: { learning_rate: fast } } }\n",
        "experiment: e\nmatrix: { s: 5 }\nstages: { train: }\n",
        "experiment: e\nmatrix: { s: [] }\nstages: { train: }\n",
        "experiment: e\nmatrix: { s: [[1]] }\nstages: { train: }\n",
        "experiment: e\nstages: { train: { resources: { cpus: 0 } } }\n",
        "experiment: e\nstages: { train: { resources: { memory: 4096 } } }\n",
        "experiment: e\nstages: { train: { resources: { gpus: 1.5 } } }\n",
        "experiment: e\nstages: { train: { resources: { gpu: 0.25 } } }\n",
        "experiment: e\nstages: { train: { limits: { time: 90 } } }\n",
        "experiment: e\nstages: { train: { limits: { time: 90x } } }\n",
        "experiment: e\nstages: { train: { retries: -1 } }\n",
        "experiment: e\nstages: { train: { inputs: { x: a.b.c } } }\n",
        "experiment: e\nstages: { train: { inputs: { x: { over: [a] } } } }\n",
        "experiment: e\nstages: { train: { inputs: { x: [] } } }\n",
    ] {
        assert!(!accepts(text), "{text}");
    }
}
