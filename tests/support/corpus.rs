//! Configurations written by others, which are no part of the project.

use std::path::{Path, PathBuf};

/// Where the configurations are: in the folder named by `SINEW_SHARED`, else beside the project. `None`, and a note, on
/// a machine that does not have them.
pub(crate) fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("SINEW_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found =
        named.into_iter().chain([beside]).map(|shared| shared.join("corpus")).find(|path| path.is_dir());
    if found.is_none() {
        eprintln!("skipped: the corpus of configurations is not on this machine");
    }
    found
}
