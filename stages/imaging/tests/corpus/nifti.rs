//! NIfTI files, ordinary and odd, made byte by byte. Each has an id, which is its name.

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc, GzBuilder};

/// Voxels along x, y, z.
const SHAPE: [usize; 3] = [7, 6, 5];

/// Voxel `i` in storage order: -100, -97, ... 527.
pub(crate) fn ramp() -> Vec<f64> {
    (0..SHAPE.iter().product::<usize>()).map(|i| i as f64 * 3.0 - 100.0).collect()
}

/// The fields of a NIfTI-1 header that the cases differ in.
#[derive(Clone, Copy)]
struct Head {
    big_endian: bool,
    size: i32,
    dim: [i16; 8],
    datatype: i16,
    bitpix: i16,
    pixdim: [f32; 4],
    vox_offset: f32,
    slope: f32,
    intercept: f32,
    units: u8,
    qform_code: i16,
    sform_code: i16,
    quaternion: [f32; 3],
    qoffset: [f32; 3],
    /// None: the scale of `pixdim` and the origin of the qform.
    sform: Option<[[f32; 4]; 3]>,
    magic: [u8; 4],
}

const HEAD: Head = Head {
    big_endian: false,
    size: 348,
    dim: [3, 7, 6, 5, 1, 1, 1, 1],
    datatype: 4,
    bitpix: 16,
    pixdim: [1.0, 1.5, 1.25, 8.0],
    vox_offset: 352.0,
    slope: 1.0,
    intercept: 0.0,
    units: 2,
    qform_code: 1,
    sform_code: 1,
    quaternion: [0.0; 3],
    qoffset: [10.0, 20.0, 30.0],
    sform: None,
    magic: *b"n+1\0",
};

impl Head {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0u8; 348];
        let mut put = |at: usize, field: &[u8]| {
            let field = bytes[at..at + field.len()].iter_mut().zip(field);
            field.for_each(|(slot, byte)| *slot = *byte);
        };
        let short = |value: i16| self.ordered(value.to_le_bytes());
        let float = |value: f32| self.ordered(value.to_le_bytes());
        put(0, &self.ordered(self.size.to_le_bytes()));
        put(38, b"r");
        self.dim.iter().enumerate().for_each(|(i, n)| put(40 + 2 * i, &short(*n)));
        put(70, &short(self.datatype));
        put(72, &short(self.bitpix));
        self.pixdim.iter().enumerate().for_each(|(i, mm)| put(76 + 4 * i, &float(*mm)));
        put(108, &float(self.vox_offset));
        put(112, &float(self.slope));
        put(116, &float(self.intercept));
        put(123, &[self.units]);
        put(252, &short(self.qform_code));
        put(254, &short(self.sform_code));
        self.quaternion.iter().enumerate().for_each(|(i, x)| put(256 + 4 * i, &float(*x)));
        self.qoffset.iter().enumerate().for_each(|(i, mm)| put(268 + 4 * i, &float(*mm)));
        let [_, x, y, z] = self.pixdim;
        let [ox, oy, oz] = self.qoffset;
        let aligned = [[x, 0.0, 0.0, ox], [0.0, y, 0.0, oy], [0.0, 0.0, z, oz]];
        let rows = self.sform.unwrap_or(aligned);
        rows.as_flattened().iter().enumerate().for_each(|(i, x)| put(280 + 4 * i, &float(*x)));
        put(344, &self.magic);
        bytes
    }

    fn ordered<const N: usize>(&self, mut bytes: [u8; N]) -> [u8; N] {
        if self.big_endian {
            bytes.reverse();
        }
        bytes
    }

    /// Header, an empty extension flag and the voxels.
    fn file(&self, values: &[f64]) -> Vec<u8> {
        [self.bytes(), vec![0; 4], self.voxels(values)].concat()
    }

    fn voxels(&self, values: &[f64]) -> Vec<u8> {
        let number = |value: &f64| match self.datatype {
            2 | 256 => vec![*value as i64 as u8],
            512 => self.ordered((*value as u16).to_le_bytes()).to_vec(),
            16 => self.ordered((*value as f32).to_le_bytes()).to_vec(),
            64 => self.ordered(value.to_le_bytes()).to_vec(),
            1024 => self.ordered((*value as i64).to_le_bytes()).to_vec(),
            _ => self.ordered((*value as i16).to_le_bytes()).to_vec(),
        };
        values.iter().flat_map(number).collect()
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).expect("memory takes every byte");
    encoder.finish().expect("memory takes every byte")
}

/// One gzip member of stored blocks, in which a changed voxel is still legal data.
fn stored_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(bytes).expect("memory takes every byte");
    let mut crc = Crc::new();
    crc.update(bytes);
    let head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    let trailer = [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat();
    [head, encoder.finish().expect("memory takes every byte"), trailer].concat()
}

/// Numbers without a pattern: the middle bits of a multiplicative sequence, -300 to 1499.
fn noise(count: usize) -> Vec<f64> {
    let number = |i: u64| {
        let mixed = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        f64::from(((mixed ^ (mixed >> 29)) >> 20) as u32 % 1800) - 300.0
    };
    (0..count as u64).map(number).collect()
}

/// The ordinary file, compressed, with another header.
fn packed(head: Head) -> Vec<u8> {
    gzip(&head.file(&ramp()))
}

/// The ordinary file with other lengths along its axes.
const fn dims(dim: [i16; 8]) -> Head {
    Head { dim, ..HEAD }
}

/// Every case: its files by name, the first the one to open.
pub(crate) fn cases() -> Vec<Vec<(String, Vec<u8>)>> {
    let mut cases = Vec::new();
    let one = &mut |name: &str, bytes: Vec<u8>| cases.push(vec![(name.to_owned(), bytes)]);
    scaling_and_forms(one);
    shapes_and_offsets(one);
    damage(one);
    types(one);
    forms(one);
    let pair = Head { magic: *b"ni1\0", vox_offset: 0.0, ..HEAD };
    cases.push(vec![
        ("n58_pair.hdr".to_owned(), pair.bytes()),
        ("n58_pair.img".to_owned(), pair.voxels(&ramp())),
    ]);
    cases
}

fn scaling_and_forms(one: &mut impl FnMut(&str, Vec<u8>)) {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    one("n01_plain.nii.gz", packed(HEAD));
    one("n02_bigendian.nii.gz", packed(Head { big_endian: true, ..HEAD }));
    one("n03_slope0_inter5.nii.gz", packed(Head { slope: 0.0, intercept: 5.0, ..HEAD }));
    one("n04_slope_nan.nii.gz", packed(Head { slope: nan, intercept: nan, ..HEAD }));
    one("n05_slope_half_inter_m3.nii.gz", packed(Head { slope: 0.5, intercept: -3.0, ..HEAD }));
    one("n06_slope_inf.nii.gz", packed(Head { slope: inf, ..HEAD }));
    one("n07_slope1_inter_nan.nii.gz", packed(Head { intercept: nan, ..HEAD }));
    one("n08_no_forms.nii.gz", packed(Head { qform_code: 0, sform_code: 0, ..HEAD }));
    let unit = [[-1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];
    let acdc = Head {
        pixdim: [1.0, 1.5625, 1.5625, 10.0],
        quaternion: [0.0, 0.0, 1.0],
        qoffset: [0.0; 3],
        sform: Some(unit),
        ..HEAD
    };
    one("n09_acdc_sform_unit_qform_real.nii.gz", packed(acdc));
    let qform = |pixdim| Head { pixdim, sform_code: 0, ..HEAD };
    one("n10_qfac_minus1.nii.gz", packed(qform([-1.0, 1.5, 1.25, 8.0])));
    one("n11_pixdim0_zero.nii.gz", packed(qform([0.0, 1.5, 1.25, 8.0])));
    one("n12_pixdim_negative.nii.gz", packed(qform([1.0, -1.5, 1.25, 8.0])));
    one("n13_pixdim_zero_spacing.nii.gz", packed(qform([1.0, 0.0, 0.0, 0.0])));
}

fn shapes_and_offsets(one: &mut impl FnMut(&str, Vec<u8>)) {
    let frames: Vec<f64> =
        (0..4).flat_map(|t| ramp().into_iter().map(move |x| x + 1000.0 * f64::from(t))).collect();
    one("n14_4d.nii.gz", gzip(&dims([4, 7, 6, 5, 4, 1, 1, 1]).file(&frames)));
    one("n15_4d_one_frame.nii.gz", packed(dims([4, 7, 6, 5, 1, 1, 1, 1])));
    one("n16_5d_vector.nii.gz", gzip(&dims([5, 7, 6, 5, 1, 4, 1, 1]).file(&frames)));
    one("n17_trailing_dims_zero.nii.gz", packed(dims([3, 7, 6, 5, 0, 0, 0, 0])));
    one("n18_2d.nii.gz", gzip(&dims([2, 7, 6, 1, 1, 1, 1, 1]).file(&ramp()[..42])));
    one("n19_offset0_in_nii.nii", Head { vox_offset: 0.0, ..HEAD }.file(&ramp()));
    let after = |offset: f32, gap: Vec<u8>| {
        let head = Head { vox_offset: offset, ..HEAD };
        [head.bytes(), gap, head.voxels(&ramp())].concat()
    };
    let gap = [vec![0; 4], vec![0xaa; 64]].concat();
    one("n20_gap_no_extension.nii", after(416.0, gap));
    let extension = [b"\x01\0\0\0\x30\0\0\0\x06\0\0\0".to_vec(), vec![b'x'; 40]].concat();
    one("n21_extension.nii", after(400.0, extension));
    one("n22_extension_flag_but_offset352.nii", after(352.0, vec![1, 0, 0, 0]));
}

fn damage(one: &mut impl FnMut(&str, Vec<u8>)) {
    let plain = HEAD.file(&ramp());
    let whole = gzip(&plain);
    one("n23_gz_truncated.nii.gz", whole[..whole.len() * 7 / 10].to_vec());
    one("n24_raw_truncated.nii", plain[..plain.len() - 50].to_vec());
    let large = dims([3, 56, 48, 40, 1, 1, 1, 1]).file(&noise(56 * 48 * 40));
    let large_gz = gzip(&large);
    let end = large_gz.len();
    one("n25_big_ok.nii.gz", large_gz.clone());
    let changed = |mut bytes: Vec<u8>, at: usize, with: u8| {
        bytes[at] ^= with;
        bytes
    };
    let stored = stored_gzip(&large);
    let middle = stored.len() / 2;
    one("n26_gz_payload_bitflip_crc_mismatch.nii.gz", changed(stored, middle, 0x10));
    one("n27_gz_crc_trailer_wrong.nii.gz", changed(large_gz.clone(), end - 6, 0xff));
    let mut garbage = large_gz.clone();
    garbage[end / 2..end / 2 + 8].fill(0xff);
    one("n28_gz_mid_garbage.nii.gz", garbage);
    let trailing = [large_gz.clone(), b"garbage!".repeat(4)].concat();
    one("n29_gz_trailing_garbage.nii.gz", trailing);
    let (first, second) = large.split_at(large.len() / 2);
    one("n30_gz_two_members.nii.gz", [gzip(first), gzip(second)].concat());
    one("n31_named_gz_but_raw.nii.gz", plain.clone());
    one("n32_named_nii_but_gz.nii", gzip(&plain));
    one("n33_gz_without_trailer.nii.gz", large_gz[..end - 8].to_vec());
    one("n56_empty_file.nii.gz", Vec::new());
    one("n57_header_only.nii.gz", gzip(&HEAD.bytes()));
    let mut encoder =
        GzBuilder::new().filename("patient001.nii").write(Vec::new(), Compression::new(6));
    encoder.write_all(&plain).expect("memory takes every byte");
    one("n59_gz_fname.nii.gz", encoder.finish().expect("memory takes every byte"));
}

fn types(one: &mut impl FnMut(&str, Vec<u8>)) {
    let typed = |datatype: i16, bitpix: i16| Head { datatype, bitpix, ..HEAD };
    let mut floats = ramp();
    (floats[0], floats[1]) = (f64::NAN, f64::INFINITY);
    one("n34_float_nan_inf.nii.gz", gzip(&typed(16, 32).file(&floats)));
    // Zero is added to make a negative zero positive.
    let classes: Vec<f64> = ramp().into_iter().map(|x| x.rem_euclid(4.0) + 0.0).collect();
    let nearly: Vec<f64> = classes.iter().map(|x| x * 0.99999).collect();
    one("n35_labels_as_f8.nii.gz", gzip(&typed(64, 64).file(&nearly)));
    let high: Vec<f64> = ramp().into_iter().map(|x| x + 60000.0).collect();
    one("n36_u2_high.nii.gz", gzip(&typed(512, 16).file(&high)));
    one("n37_i8.nii.gz", packed(typed(1024, 64)));
    one("n38_size_header_540.nii.gz", packed(Head { size: 540, ..HEAD }));
    one("n39_size_header_0.nii.gz", packed(Head { size: 0, ..HEAD }));
    one("n40_bad_magic.nii.gz", packed(Head { magic: *b"xxxx", ..HEAD }));
    one("n41_analyze_no_magic.nii.gz", packed(Head { magic: [0; 4], ..HEAD }));
    one("n42_bitpix_mismatch.nii.gz", packed(typed(4, 8)));
    one("n43_datatype_unknown.nii.gz", packed(typed(9999, 16)));
    one("n44_datatype_binary.nii.gz", packed(typed(1, 1)));
    one("n45_datatype_f128.nii.gz", packed(typed(1536, 128)));
    one("n46_dim_zero.nii.gz", packed(dims([3, 7, 0, 5, 1, 1, 1, 1])));
    one("n47_dim_negative.nii.gz", packed(dims([3, 7, -6, 5, 1, 1, 1, 1])));
    one("n48_dim_bomb.nii.gz", packed(dims([3, 32767, 32767, 32767, 1, 1, 1, 1])));
    one("n49_dim0_is_0.nii.gz", packed(dims([0, 7, 6, 5, 1, 1, 1, 1])));
    let scaled = Head { slope: 2.0, ..typed(2, 8) };
    one("n60_slope_2_on_labels.nii.gz", gzip(&scaled.file(&classes)));
}

fn forms(one: &mut impl FnMut(&str, Vec<u8>)) {
    let sform = |rows| packed(Head { sform: Some(rows), ..HEAD });
    let sheared = |by| [[1.5, by, 0.0, 0.0], [0.0, 1.25, 0.0, 0.0], [0.0, 0.0, 8.0, 0.0]];
    one("n50_shear_sform.nii.gz", sform(sheared(0.3)));
    one("n51_slightly_nonorthonormal.nii.gz", sform(sheared(0.0002)));
    let micron = Head { units: 3, pixdim: [1.0, 1500.0, 1250.0, 8000.0], ..HEAD };
    one("n52_units_micron.nii.gz", packed(micron));
    one("n53_units_unknown.nii.gz", packed(Head { units: 0, ..HEAD }));
    let nans = [[f32::NAN, 0.0, 0.0, 0.0], [0.0, f32::NAN, 0.0, 0.0], [0.0, 0.0, f32::NAN, 0.0]];
    one("n54_sform_nan.nii.gz", sform(nans));
    let turned = [[0.0, -1.25, 0.0, 5.0], [1.5, 0.0, 0.0, 6.0], [0.0, 0.0, 8.0, 7.0]];
    one("n55_oblique_flip.nii.gz", sform(turned));
}
