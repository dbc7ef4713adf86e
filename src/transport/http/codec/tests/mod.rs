//! What is written, and what is read of it.

mod response;
mod sending;
