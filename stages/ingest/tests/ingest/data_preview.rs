//! `data preview` on whole datasets.

use std::path::Path;

use pipeline_engine::stage::Cancellation;
use stages_ingest::check::FoundDataset;
use stages_ingest::preview::{Preview, PreviewError, PreviewOptions, Window, preview};

use crate::data_check::toys;
use crate::support::{volume, write_image, write_text};

fn drawn(set: &FoundDataset, options: &PreviewOptions) -> Preview {
    preview(set, options, &Cancellation::new(), &|_| {}).unwrap()
}

fn size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn the_same_dataset_gives_the_same_bytes_whatever_the_threads() {
    let dir = tempfile::tempdir().unwrap();
    let set = toys(dir.path(), |_| {});
    let with = |cpus| drawn(&set, &PreviewOptions { cpus, ..PreviewOptions::default() }).pages;
    let pages = with(1);
    assert_eq!(pages.len(), 1);
    assert_eq!(pages, with(3));
    // Two columns of four tiles of 192 pixels with gaps of 4, 18 between and 14 around them.
    assert_eq!(size(&pages[0]).0, 2 * (4 * 196 - 4) + 18 + 28);
}

#[test]
fn cases_are_spread_named_and_spread_over_pages() {
    let dir = tempfile::tempdir().unwrap();
    let set = toys(dir.path(), |_| {});
    let few =
        PreviewOptions { limit: 5, per_page: 2, columns: 1, tile: 64, ..PreviewOptions::default() };
    let preview_of = drawn(&set, &few);
    assert_eq!((preview_of.pages.len(), preview_of.shown, preview_of.total), (3, 5, 12));
    assert!(
        size(&preview_of.pages[0]).1 > size(&preview_of.pages[2]).1,
        "the last page has one case"
    );
    let named = PreviewOptions { cases: Some(vec!["c03".to_owned()]), ..few.clone() };
    assert_eq!(drawn(&set, &named).shown, 1);
    assert_eq!((named.shown(&set), few.shown(&set)), (1, 5));
    let wrong = PreviewOptions { cases: Some(vec!["c99".to_owned()]), ..few };
    let error = preview(&set, &wrong, &Cancellation::new(), &|_| {}).unwrap_err();
    assert_eq!(error.to_string(), "there is no case or subject `c99`");
}

#[test]
fn what_cannot_be_read_is_said_on_the_sheet() {
    let dir = tempfile::tempdir().unwrap();
    let set = toys(dir.path(), |folder: &Path| {
        write_text(&folder.join("c01.nii.gz"), "nothing");
        write_text(&folder.join("c02_seg.nii.gz"), "nothing");
        write_image(&folder.join("c03.nii.gz"), &volume([6, 5, 9], 3));
        fs_err::remove_file(folder.join("c04.nii.gz")).unwrap();
        fs_err::remove_file(folder.join("c05_seg.nii.gz")).unwrap();
    });
    let preview_of = drawn(&set, &PreviewOptions::default());
    let troubles: Vec<_> = preview_of.troubles.iter().map(|(case, _)| case.as_str()).collect();
    assert_eq!(troubles, ["c01", "c02", "c03", "c04"], "a case without label map is shown without");
    assert_eq!(preview_of.troubles[2].1, "c03_seg.nii.gz has 6 x 5 x 4 voxels");
}

#[test]
fn the_window_changes_the_picture() {
    let dir = tempfile::tempdir().unwrap();
    let set = toys(dir.path(), |_| {});
    let page = |window| {
        drawn(&set, &PreviewOptions { window, ..PreviewOptions::default() }).pages.remove(0)
    };
    assert_ne!(page(None), page(Some(Window::Range(0.0, 1000.0))));
    assert_eq!(page(None), page(Some(Window::Percentiles)), "the default outside CT");
}

#[test]
fn it_stops_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let set = toys(dir.path(), |_| {});
    let cancellation = Cancellation::new();
    let stop = |_: &str| cancellation.cancel();
    let error = preview(&set, &PreviewOptions::default(), &cancellation, &stop).unwrap_err();
    assert!(matches!(error, PreviewError::Stopped));
}
