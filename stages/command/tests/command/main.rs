//! The stage without a graph: parameters, the listing of sources, the command line.

#[cfg(test)]
mod check;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod support;
