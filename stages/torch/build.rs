//! Compiles the one file of C++, and tells the linker where the worker and its tests find libtorch
//! when they start.
//!
//! The places are a RUNPATH, so that a set `LD_LIBRARY_PATH` still wins.

#![expect(clippy::disallowed_methods, reason = "a build script is configured by the environment")]

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    println!("cargo:rerun-if-env-changed=LIBTORCH_LIB");
    compile_node();
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("unix") {
        return;
    }
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg=-Wl,--enable-new-dtags");
    }
    // Beside the program, then where `cargo xtask install` puts the libraries, then the libtorch
    // this build was made with.
    let origin = if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        "@loader_path"
    } else {
        "$ORIGIN"
    };
    println!("cargo:rustc-link-arg=-Wl,-rpath,{origin}");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{origin}/../lib/orchestrate");
    if let Some(folder) = env::var_os("LIBTORCH_LIB").or_else(|| env::var_os("LIBTORCH")) {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", PathBuf::from(folder).join("lib").display());
    }
}

/// Compiles `src/graph_node.cpp` against the libtorch this build is made with. `cargo xtask` and
/// `.cargo/config.toml` set `LIBTORCH`.
fn compile_node() {
    println!("cargo:rerun-if-changed=src/graph_node.cpp");
    println!("cargo:rerun-if-env-changed=LIBTORCH_INCLUDE");
    let folder = env::var_os("LIBTORCH_INCLUDE").or_else(|| env::var_os("LIBTORCH"));
    let folder = folder.expect("LIBTORCH names the folder of a libtorch: run `cargo xtask setup`");
    let headers = PathBuf::from(folder).join("include");
    let mut build = cc::Build::new();
    build.cpp(true).std("c++17").warnings(false).file("src/graph_node.cpp");
    build.include(headers.join("torch/csrc/api/include")).include(headers);
    build.compile("orchestrate_node");
}
