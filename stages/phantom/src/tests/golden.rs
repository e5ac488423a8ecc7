//! The same parameters give the same bytes: now, on more threads, and in the next release.

use super::{LAYOUTS, coarse, digest, generate, tiny};
use crate::stage::VERSION;
use crate::{Layout, PhantomParams};

/// The digest of one tiny dataset per layout, and the version they were made by. If this test
/// fails because the output was meant to change, bump `VERSION` together with the digests.
#[test]
fn the_output_of_this_version_is_pinned() {
    let expected = [
        (Layout::Acdc, "e389ecd5578f3b3eb73cd0dd3fb117e97935ee4e55d12620dcafe9dacb38a323"),
        (Layout::Promise12, "9c97ae1b4ed8f3d2a9827e114fe8bf908aadc56cafa25eb0b9917e4a0268e9f5"),
        (
            Layout::DecathlonSpleen,
            "dcc43b4f85e1be65f9dedebb5cd104a075c83f2bec58b800a6dc0a6adf5e5995",
        ),
        (
            Layout::DecathlonHippocampus,
            "cc73181332438f826e0a2b33113a7c150d6dea6ad79e27a1ff5e2a3e63a876c3",
        ),
    ];
    assert_eq!(VERSION, 1);
    let found = LAYOUTS.map(|layout| (layout, digest(generate(&tiny(layout, 2), 2).path())));
    let found: Vec<_> = found.iter().map(|(layout, digest)| (*layout, digest.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    for layout in LAYOUTS {
        let params = coarse(tiny(layout, 3));
        assert_eq!(
            digest(generate(&params, 1).path()),
            digest(generate(&params, 3).path()),
            "{layout:?}"
        );
    }
}

#[test]
fn the_seed_matters() {
    let with_seed = |seed| {
        let params = PhantomParams { seed, ..tiny(Layout::Promise12, 1) };
        digest(generate(&params, 1).path())
    };
    assert_ne!(with_seed(1), with_seed(2));
}
