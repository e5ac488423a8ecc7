//! libtorch, the C++ library of PyTorch: fetched once into `.libtorch/`, or the user's own.
//!
//! The library is taken from PyTorch's Python wheels, because they exist for every platform and
//! every package index carries them. Of a wheel only what a CPU build needs is kept; a machine with
//! a GPU adds `libtorch_cuda.so` at run time, from its Python's torch of the same version.
//!
//! [`prepare()`] runs at every start, so its usual path is some thousand `stat` calls: the folder's
//! stamp lists every file with its size. Anything missing or cut short makes it fetch again.

mod error;
mod external;
mod fetch;
mod prepare;
mod release;
mod stamp;

pub(crate) use error::LibtorchError;
pub(crate) use prepare::{Libtorch, prepare};
pub(crate) use release::VERSION;
pub(crate) use stamp::Stamp;
