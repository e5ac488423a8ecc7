//! Everything wrong with the parameters that types cannot say.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use pipeline_engine::ParamProblem;

use crate::address::Address;
use crate::{FetchParams, FileParams, TransferParams, Unpack};

const ADDRESSES: &str = "accepted are https://, http://, file:// and paths";

/// Every problem of the parameters.
pub(crate) fn problems(params: &FetchParams) -> Vec<ParamProblem> {
    let mut problems = Vec::new();
    if params.files.is_empty() {
        problems.push(ParamProblem::new("files", "the list is empty").with_help("name a file"));
    }
    if params.kind.trim().is_empty() {
        problems.push(ParamProblem::new("kind", "found an empty name"));
    }
    for (i, file) in params.files.iter().enumerate() {
        problems.extend(of_file(file, &format!("files[{i}]")));
    }
    problems.extend(twice("name", &params.files, FileParams::local_name));
    problems.extend(twice("path", &params.files, |file| {
        if file.unpack == Unpack::None { file.output_path() } else { None }
    }));
    problems.extend(of_transfer(&params.transfer));
    problems
}

fn of_file(file: &FileParams, at: &str) -> Vec<ParamProblem> {
    let mut problems = Vec::new();
    let mut address = |path: String, text: &str| {
        if let Err(message) = Address::parse(text) {
            problems.push(ParamProblem::new(path, message).with_help(ADDRESSES));
        }
    };
    address(format!("{at}.url"), &file.url);
    for (i, mirror) in file.mirrors.iter().enumerate() {
        address(format!("{at}.mirrors[{i}]"), mirror);
    }
    if file.local_name().is_none() && problems.is_empty() {
        let message = format!("the URL `{}` does not end in the name of a file", file.url);
        let help = "write `name:`, such as `name: images.zip`";
        problems.push(ParamProblem::new(format!("{at}.name"), message).with_help(help));
    }
    for (field, path) in [("name", &file.name), ("path", &file.path)] {
        let Some(path) = path else { continue };
        if !is_inside(path) {
            let message = format!("`{path}` does not stay inside its folder");
            let help = "write a relative path without `..`, with `/` between folders";
            problems.push(ParamProblem::new(format!("{at}.{field}"), message).with_help(help));
        }
    }
    if file.unpack == Unpack::None {
        for (field, given) in
            [("strip", file.strip > 0), ("unpacked_mib", file.unpacked_mib.is_some())]
        {
            if given {
                let help = "write `unpack: tar.gz`, `tar` or `zip`, or leave it out";
                let message = "has a meaning only for an archive that is unpacked";
                problems.push(ParamProblem::new(format!("{at}.{field}"), message).with_help(help));
            }
        }
    }
    problems
}

fn of_transfer(transfer: &TransferParams) -> Vec<ParamProblem> {
    let wait = transfer.first_wait_seconds;
    let checks = [
        ("attempts", f64::from(transfer.attempts), 1.0, 20.0),
        ("first_wait_seconds", wait, 0.0, 60.0),
        ("timeout_seconds", transfer.timeout_seconds as f64, 1.0, 3600.0),
        ("parallel", transfer.parallel as f64, 1.0, 16.0),
        ("largest_mib", transfer.largest_mib as f64, 1.0, 1e9),
    ];
    let mut problems: Vec<_> = checks
        .into_iter()
        .filter(|(_, found, least, most)| !(least..=most).contains(&found))
        .map(|(field, found, least, most)| {
            ParamProblem::new(format!("transfer.{field}"), format!("{found} is out of range"))
                .with_help(format!("use a number from {least} to {most}"))
        })
        .collect();
    if let Some(proxy) = &transfer.proxy
        && proxy != "none"
        && ureq::Proxy::new(proxy).is_err()
    {
        let help = "write `http://host:port`, or `none` for a direct connection";
        let message = format!("`{proxy}` is no proxy");
        problems.push(ParamProblem::new("transfer.proxy", message).with_help(help));
    }
    problems
}

/// Names that two files share.
fn twice(
    field: &str,
    files: &[FileParams],
    of: impl Fn(&FileParams) -> Option<String>,
) -> Vec<ParamProblem> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for (i, file) in files.iter().enumerate() {
        let Some(name) = of(file) else { continue };
        if let Some(first) = seen.get(&name) {
            let message = format!("`{name}` is that of files[{first}] already");
            problems.push(
                ParamProblem::new(format!("files[{i}].{field}"), message)
                    .with_help(format!("give each file a `{field}` of its own")),
            );
        } else {
            seen.insert(name, i);
        }
    }
    problems
}

/// Whether a path is relative and never leaves the folder it starts in.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some()
        && parts.all(|part| matches!(part, Component::Normal(_)))
        && !path.contains(['\\', '\0'])
}

impl FileParams {
    /// What the file is called under `downloads/`.
    pub(crate) fn local_name(&self) -> Option<String> {
        self.name.clone().or_else(|| Address::file_name(&self.url))
    }

    /// Where the file goes in the output; none for an archive without a folder of its own.
    pub(crate) fn output_path(&self) -> Option<String> {
        match self.unpack {
            Unpack::None => self.path.clone().or_else(|| self.local_name()),
            _ => self.path.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "md5:900150983cd24fb0d6963f7d28e17f72";

    fn paths(json: &serde_json::Value) -> Vec<String> {
        let params = serde_json::from_value(json.clone()).unwrap();
        problems(&params).into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn reports_every_problem_with_its_place() {
        let found = paths(&serde_json::json!({
            "files": [
                { "url": "ftp://a.example/x", "digest": DIGEST, "mirrors": ["s3://b/x"] },
                { "url": "https://a.example/", "digest": DIGEST },
                { "url": "https://a.example/a.zip", "digest": DIGEST, "path": "../a", "strip": 1 },
                { "url": "https://b.example/a.zip", "digest": DIGEST, "path": "/a" },
            ],
            "kind": " ",
            "transfer": { "attempts": 0, "parallel": 99, "proxy": "::", "first_wait_seconds": -1.0 },
        }));
        assert_eq!(
            found,
            [
                "kind",
                "files[0].url",
                "files[0].mirrors[0]",
                "files[1].name",
                "files[2].path",
                "files[2].strip",
                "files[3].path",
                "files[3].name",
                "transfer.attempts",
                "transfer.first_wait_seconds",
                "transfer.parallel",
                "transfer.proxy",
            ]
        );
    }

    #[test]
    fn accepts_the_least_and_the_most() {
        let file = serde_json::json!({ "url": "https://a.example/a.zip", "digest": DIGEST });
        assert!(paths(&serde_json::json!({ "files": [file] })).is_empty());
        let archive = serde_json::json!({
            "url": "x.zip", "digest": DIGEST, "unpack": "zip", "strip": 1, "path": "a/b",
            "unpacked_mib": 10, "mirrors": ["https://a.example/x.zip"], "name": "sub/x.zip",
        });
        assert!(paths(&serde_json::json!({ "files": [archive], "kind": "weights" })).is_empty());
        assert_eq!(paths(&serde_json::json!({ "files": [] })), ["files"]);
    }
}
