//! The numeric crates are those of the manifest, with the versions of the lock file.

#[path = "../../build/crates.rs"]
mod crates;

#[test]
fn numeric_crates_are_those_of_the_lock_file() {
    let manifest = "[dependencies]\nburn.workspace = true\nrand_core = \"0.10\"\nserde = \"1\"\n";
    let lock = |source: &str| {
        format!(
            "[[package]]\nname = \"burn\"\nversion = \"0.22.1\"\nsource = \"{source}\"\n\
             [[package]]\nname = \"experiments\"\nversion = \"0.1.0\"\n\
             dependencies = [\"burn\", \"rand_core 0.10.1\", \"serde\"]\n\
             [[package]]\nname = \"rand_core\"\nversion = \"0.6.4\"\nsource = \"registry+x\"\n\
             [[package]]\nname = \"rand_core\"\nversion = \"0.10.1\"\nsource = \"registry+x\"\n"
        )
    };
    let versions = crates::numeric(manifest, &lock("registry+x")).expect("both are there");
    let pairs: Vec<(&str, &str)> =
        versions.iter().map(|(name, version)| (name.as_str(), version.as_str())).collect();
    assert_eq!(pairs, [("burn", "0.22.1"), ("rand_core", "0.10.1")]);
    let versions = crates::numeric(manifest, &lock("git+https://x#1234")).expect("a revision");
    assert_eq!(versions[0].1, "0.22.1 (git+https://x#1234)");
    let check = |manifest: &str, lock: &str, expected: &str| {
        let message = crates::numeric(manifest, lock).expect_err(expected);
        assert!(message.contains(expected), "{message}");
    };
    check(manifest, &lock(""), "`burn` comes from a folder");
    check(
        "[dependencies]\nndarray = \"1\"\n",
        &lock("registry+x"),
        "can `ndarray` change a number?",
    );
    check(
        "[target.x.dependencies]\nodd = \"1\"\n",
        &lock("registry+x"),
        "can `odd` change a number?",
    );
    check("[dependencies]\nstatrs = \"1\"\n", &lock("registry+x"), "no dependency `statrs`");
    check("[dependencies", "", "experiments/Cargo.toml: ");
    check(manifest, "[[", "Cargo.lock: ");
    check(manifest, "", "no dependency `burn`");
}

#[test]
fn numeric_crates_of_this_crate_have_versions() {
    let crates = experiments::fingerprint::numeric_crates();
    let names: Vec<&str> = crates.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "blake3",
            "burn",
            "libm",
            "nalgebra",
            "pathfinding",
            "pulp",
            "rand_chacha",
            "rand_core",
            "rand_distr",
            "statrs"
        ]
    );
    assert!(crates.iter().all(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit())));
}
