//! Planes of slices and predictions: right row, right bytes, in place.

use tempfile::tempdir;

use super::rows;
use crate::{PredictionsReader, PredictionsWriter, SlicesReader, SlicesWriter, TableError};

#[test]
fn slices_give_the_plane_of_the_right_row_across_record_batches() {
    let dir = tempdir().unwrap();
    rows::write_slices(dir.path());
    let reader = SlicesReader::open(dir.path()).unwrap();
    assert_eq!(reader.info(), &rows::slices_info());
    let expected = [rows::slice("a", 0), rows::slice("a", 1), rows::slice("b", 0)];
    assert_eq!(reader.slices(), expected);
    for row in 0..3_u8 {
        let plane = |first: u8| (0..6).map(|pixel| first + 10 * row + pixel).collect::<Vec<_>>();
        assert_eq!(reader.image(row.into()), plane(0), "image {row}");
        assert_eq!(reader.label(row.into()), plane(100), "label {row}");
    }
}

#[test]
fn predictions_give_the_plane_of_the_right_row_across_record_batches() {
    let dir = tempdir().unwrap();
    rows::write_predictions(dir.path());
    let reader = PredictionsReader::open(dir.path()).unwrap();
    assert_eq!(reader.window(), &rows::window());
    assert_eq!(reader.slices()[2], rows::prediction("a", 0, "last"));
    let planes: Vec<_> = (0..3).map(|row| reader.label(row)).collect();
    assert_eq!(planes, [&[0, 1], &[3, 0], &[1, 1]]);
}

#[test]
fn planes_are_borrowed_from_the_mapped_file_and_not_copied() {
    let dir = tempdir().unwrap();
    let info = crate::SlicesInfo { height: 64, width: 64, ..rows::slices_info() };
    let mut writer = SlicesWriter::create(dir.path(), &info).unwrap();
    let plane = |value: u8| vec![value; 64 * 64];
    writer.write(&[rows::slice("a", 0)], plane(1), plane(2)).unwrap();
    writer.write(&[rows::slice("b", 0)], plane(3), plane(4)).unwrap();
    writer.finish().unwrap();
    let length = fs_err::metadata(dir.path().join(SlicesWriter::FILE)).unwrap().len();

    let reader = SlicesReader::open(dir.path()).unwrap();
    let places: Vec<_> = (0..2)
        .flat_map(|row| [reader.image(row), reader.label(row)])
        .map(|plane| plane.as_ptr() as u64)
        .collect();
    // Four planes of one mapping: in file order, a plane apart at least, within the file's length.
    for pair in places.windows(2) {
        assert!(pair[1] - pair[0] >= 64 * 64, "{places:?}");
    }
    assert!(places[3] - places[0] < length, "{places:?} in a file of {length} bytes");
}

#[test]
fn refuses_planes_whose_size_does_not_fit_the_canvas() {
    let dir = tempdir().unwrap();
    let mut writer = SlicesWriter::create(dir.path(), &rows::slices_info()).unwrap();
    let error = writer.write(&[rows::slice("a", 0)], vec![0; 6], vec![0; 5]).unwrap_err();
    assert!(matches!(error, TableError::Value { .. }), "{error}");
    assert!(error.to_string().ends_with("1 slices need 6 label bytes, found 5"), "{error}");

    let mut writer = PredictionsWriter::create(dir.path(), &rows::window()).unwrap();
    let error = writer.write(&[rows::prediction("a", 0, "best")], vec![0; 3]).unwrap_err();
    assert!(error.to_string().ends_with("1 slices need 2 label bytes, found 3"), "{error}");
}
