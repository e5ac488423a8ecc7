//! The cases of a dataset, with everything that is known of them before their volumes are read.

use std::collections::BTreeMap;

use pipeline_spec::{quoted_list, suggest};
use stages_tables::Reading;

use crate::attributes::CaseAttributes;
use crate::inventory::{CaseFiles, Inventory};
use crate::listing::Listing;
use crate::manifest::PHASE;
use crate::{ChannelParams, Manifest, NonFiniteParams};

/// One case to be read.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'a> {
    /// Its name.
    pub(crate) case: String,
    /// Its files.
    pub(crate) files: &'a CaseFiles,
    /// What is known about it.
    pub(crate) attributes: CaseAttributes,
    /// How its files are to be read.
    pub(crate) reading: Reading,
}

/// Makes cases of the files: one for each image, or one for each frame of it.
///
/// `channel` is the volume that is read of 4-D images, as [`channel_index`] gives it.
pub(crate) fn scans<'a>(
    manifest: &Manifest,
    inventory: &'a Inventory,
    mut attributes: BTreeMap<String, CaseAttributes>,
    listing: Option<&Listing>,
    channel: Option<u32>,
) -> Vec<Scan<'a>> {
    let listed = listing.map(Listing::attributes).unwrap_or_default();
    let reading = reading(manifest, channel);
    let mut scans = Vec::new();
    for (case, files) in &inventory.cases {
        let mut attributes = attributes.remove(case).unwrap_or_default();
        let of_list = files.images.first().and_then(|image| listed.get(image.as_str()));
        for (key, value) in of_list.into_iter().flatten() {
            // The dataset's own files about a subject are nearer to it than the list.
            attributes.kept.entry(key.clone()).or_insert_with(|| value.clone());
        }
        if manifest.file.layout.frames.is_none() {
            let (case, reading) = (case.clone(), reading.clone());
            scans.push(Scan { case, files, attributes, reading });
            continue;
        }
        for (phase, frame) in std::mem::take(&mut attributes.frames) {
            let mut parts = files.parts.clone();
            parts.insert(PHASE.to_owned(), phase.clone());
            let case = manifest.case_of(&parts).unwrap_or_else(|| format!("{case} {phase}"));
            let frame = Some(frame);
            let reading = Reading { image_frame: frame, label_frame: frame, ..reading.clone() };
            let attributes = CaseAttributes { phase: Some(phase), ..attributes.clone() };
            scans.push(Scan { case, files, attributes, reading });
        }
    }
    scans.sort_by(|a, b| a.case.cmp(&b.case));
    scans
}

/// How every file of the dataset is to be read.
fn reading(manifest: &Manifest, channel: Option<u32>) -> Reading {
    let fill = match manifest.file.layout.non_finite {
        NonFiniteParams::Refuse => None,
        NonFiniteParams::Fill(value) => Some(value),
    };
    Reading { image_frame: channel, label_frame: None, fill, remap: manifest.remap() }
}

/// The position of a channel.
///
/// # Errors
/// A sentence that goes on from the field's name: what was found and what would be accepted.
pub(crate) fn channel_index(
    channel: &ChannelParams,
    manifest: &Manifest,
    listing: Option<&Listing>,
) -> Result<u32, String> {
    manifest.known_channel(channel)?;
    let name = match channel {
        ChannelParams::Index(index) => return Ok(*index),
        ChannelParams::Name(name) => name,
    };
    let own = &manifest.file.layout.channels;
    let known: Vec<&str> = if own.is_empty() {
        listing.map(Listing::channels).unwrap_or_default()
    } else {
        own.iter().map(String::as_str).collect()
    };
    if let Some(index) = known.iter().position(|known| known == name) {
        return Ok(index as u32);
    }
    let file = manifest.file.layout.list.as_ref().map_or("the list", |list| &list.file);
    if known.is_empty() {
        return Err(format!(
            "is `{name}`, but the `modality` of {file} names no channels; accepted is a number \
             (`index: 0`), or a name in the manifest's `layout.channels`"
        ));
    }
    let meant = suggest(name, &known).map(|name| format!("; did you mean `{name}`?"));
    Err(format!(
        "is `{name}`; the `modality` of {file} has {}{}",
        quoted_list(&known),
        meant.unwrap_or_default()
    ))
}
