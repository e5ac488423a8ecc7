//! The crossing from Arrow record batches to polars, over the Arrow C data interface.

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::{Array, RecordBatch};
use polars::prelude::{Column, DataFrame, PlSmallStr, PolarsResult, Series};
use polars_arrow::ffi::{ArrowArray, ArrowSchema, import_array_from_c, import_field_from_c};

use crate::CompareError;

/// The same columns as a polars frame. Accepts the types that this stage uses: text, 32-bit
/// counts, doubles and booleans, with or without nulls.
pub(crate) fn to_frame(batch: &RecordBatch) -> Result<DataFrame, CompareError> {
    let schema = batch.schema();
    let columns = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, array)| {
            let (array, schema) = to_ffi(&array.to_data())?;
            Ok(Column::from(series(field.name(), array, schema)?))
        })
        .collect::<Result<Vec<_>, CompareError>>()?;
    Ok(DataFrame::new(batch.num_rows(), columns)?)
}

#[expect(unsafe_code, reason = "the C data interface is a contract between two libraries")]
fn series(name: &str, array: FFI_ArrowArray, schema: FFI_ArrowSchema) -> PolarsResult<Series> {
    // SAFETY: both libraries declare the two structs with the layout that the Arrow C data
    // interface fixes (`repr(C)`, the same fields in the same order). Ownership moves with the
    // value: the release callback inside is called once, by polars.
    let (array, schema) = unsafe {
        (
            std::mem::transmute::<FFI_ArrowArray, ArrowArray>(array),
            std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema),
        )
    };
    // SAFETY: `schema` and `array` were exported together by arrow-rs and describe each other.
    let array = unsafe { import_array_from_c(array, import_field_from_c(&schema)?.dtype)? };
    Series::from_arrow(PlSmallStr::from_str(name), array)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BooleanArray, Float64Array, StringArray, UInt32Array};

    use super::*;
    use crate::long::batch;

    fn frame_of(array: ArrayRef) -> DataFrame {
        to_frame(&batch(vec![("column".to_owned(), true, array)]).unwrap()).unwrap()
    }

    #[test]
    fn text_comes_over_with_nulls_and_long_values() {
        let long = "longer than the twelve bytes that a string view holds in place";
        let values = [Some("short"), None, Some(""), Some(long), Some("œ")];
        let frame = frame_of(Arc::new(StringArray::from_iter(values)));
        let column = frame.column("column").unwrap().str().unwrap();
        assert_eq!(column.iter().collect::<Vec<_>>(), values);
    }

    #[test]
    fn doubles_come_over_to_the_last_bit() {
        let values = [Some(1.0 / 3.0), None, Some(-0.0), Some(f64::MIN_POSITIVE)];
        let frame = frame_of(Arc::new(Float64Array::from_iter(values)));
        let column = frame.column("column").unwrap().f64().unwrap();
        let bits = |value: Option<f64>| value.map(f64::to_bits);
        assert_eq!(column.iter().map(bits).collect::<Vec<_>>(), values.map(bits));
    }

    #[test]
    fn counts_and_booleans_come_over() {
        let counts = [Some(0), None, Some(u32::MAX)];
        let frame = frame_of(Arc::new(UInt32Array::from_iter(counts)));
        let column = frame.column("column").unwrap().u32().unwrap();
        assert_eq!(column.iter().collect::<Vec<_>>(), counts);

        let truths = [Some(true), None, Some(false)];
        let frame = frame_of(Arc::new(BooleanArray::from_iter(truths)));
        let column = frame.column("column").unwrap().bool().unwrap();
        assert_eq!(column.iter().collect::<Vec<_>>(), truths);
    }

    #[test]
    fn empty_and_sliced_columns_come_over() {
        let empty = frame_of(Arc::new(StringArray::from_iter_values([""; 0])));
        assert_eq!(empty.height(), 0);
        let whole = StringArray::from_iter(["a", "b", "c"].map(Some));
        let frame = frame_of(Arc::new(whole.slice(1, 2)));
        let column = frame.column("column").unwrap().str().unwrap();
        assert_eq!(column.iter().collect::<Vec<_>>(), [Some("b"), Some("c")]);
    }

    #[test]
    fn a_frame_outlives_the_batch_it_came_from() {
        let frame = {
            let array = StringArray::from_iter_values((0..100).map(|i| format!("value {i:030}")));
            frame_of(Arc::new(array))
        };
        let column = frame.column("column").unwrap().str().unwrap();
        assert!(column.get(99).unwrap().ends_with("099"));
    }
}
