//! Configurations of others, run by the real program: the samples of Apache Synapse in front of the StockQuote service
//! that they are written for, and what the WSO2 ELB ships.
//!
//! The configurations are read where they are; where they are not on the machine, the tests say so and pass.

mod conversions;
mod elb;
mod messages;
mod proxies;
mod routing;
mod scripts;
mod stage;
#[path = "../support/stock_quote.rs"]
mod stock_quote;
#[path = "../support/mod.rs"]
mod support;
