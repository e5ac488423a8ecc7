//! MetaImage files, ordinary and odd. Each case has an id, which is the name of its header.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::nifti::ramp;

fn shorts(values: &[f64], order: fn(i16) -> [u8; 2]) -> Vec<u8> {
    values.iter().flat_map(|value| order(*value as i16)).collect()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).expect("memory takes every byte");
    encoder.finish().expect("memory takes every byte")
}

/// The header of an ordinary file with some keys changed (or added at the end), or left out where
/// the value is empty.
fn header(changes: &[(&str, &str)], data_file: &str) -> String {
    const KEYS: [(&str, &str); 12] = [
        ("ObjectType", "Image"),
        ("NDims", "3"),
        ("BinaryData", "True"),
        ("BinaryDataByteOrderMSB", "False"),
        ("CompressedData", "False"),
        ("TransformMatrix", "1 0 0 0 1 0 0 0 1"),
        ("Offset", "1 2 3"),
        ("CenterOfRotation", "0 0 0"),
        ("AnatomicalOrientation", "RAI"),
        ("ElementSpacing", "0.625 0.625 3.6"),
        ("DimSize", "7 6 5"),
        ("ElementType", "MET_SHORT"),
    ];
    let changed = |key: &str| changes.iter().find(|(name, _)| *name == key).map(|(_, v)| *v);
    let known = KEYS.iter().map(|(key, value)| (*key, changed(key).unwrap_or(value)));
    let added = changes.iter().copied().filter(|(key, _)| KEYS.iter().all(|(k, _)| k != key));
    let lines = known.chain(added).filter(|(_, value)| !value.is_empty());
    let lines = lines.chain([("ElementDataFile", data_file)]);
    lines.flat_map(|(key, value)| [key, " = ", value, "\n"]).collect()
}

/// Every case: its files by name, the first the one to open.
pub(crate) fn cases() -> Vec<Vec<(String, Vec<u8>)>> {
    let mut cases = Vec::new();
    let voxels = shorts(&ramp(), i16::to_le_bytes);
    let swapped = shorts(&ramp(), i16::to_be_bytes);
    let packed = zlib(&voxels);
    let size = packed.len().to_string();
    // A header and one data file beside it.
    let mut pair = |id: &str, ending: &str, changes: &[(&str, &str)], data: &[u8]| {
        let data_name = format!("{id}.{ending}");
        cases.push(vec![
            (format!("{id}.mhd"), header(changes, &data_name).into_bytes()),
            (data_name, data.to_vec()),
        ]);
    };
    let compressed = ("CompressedData", "True");
    let sized = ("CompressedDataSize", size.as_str());
    pair("m01_plain", "raw", &[], &voxels);
    pair("m03_compressed", "zraw", &[compressed, sized], &packed);
    pair("m04_compressed_nosize", "zraw", &[compressed], &packed);
    pair("m05_msb", "raw", &[("BinaryDataByteOrderMSB", "True")], &swapped);
    let synonym = [("BinaryDataByteOrderMSB", ""), ("ElementByteOrderMSB", "True")];
    pair("m06_elementbyteordermsb", "raw", &synonym, &swapped);
    let before = |count: usize| [vec![0xaa; count], voxels.clone()].concat();
    pair("m08_headersize_32", "raw", &[("HeaderSize", "32")], &before(32));
    pair("m09_headersize_minus1", "raw", &[("HeaderSize", "-1")], &before(77));
    pair("m11_truncated_raw", "raw", &[], &voxels[..voxels.len() - 30]);
    pair("m12_no_spacing", "raw", &[("ElementSpacing", "")], &voxels);
    let size_only = [("ElementSpacing", ""), ("ElementSize", "0.625 0.625 3.6")];
    pair("m13_elementsize_only", "raw", &size_only, &voxels);
    pair("m14_flip_matrix", "raw", &[("TransformMatrix", "1 0 0 0 -1 0 0 0 -1")], &voxels);
    let classes: Vec<u8> = ramp().into_iter().map(|x| x.rem_euclid(2.0) as u8).collect();
    pair("m15_uchar_labels", "raw", &[("ElementType", "MET_CHAR")], &classes);
    let two: Vec<f64> = ramp().into_iter().flat_map(|x| [x, x + 1.0]).collect();
    let two = shorts(&two, i16::to_le_bytes);
    pair("m17_channels2", "raw", &[("ElementNumberOfChannels", "2")], &two);
    pair("m20_oversized_raw", "raw", &[], &[voxels.clone(), vec![0; 64]].concat());
    pair("m21_dim_bomb", "raw", &[("DimSize", "2000000 2000000 2000000")], &voxels);
    let flat = [
        ("NDims", "2"),
        ("DimSize", "7 6"),
        ("ElementSpacing", "0.625 0.625"),
        ("TransformMatrix", "1 0 0 1"),
        ("Offset", "0 0"),
        ("CenterOfRotation", "0 0"),
    ];
    pair("m22_2d_only", "raw", &flat, &voxels[..84]);
    let scaled =
        [("ElementToIntensityFunctionSlope", "0.5"), ("ElementToIntensityFunctionOffset", "-3")];
    pair("m23_slope_intercept", "raw", &scaled, &voxels);
    let cut = &packed[..packed.len() - 20];
    pair("m24_compressed_truncated", "zraw", &[compressed, sized], cut);

    let local = |changes: &[(&str, &str)], data: &[u8]| {
        [header(changes, "LOCAL").into_bytes(), data.to_vec()].concat()
    };
    cases.push(vec![("m02_local.mha".to_owned(), local(&[], &voxels))]);
    let name = "m07_local_compressed.mha".to_owned();
    cases.push(vec![(name, local(&[compressed, sized], &packed))]);
    let alone =
        |name: &str, data_file: &str| (name.to_owned(), header(&[], data_file).into_bytes());
    cases.push(vec![alone("m10_missing_raw.mhd", "nowhere.raw")]);
    let mut slices = vec![alone("m16_list.mhd", "slice%03d.raw 0 4 1")];
    let plane = |z: usize| voxels[z * 84..(z + 1) * 84].to_vec();
    slices.extend((0..5).map(|z| (format!("slice{z:03}.raw"), plane(z))));
    cases.push(slices);
    let windows = header(&[], "m18_windows_crlf.raw").replace('\n', "\r\n");
    cases.push(vec![
        ("m18_windows_crlf.mhd".to_owned(), windows.into_bytes()),
        ("m18_windows_crlf.raw".to_owned(), voxels.clone()),
    ]);
    cases.push(vec![
        alone("m19_absolute_path.mhd", "../m01_plain.raw"),
        ("../m01_plain.raw".to_owned(), voxels.clone()),
    ]);
    cases.sort();
    cases
}
