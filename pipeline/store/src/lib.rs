//! Content hashes, the artifact store and the action cache.
