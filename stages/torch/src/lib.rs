//! What train and predict do: networks, losses, the loop, the worker.
