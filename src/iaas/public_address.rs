//! Giving an instance a public address.

use std::time::Duration;

use tokio::time::sleep;

use super::{Iaas, IaasError, InstanceId};

/// How often it is tried (elastic-load-balancer.md §4.10).
const ATTEMPTS: usize = 12;

/// The time between two attempts.
const PAUSE: Duration = Duration::from_secs(5);

/// Lets an address lead to an instance that was just launched, and may not be far enough for that. When it is not after
/// twelve attempts, the instance is ended: without its address it is of no use (case 210).
///
/// # Errors
/// Why the last attempt failed. The instance was told to end then, unless that failed too, which is logged.
pub async fn give_address(iaas: &dyn Iaas, ip: &str, id: &InstanceId) -> Result<(), IaasError> {
    let mut attempt = 0;
    let error = loop {
        attempt += 1;
        match iaas.associate(ip, id).await {
            Ok(()) => return Ok(()),
            Err(error @ IaasError::Unsupported(_)) => break error,
            Err(error) if attempt == ATTEMPTS => break error,
            Err(_) => sleep(PAUSE).await,
        }
    };
    if let Err(problem) = iaas.terminate(id).await {
        tracing::error!(target: "iaas", instance = %id, error = %problem, "has no address, and cannot be ended");
    }
    Err(error)
}
