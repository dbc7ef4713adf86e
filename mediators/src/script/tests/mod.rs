//! The cases of mediators.md §9.1, and what scripts may not do.
