//! A store that can be trusted: whatever befalls a run, the next one ends with the same tables.
//!
//! Every test disturbs runs of a small experiment (`examples/faulty`) and then lets one run alone.
//! Chance follows from seeds, and a failed assertion names its seed.

#[cfg(test)]
mod chance;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod experiment;
#[cfg(test)]
mod garbage;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod mount;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod process;
#[cfg(test)]
mod program;
#[cfg(test)]
mod silent;
#[cfg(test)]
mod space;
#[cfg(test)]
mod store_files;
#[cfg(test)]
mod tally;
#[cfg(test)]
mod together;
#[cfg(test)]
mod worker;
