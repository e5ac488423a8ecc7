//! The layout of PROMISE12: MetaImage headers with their voxels beside them.

use std::path::Path;

use stages_imaging::{MetaImageWrite, write_metaimage_label_map, write_metaimage_volume};

use crate::support::{From, labels, params, run, volume};

const SHAPE: [usize; 3] = [5, 4, 3];

fn promise(root: &Path) {
    let folder = root.join("promise12");
    fs_err::create_dir_all(&folder).unwrap();
    for (case, compressed) in [("Case00", false), ("Case01", true)] {
        let options = MetaImageWrite { compressed, ..MetaImageWrite::default() };
        let image = folder.join(format!("{case}.mhd"));
        write_metaimage_volume(&image, &volume(SHAPE, usize::from(compressed)), &options).unwrap();
        let label = folder.join(format!("{case}_segmentation.mhd"));
        write_metaimage_label_map(&label, &labels(SHAPE, &[0, 1]), &options).unwrap();
    }
}

#[test]
fn voxel_files_come_with_their_headers() {
    let dir = tempfile::tempdir().unwrap();
    promise(dir.path());
    let ran = run(dir.path(), &From::DataRoot(dir.path()), &params(r#"{"manifest": "prostate"}"#))
        .unwrap();
    let volumes: Vec<_> = ran.references.iter().map(|r| r.relative.as_str()).collect();
    assert_eq!(
        volumes,
        [
            "Case00.mhd",
            "Case00.raw",
            "Case00_segmentation.mhd",
            "Case00_segmentation.raw",
            "Case01.mhd",
            "Case01.zraw",
            "Case01_segmentation.mhd",
            "Case01_segmentation.zraw",
        ]
    );
    assert_eq!(ran.row("Case00").image, "Case00.mhd");
    assert_eq!(ran.sources.len(), 9);

    // Linked as a made dataset, header and voxels lie side by side and can be read.
    let made = dir.path().join("promise12");
    let ran =
        run(dir.path(), &From::Artifact(&made), &params(r#"{"manifest": "prostate"}"#)).unwrap();
    let read = stages_imaging::read_volume(&ran.volumes.join("Case01.mhd")).unwrap();
    assert_eq!(read.voxels, volume(SHAPE, 1).voxels);
}

#[test]
fn the_digest_of_an_image_covers_its_voxels() {
    let digest = |change: bool| {
        let dir = tempfile::tempdir().unwrap();
        promise(dir.path());
        if change {
            let raw = dir.path().join("promise12/Case00.raw");
            let mut bytes = fs_err::read(&raw).unwrap();
            bytes[0] ^= 1;
            fs_err::write(&raw, bytes).unwrap();
        }
        let prostate = params(r#"{"manifest": "prostate"}"#);
        let ran = run(dir.path(), &From::DataRoot(dir.path()), &prostate).unwrap();
        ran.row("Case00").image_digest.clone()
    };
    assert_ne!(digest(false), digest(true));
    assert_eq!(digest(false), digest(false));
}
