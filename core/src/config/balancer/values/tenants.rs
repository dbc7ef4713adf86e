//! Which tenants a cluster serves.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The tenants of a cluster (elastic-load-balancer.md §1.7): ids, or those that no other cluster of the host names.
///
/// Id 0 is "no tenant", and a range that contains it is also the default one, as `*` is (case 48).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRanges {
    is_default: bool,
    /// Ascending, with gaps between them, all above 0.
    intervals: Arc<[(u32, u32)]>,
}

impl TenantRanges {
    /// Whether the cluster serves this tenant by its id.
    pub fn contains(&self, tenant: i64) -> bool {
        let Ok(tenant) = u32::try_from(tenant) else { return false };
        let after = self.intervals.partition_point(|&(first, _)| first <= tenant);
        let candidate = after.checked_sub(1).and_then(|index| self.intervals.get(index));
        candidate.is_some_and(|&(_, last)| tenant <= last)
    }

    /// Whether the cluster serves tenants that no other cluster of the host names, and requests without a tenant.
    pub fn is_default(&self) -> bool {
        self.is_default
    }

    /// The ids as first and last of each range, ascending.
    pub fn intervals(&self) -> &[(u32, u32)] {
        &self.intervals
    }
}

/// `*`, or ids and ranges of ids separated by commas: `1,6,10-12`. Blanks make no difference.
impl FromStr for TenantRanges {
    type Err = TenantRangeError;

    fn from_str(text: &str) -> Result<TenantRanges, TenantRangeError> {
        if text.trim() == "*" {
            return Ok(TenantRanges { is_default: true, intervals: [].into() });
        }
        let mut ranges = text.split(',').map(interval).collect::<Result<Vec<_>, _>>()?;
        ranges.sort_unstable();
        let is_default = ranges.first().is_some_and(|&(first, _)| first == 0);
        let mut intervals: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            let first = first.max(1);
            match intervals.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ if first <= last => intervals.push((first, last)),
                _ => {}
            }
        }
        Ok(TenantRanges { is_default, intervals: intervals.into() })
    }
}

fn interval(item: &str) -> Result<(u32, u32), TenantRangeError> {
    let item = item.trim();
    let id = |text: &str| {
        let text = text.trim();
        // A sign is not part of an id, although numbers may have one.
        text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let malformed = || TenantRangeError::Malformed(item.to_owned());
    let (first, last) = item.split_once('-').unwrap_or((item, item));
    let (first, last) = (id(first).ok_or_else(malformed)?, id(last).ok_or_else(malformed)?);
    if first > last {
        return Err(TenantRangeError::Reversed { first, last });
    }
    Ok((first, last))
}

impl fmt::Display for TenantRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if self.is_default {
            f.write_str(if self.intervals.is_empty() { "*" } else { "0" })?;
            separator = ",";
        }
        for (first, last) in self.intervals.iter() {
            match first == last {
                true => write!(f, "{separator}{first}")?,
                false => write!(f, "{separator}{first}-{last}")?,
            }
            separator = ",";
        }
        Ok(())
    }
}

/// Why a text is no range of tenants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TenantRangeError {
    /// An item is neither an id nor a range.
    #[error("\"{0}\" is no tenant id and no range of ids")]
    Malformed(String),
    /// A range ends before it begins.
    #[error("the range {first}-{last} ends before it begins")]
    Reversed {
        /// The id before the dash.
        first: u32,
        /// The id after it.
        last: u32,
    },
}
