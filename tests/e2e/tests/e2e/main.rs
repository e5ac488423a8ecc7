//! The real binary, from a YAML file to the tables.

#[cfg(test)]
mod cache;
#[cfg(test)]
mod command;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod data;
#[cfg(test)]
mod export;
#[cfg(test)]
mod fetch;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod paper_tables;
#[cfg(test)]
mod python;
#[cfg(test)]
mod real;
#[cfg(test)]
mod report;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tables;
