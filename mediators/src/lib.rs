//! Mediators.
