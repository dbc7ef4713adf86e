//! Tests of the codecs.

mod vectors;
