//! The page of runs, from outside: who is let in, what is told while a run goes on, and what a
//! browser makes of it.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod client;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod program;
#[cfg(test)]
mod telling;
