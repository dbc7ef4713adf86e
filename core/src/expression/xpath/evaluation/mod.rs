//! Running a program for one message.

mod calls;
mod comparisons;
mod encodings;
mod engine;
mod names;
mod paths;
mod properties;
mod texts;
