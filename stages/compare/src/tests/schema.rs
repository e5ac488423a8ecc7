//! The documented columns are those of the files.

use arrow_ipc::reader::FileReader;
use serde_json::json;
use stages_tables::TableSchema;

use super::toy::{Toy, example};
use crate::{COMPARISON, SIGNIFICANCE};

#[track_caller]
fn assert_documented(table: &TableSchema, toy: &Toy, variables: &[&str]) {
    let file = fs_err::File::open(toy.output().join(table.file)).unwrap();
    let schema = FileReader::try_new(file, None).unwrap().schema();
    let variables: Vec<String> = variables.iter().map(|name| table.column_of(name)).collect();
    let found = table.differences(&schema, &variables);
    assert!(found.is_empty(), "{}: {found:#?}", table.file);
}

#[test]
fn the_documented_columns_are_those_of_the_files() {
    let toy = example();
    toy.compare(&json!({"significance": {"reference": "partial"}})).unwrap();
    assert_documented(&COMPARISON, &toy, &["method"]);
    assert_documented(&SIGNIFICANCE, &toy, &["method"]);
}
