mod laws;
mod rows;
mod toy;
