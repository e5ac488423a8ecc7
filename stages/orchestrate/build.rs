//! Links the program at a fixed address.
//!
//! The program is mostly data frames, whose tables of functions hold 80 000 addresses. At an
//! address that is known only at the start, all of them are written before `main`, which takes
//! longer than everything that most commands do. Programs that it starts for experiments and
//! workers are linked as usual.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
