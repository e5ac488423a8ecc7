//! The engine, driven by toy stages.

#[cfg(test)]
mod graph;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod program;
#[cfg(test)]
mod run;
#[cfg(test)]
mod selection;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod toy;
#[cfg(test)]
mod worker;
