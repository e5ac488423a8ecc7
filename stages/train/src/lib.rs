//! What train and predict are: parameters, ports, resources.
