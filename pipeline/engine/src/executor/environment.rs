//! The variables that programs get.

use std::collections::BTreeMap;

use crate::stage::Granted;

/// Variables of the orchestrator's environment that programs need to run at all: where programs
/// and libraries are, how text is written, how devices are found. Everything else could change a
/// result without being part of its key.
const USUAL: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "RUST_LOG",
    "RUST_BACKTRACE",
];
/// The same, by the beginnings of their names.
const USUAL_PREFIXES: &[&str] = &["LC_", "CUDA_", "NVIDIA_", "ROCR_", "HIP_"];

/// Those of the orchestrator's variables that every program gets.
pub(super) fn usual(outer: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    outer
        .iter()
        .filter(|(name, _)| {
            USUAL.contains(&name.as_str())
                || USUAL_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Variables that keep a program that knows nothing of the orchestrator within what was granted.
pub(super) fn granted(
    granted: &Granted,
    outer: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let threads = granted.cpus.to_string();
    let mut variables: BTreeMap<String, String> =
        ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"]
            .into_iter()
            .map(|name| (name.to_owned(), threads.clone()))
            .collect();
    variables.insert("CUDA_VISIBLE_DEVICES".to_owned(), devices(granted, outer));
    variables
}

/// The granted devices by the names that the outer list gives them.
fn devices(granted: &Granted, outer: &BTreeMap<String, String>) -> String {
    let names: Vec<&str> = outer
        .get("CUDA_VISIBLE_DEVICES")
        .map(|list| list.split(',').map(str::trim).collect())
        .unwrap_or_default();
    let name = |number: &u32| {
        names.get(*number as usize).map_or_else(|| number.to_string(), |name| (*name).to_owned())
    };
    granted.gpus.iter().map(name).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_could_change_a_result_unseen_is_left_out() {
        let outer =
            variables(&[("PATH", "/bin"), ("PYTHONPATH", "/mine"), ("LC_ALL", "C"), ("SEED", "1")]);
        assert_eq!(usual(&outer), variables(&[("LC_ALL", "C"), ("PATH", "/bin")]));
    }

    #[test]
    fn devices_are_named_as_outside() {
        let two = Granted { gpus: vec![1], ..Granted::cpus_only(3) };
        assert_eq!(granted(&two, &variables(&[]))["CUDA_VISIBLE_DEVICES"], "1");
        let outer = variables(&[("CUDA_VISIBLE_DEVICES", "4, 6")]);
        assert_eq!(granted(&two, &outer)["CUDA_VISIBLE_DEVICES"], "6");
        assert_eq!(granted(&two, &outer)["OMP_NUM_THREADS"], "3");
        let none = Granted::cpus_only(1);
        assert_eq!(granted(&none, &outer)["CUDA_VISIBLE_DEVICES"], "", "no device is visible");
    }
}
