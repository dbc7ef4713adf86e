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

/// Lays out one of the configurations as its original installation does, each text changed: the folder or the file goes
/// to `synapse-configs/default`, and what it refers to by `file:repository/…` is there too. Gives the configuration's
/// folder.
pub(crate) fn lay_out(source: &Path, home: &Path, change: &dyn Fn(&str) -> String) -> PathBuf {
    let configuration = home.join("synapse-configs/default");
    if source.is_dir() {
        copy(source, &configuration, change);
    } else {
        copy_file(source, &configuration.join("synapse.xml"), change);
    }
    if let Some(resources) =
        source.parent().map(|samples| samples.join("resources")).filter(|path| path.is_dir())
    {
        copy(&resources, &home.join("repository/conf/sample/resources"), change);
    }
    configuration
}

fn copy(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() { copy(&path, &to, change) } else { copy_file(&path, &to, change) }
    }
}

fn copy_file(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) {
    let bytes = std::fs::read(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    std::fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
    // Files in another encoding name no addresses.
    let changed =
        String::from_utf8(bytes).map_or_else(|error| error.into_bytes(), |text| change(&text).into_bytes());
    std::fs::write(to, changed).expect("a file");
}
