//! What only one balancer can hold.

use std::future::Future;
use std::pin::Pin;

/// Decides who acts without a majority: whoever holds something that only one can hold, such as a public address
/// (elastic-load-balancer.md §4.8, case 198).
///
/// It is asked only when this balancer would be coordinator, has heard of too few others for the takeover time, and would act
/// next. With a fence the setting `group.act_without_majority` means nothing.
pub trait Fence: Send + Sync + 'static {
    /// Takes what only one can hold, or makes sure that it is still ours; true when it is. Asked again several times in each
    /// lease; an answer allows acting for nine tenths of a lease from when it was asked for, and one that takes longer is not
    /// waited for.
    fn claim(&self, epoch: u64) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;
}
