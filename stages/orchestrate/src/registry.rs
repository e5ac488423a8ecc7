//! The stages that experiments can use. A new one is one line here.

use pipeline_engine::Registry;
use stages_command::Command;
use stages_compare::Compare;
use stages_evaluate::Evaluate;
use stages_extract::Extract;
use stages_fetch::Fetch;
use stages_ingest::{Ingest, manifest_schema};
use stages_partition::Partition;
use stages_phantom::Phantom;
use stages_plots::Figures;
use stages_train::{Predict, Train};

/// Every stage, in the order in which an experiment passes through them; last, any other program.
pub(crate) fn registry() -> Registry {
    Registry::new()
        .with(Phantom)
        .with(Fetch::default())
        .with(Ingest)
        .with(Extract)
        .with(Partition)
        .with(Train)
        .with(Predict)
        .with(Evaluate)
        .with(Compare)
        .with(Figures)
        .with(Command)
        .with_document("manifest", manifest_schema)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_stage_is_there_under_its_name() {
        let names = registry().names();
        assert_eq!(
            names,
            [
                "command",
                "compare",
                "evaluate",
                "extract",
                "fetch",
                "figures",
                "ingest",
                "partition",
                "phantom",
                "predict",
                "train"
            ]
        );
    }

    /// Descriptions in schemas are what users read.
    #[test]
    fn every_parameter_of_every_stage_is_documented() {
        let mut missing = Vec::new();
        for stage in registry().iter() {
            let schema = stage.schema();
            undocumented(schema.as_value(), stage.info().name, &mut missing);
        }
        assert!(missing.is_empty(), "without a description: {missing:#?}");
    }

    fn undocumented(schema: &Value, path: &str, missing: &mut Vec<String>) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            // A variant of a choice is described by the choice.
            let described = field["description"].is_string() || schema["description"].is_string();
            if !described {
                missing.push(path.clone());
            }
            undocumented(field, &path, missing);
        }
        for key in ["oneOf", "anyOf"] {
            for choice in schema[key].as_array().into_iter().flatten() {
                undocumented(choice, path, missing);
            }
        }
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            undocumented(definition, &format!("{path}#{name}"), missing);
        }
    }

    #[test]
    fn every_schema_forbids_unknown_fields() {
        for stage in registry().iter() {
            let schema = stage.schema();
            let name = stage.info().name;
            assert_eq!(schema.as_value()["additionalProperties"], false, "{name}");
        }
    }
}
