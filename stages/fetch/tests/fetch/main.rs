//! The stage against a server on this machine, files, and archives of every kind.

#[cfg(test)]
mod archives;
#[cfg(test)]
mod broken;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod local;
#[cfg(test)]
mod remote;
#[cfg(test)]
mod server;
#[cfg(test)]
mod support;
