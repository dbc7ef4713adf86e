//! Tests of the codecs.

mod corruption;
mod java;
mod properties;
mod roundtrip;
mod small;
mod vectors;
