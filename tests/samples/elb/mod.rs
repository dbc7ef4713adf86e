//! The sequences that the WSO2 ELB 2.0.5 ships, as they are.

mod faults;
mod folder;
mod redirects;
