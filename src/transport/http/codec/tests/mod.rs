//! What is written, and what the parsers make of bytes, in one piece and in any two.

mod bodies;
mod outbox;
mod requests;
mod response;
mod sending;
