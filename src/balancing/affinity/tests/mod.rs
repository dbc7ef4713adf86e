//! Tests of sticky sessions: the cases of elastic-load-balancer.md §9.6 and of endpoints.md §12 by their numbers.

mod answers;
mod cookies;
mod endpoints;
mod properties;
mod requests;
mod routes;
mod sessions;
mod soap;
mod support;
mod table;
