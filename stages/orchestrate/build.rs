//! Links the program at a fixed address.
//!
//! The program is mostly data frames, whose tables of functions hold more than 80 000 addresses. If
//! where the program lies is known only when it starts, all of them are written before `main`,
//! which takes longer than everything that most commands do. Workers are linked as usual.

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script its target so")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
