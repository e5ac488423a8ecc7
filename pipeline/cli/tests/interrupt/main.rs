//! Runs that are stopped: by Ctrl-C, by other signals, by limits, by force.

#[cfg(test)]
mod resume;
#[cfg(test)]
mod stop;
#[cfg(test)]
mod toy;
