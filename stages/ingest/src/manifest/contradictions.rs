//! What is wrong with a manifest that types and single patterns cannot say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pipeline_spec::{quoted_list, suggest};

use super::{
    AttributesFormat, AttributesParams, ChannelParams, ChecksumParams, Manifest, NonFiniteParams,
    PHASE, SPLIT,
};
use crate::Pattern;
use crate::checksum::Wanted;

impl Manifest {
    /// Everything wrong that types and single patterns cannot say.
    pub(super) fn contradictions(&self, path: &Path) -> Vec<String> {
        let mut problems = Vec::new();
        let file = &self.file;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if stem != file.name {
            problems.push(format!("`name` is `{}`, but the file is called `{stem}`", file.name));
        }
        self.classes(&mut problems);
        if file.folders.is_empty() || file.folders.iter().any(String::is_empty) {
            problems.push("`folders` needs at least one folder name".to_owned());
        }
        if file.layout.start.is_empty() {
            problems.push("`layout.start` needs at least one folder, `.` for the top".to_owned());
        }
        let mut grouped = BTreeSet::new();
        for group in &file.same_person {
            if group.len() < 2 || !group.iter().all(|subject| grouped.insert(subject)) {
                problems.push(format!(
                    "`same_person` has the group {group:?}; a group has at least two subjects, and \
                     a subject is in one group"
                ));
            }
        }
        self.splits(&mut problems);
        self.parts(&mut problems);
        if let Some(attributes) = &file.layout.attributes {
            self.attribute_params(attributes, &mut problems);
        }
        self.volumes(&mut problems);
        self.counts_and_checksums(&mut problems);
        problems
    }

    fn classes(&self, problems: &mut Vec<String>) {
        let classes = &self.file.classes;
        let ids: Vec<u8> = classes.iter().map(|class| class.id).collect();
        if ids.first() != Some(&0) || ids.windows(2).any(|pair| pair[0] >= pair[1]) {
            problems.push(format!(
                "`classes` have the ids {ids:?}; accepted are ascending ids that begin with 0, \
                 the background"
            ));
        }
        let names: BTreeSet<&str> = classes.iter().map(|class| class.name.as_str()).collect();
        if names.len() != classes.len() {
            problems.push("two `classes` have one name".to_owned());
        }
        let mut meaning = BTreeMap::new();
        for class in classes {
            if class.values.as_ref().is_some_and(Vec::is_empty) {
                problems.push(format!(
                    "class `{}` has no `values`; leave them out where the value is the id",
                    class.name
                ));
            }
            for value in class.file_values() {
                if let Some(other) = meaning.insert(value, class.name.as_str())
                    && classes.iter().any(|class| class.values.is_some())
                {
                    problems.push(format!(
                        "the voxel value {value} means both `{other}` and `{}` in `classes`; a \
                         value means one class",
                        class.name
                    ));
                }
            }
        }
    }

    fn splits(&self, problems: &mut Vec<String>) {
        let splits = &self.file.layout.splits;
        let mut seen = BTreeSet::new();
        let mut folders: Vec<(&str, &str)> = Vec::new();
        for (i, split) in splits.iter().enumerate() {
            let field = format!("layout.splits[{i}]");
            if split.name.is_empty() || split.name.contains(['/', '\\']) || split.name == "." {
                problems.push(format!(
                    "`{field}.name` is `{}`; accepted is a name without `/`",
                    split.name
                ));
            }
            if !seen.insert(&split.name) {
                problems.push(format!("two `layout.splits` are called `{}`", split.name));
            }
            if split.folders.is_empty() {
                problems.push(format!("`{field}.folders` needs at least one folder"));
            }
            for folder in &split.folders {
                let plain = |name: &str| !matches!(name, "" | "." | "..");
                if !folder.split('/').all(plain) {
                    problems.push(format!(
                        "`{field}.folders` has `{folder}`; accepted is a folder inside the \
                         dataset, such as `training`, without `.` and `..`"
                    ));
                }
                let inside = |(a, b): (&str, &str)| format!("{a}/").starts_with(&format!("{b}/"));
                let clash = folders.iter().find(|(_, other)| {
                    inside((folder.as_str(), other)) || inside((other, folder.as_str()))
                });
                if let Some((name, other)) = clash {
                    problems.push(format!(
                        "`{field}.folders` has `{folder}`, but `{other}` of the split `{name}` \
                         overlaps it; a file is in one split"
                    ));
                }
            }
            folders.extend(split.folders.iter().map(|f| (split.name.as_str(), f.as_str())));
        }
        if !splits.is_empty() && self.image.names().chain(self.label.names()).any(|n| n == SPLIT) {
            problems.push(
                "`layout.image` and `layout.label` cannot have a part `{split}` where \
                 `layout.splits` gives the splits their folders"
                    .to_owned(),
            );
        }
    }

    /// Checks that patterns use parts that others have.
    fn parts(&self, problems: &mut Vec<String>) {
        let layout = &self.file.layout;
        let implied = || {
            let split = (!layout.splits.is_empty()).then_some(SPLIT);
            let phase = layout.frames.is_some().then_some(PHASE);
            split.into_iter().chain(phase)
        };
        let in_image: BTreeSet<&str> = self.image.names().chain(implied()).collect();
        let in_label: BTreeSet<&str> = self.label.names().chain(implied()).collect();
        let mut uses = |field: &str, pattern: &Pattern, of: &BTreeSet<&str>, whose: &str| {
            for name in pattern.names().filter(|name| !of.contains(name)) {
                problems.push(format!(
                    "`{field}` uses `{{{name}}}`, which `{whose}` does not have{}",
                    meant(name, of)
                ));
            }
        };
        uses("layout.case", &self.case, &in_image, "layout.image");
        uses("layout.case", &self.case, &in_label, "layout.label");
        uses("layout.subject", &self.subject, &in_image, "layout.image");
        uses("layout.subject", &self.subject, &in_label, "layout.label");
        let table = |a: &AttributesParams| matches!(a.format, AttributesFormat::Table(_));
        if let Some(attributes) = &self.attributes
            && !layout.attributes.as_ref().is_some_and(table)
        {
            uses("layout.attributes.file", attributes, &in_image, "layout.image");
        }
        let phase = layout.attributes.as_ref().and_then(|a| a.phase.as_ref());
        if let Some(phase) = phase
            && !in_image.contains(phase.part.as_str())
        {
            problems.push(format!(
                "`layout.attributes.phase.part` is `{}`, which `layout.image` does not have{}",
                phase.part,
                meant(&phase.part, &in_image)
            ));
        }
        if layout.frames.is_some() {
            if !self.case.names().any(|name| name == PHASE) {
                problems.push(
                    "`layout.case` needs `{phase}`: with `layout.frames`, an image is several cases"
                        .to_owned(),
                );
            }
            let paths = [&self.image, &self.label, &self.subject];
            if paths.iter().any(|pattern| pattern.names().any(|name| name == PHASE)) {
                problems
                    .push("with `layout.frames`, only `layout.case` may use `{phase}`".to_owned());
            }
        }
    }

    fn attribute_params(&self, attributes: &AttributesParams, problems: &mut Vec<String>) {
        let field = "layout.attributes";
        if let Some(phase) = &attributes.phase {
            distinct(&format!("{field}.phase.keys"), &phase.keys, problems);
            if self.file.layout.frames.is_some() {
                problems.push(format!(
                    "`{field}.phase` and `layout.frames` both say what the phase of a case is"
                ));
            }
        }
        if let Some(keep) = &attributes.keep {
            distinct(&format!("{field}.keep"), keep, problems);
        }
        if let AttributesFormat::Table(table) = &attributes.format {
            if table.subject.is_empty() {
                problems.push(format!("`{field}.format.table.subject` names no column"));
            }
            if matches!(table.separator, '"' | '\n' | '\r') {
                problems.push(format!(
                    "`{field}.format.table.separator` is {:?}; accepted is a character such as \
                     `,`, `;` or a tabulator",
                    table.separator
                ));
            }
        }
    }

    /// Checks how volumes are chosen and read.
    fn volumes(&self, problems: &mut Vec<String>) {
        let layout = &self.file.layout;
        if !layout.channels.is_empty() {
            distinct("layout.channels", &layout.channels, problems);
        }
        if layout.channel.is_some() && layout.frames.is_some() {
            problems.push(
                "`layout.channel` and `layout.frames` both choose a volume of a 4-D image; only \
                 one of them can"
                    .to_owned(),
            );
        }
        if let Some(channel) = &layout.channel
            && let Err(problem) = self.known_channel(channel)
        {
            problems.push(format!("`layout.channel` {problem}"));
        }
        if let Some(frames) = &layout.frames {
            distinct("layout.frames.keys", &frames.keys, problems);
            if frames.first > 1 {
                problems.push(format!("`layout.frames.first` is {}; accepted: 0, 1", frames.first));
            }
            if layout.attributes.is_none() {
                problems.push(
                    "`layout.frames` needs `layout.attributes`, which has the frame numbers"
                        .to_owned(),
                );
            }
        }
        if let NonFiniteParams::Fill(value) = layout.non_finite
            && !value.is_finite()
        {
            problems
                .push(format!("`layout.non_finite.fill` is {value}; accepted is a finite number"));
        }
    }

    /// Checks a channel as far as the manifest alone can tell.
    pub(crate) fn known_channel(&self, channel: &ChannelParams) -> Result<(), String> {
        let channels = &self.file.layout.channels;
        match channel {
            ChannelParams::Name(name) if channels.is_empty() => {
                if self.file.layout.list.is_some() {
                    return Ok(());
                }
                Err(format!(
                    "is `{name}`, but neither `layout.channels` nor a `layout.list` names the \
                     channels"
                ))
            }
            ChannelParams::Name(name) if !channels.contains(name) => {
                let known: Vec<&str> = channels.iter().map(String::as_str).collect();
                Err(format!(
                    "is `{name}`; `layout.channels` has {}{}",
                    quoted_list(&known),
                    meant(name, &known.iter().copied().collect())
                ))
            }
            ChannelParams::Index(index)
                if !channels.is_empty() && *index as usize >= channels.len() =>
            {
                Err(format!(
                    "is number {index}, counted from 0; `layout.channels` has {}",
                    channels.len()
                ))
            }
            ChannelParams::Name(_) | ChannelParams::Index(_) => Ok(()),
        }
    }

    fn counts_and_checksums(&self, problems: &mut Vec<String>) {
        if let Some(expect) = &self.file.expect {
            let names = self.split_names();
            for name in expect.splits.keys().filter(|name| !names.contains(&name.as_str())) {
                problems.push(format!(
                    "`expect.splits` has `{name}`, which `layout.splits` does not have{}",
                    meant(name, &names.iter().copied().collect())
                ));
            }
        }
        if let Some(ChecksumParams::Files(files)) = &self.file.checksums {
            for (path, digest) in files {
                if let Err(problem) = Wanted::parse(digest) {
                    problems.push(format!("`checksums.files` has for {path} {problem}"));
                }
            }
        }
    }
}

/// `; did you mean ...?`, or nothing.
fn meant(name: &str, known: &BTreeSet<&str>) -> String {
    let known: Vec<&str> = known.iter().copied().collect();
    suggest(name, &known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Checks that a list has entries, none of them empty or twice.
fn distinct(field: &str, names: &[String], problems: &mut Vec<String>) {
    if names.is_empty() {
        problems.push(format!("`{field}` is empty"));
    }
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() {
            problems.push(format!("`{field}` has an empty entry"));
        } else if !seen.insert(name) {
            problems.push(format!("`{field}` has `{name}` twice"));
        }
    }
}
