//! Event files, written and read back; `tests/e2e` reads them with TensorBoard's own reader.

use proptest::prelude::*;
use stages_tensorboard::{Event, EventError, EventFile, EventValue, HyperParameter, read_events};

fn scalar(step: i64, tag: &str, value: f32) -> Event {
    let value = EventValue::Scalar(value);
    Event { wall_seconds: step as f64, step, tag: tag.to_owned(), value }
}

#[test]
fn a_file_holds_what_was_written_and_always_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = dir.path().join(name);
        let mut file = EventFile::create(&path, 0.0).unwrap();
        file.scalars(0, 0.0, [("loss", 0.5), ("dice", f32::NAN)]).unwrap();
        file.text("note", 0, 0.0, "ä | b").unwrap();
        let rate = ("train.lr".to_owned(), HyperParameter::Number(1e-3));
        file.hyper_parameters(0.0, &[rate, ("amp".to_owned(), HyperParameter::Truth(true))])
            .unwrap();
        file.scalars(1, 1.0, [("loss", 0.25)]).unwrap();
        file.finish().unwrap();
        path
    };
    let path = write("one");
    assert_eq!(fs_err::read(&path).unwrap(), fs_err::read(write("two")).unwrap());
    let read = read_events(&path).unwrap();
    assert!(!read.torn);
    assert_eq!(read.events.len(), 5);
    assert_eq!(read.events[0], scalar(0, "loss", 0.5));
    assert!(matches!(read.events[1].value, EventValue::Scalar(value) if value.is_nan()));
    assert_eq!(read.events[2].value, EventValue::Text("ä | b".to_owned()));
    assert_eq!(read.events[3].value, EventValue::Other("hparams".to_owned()));
    assert_eq!(read.events[4], scalar(1, "loss", 0.25));
}

#[test]
fn a_file_in_the_way_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(EventFile::NAME);
    fs_err::write(&path, "mine").unwrap();
    let error = EventFile::create(&path, 0.0).err().unwrap();
    assert!(matches!(&error, EventError::Io { source, .. }
        if source.kind() == std::io::ErrorKind::AlreadyExists));
    assert_eq!(fs_err::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_log_without_rows_is_a_file_without_events() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(EventFile::NAME);
    EventFile::create(&path, 0.0).unwrap().finish().unwrap();
    assert_eq!(read_events(&path).unwrap(), stages_tensorboard::Events::default());
    fs_err::write(&path, "").unwrap();
    assert!(read_events(&path).unwrap().events.is_empty());
}

#[test]
fn a_killed_writer_costs_the_last_event_and_damage_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    let mut file = EventFile::create(&path, 0.0).unwrap();
    file.scalars(0, 0.0, [("loss", 0.5)]).unwrap();
    file.scalars(1, 1.0, [("loss", 0.25)]).unwrap();
    file.finish().unwrap();
    let bytes = fs_err::read(&path).unwrap();
    fs_err::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    let read = read_events(&path).unwrap();
    assert_eq!((read.events, read.torn), (vec![scalar(0, "loss", 0.5)], true));
    let mut changed = bytes.clone();
    changed[60] ^= 1;
    fs_err::write(&path, changed).unwrap();
    let error = read_events(&path).unwrap_err();
    assert!(matches!(error, EventError::Damaged { offset: 40, .. }), "{error}");
    fs_err::write(&path, &bytes[40..]).unwrap();
    assert!(read_events(&path).unwrap_err().to_string().contains("does not say"));
}

proptest! {
    #[test]
    fn any_scalars_come_back(rows in prop::collection::vec((any::<i64>(), ".{0,12}", any::<f32>()), 0..20)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events");
        let mut file = EventFile::create(&path, 0.0).unwrap();
        for (step, tag, value) in &rows {
            file.scalars(*step, *step as f64, [(tag.as_str(), *value)]).unwrap();
        }
        file.finish().unwrap();
        let read = read_events(&path).unwrap();
        prop_assert_eq!(read.events.len(), rows.len());
        for (event, (step, tag, value)) in read.events.iter().zip(&rows) {
            prop_assert_eq!((event.step, &event.tag), (*step, tag));
            let EventValue::Scalar(found) = event.value else { panic!("{event:?}") };
            prop_assert_eq!(found.to_bits(), value.to_bits());
        }
    }
}
