//! The engine, driven by toy stages.

#[cfg(test)]
mod graph;
#[cfg(test)]
mod run;
#[cfg(test)]
mod toy;
#[cfg(test)]
mod worker;
