//! What a name stands for on this machine.

use experiments::backend;
use experiments::backend::Backend;
use experiments::backend::Fault;
use experiments::backend::Kind;

#[test]
fn auto_prefers_a_card_but_no_program() {
    let auto = Backend::open("auto").expect("there is always something");
    let Ok(wgpu) = Backend::open("wgpu") else {
        // What is compiled in must start: a skip would look like a pass.
        assert_eq!(backend::check("wgpu"), Err(Fault::NotCompiledIn("wgpu")));
        assert_eq!(auto.name(), "flex");
        return;
    };
    let adapter = wgpu.adapter().expect("wgpu says what it runs on");
    eprintln!("wgpu is {adapter}, auto is {}", auto.name());
    assert!(!adapter.name.is_empty() && !adapter.interface.is_empty());
    let card = matches!(adapter.kind, Kind::Discrete | Kind::Integrated);
    assert_eq!(auto.name(), if card { "wgpu" } else { "flex" });
}

/// Asked by [`no_adapter_is_an_error_with_a_way_out`] on a machine without drivers; else nothing to do.
#[test]
fn asked_without_drivers() {
    if let Ok(path) = std::env::var(ASK) {
        let said = match Backend::open("wgpu") {
            Ok(backend) => format!("{:?}", backend.adapter()),
            Err(fault) => fault.to_string(),
        };
        let auto = Backend::open("auto").expect("there is always something");
        std::fs::write(path, format!("{said}\n{}", auto.name())).expect("a file");
    }
}

const ASK: &str = "EXPERIMENTS_TEST_ADAPTER_INTO";

#[test]
#[cfg(all(feature = "wgpu", target_os = "linux"))]
fn no_adapter_is_an_error_with_a_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("said");
    let output = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "backends::chosen::asked_without_drivers"])
        .env(ASK, &path)
        // Where the loaders of Vulkan and of OpenGL are told to look for drivers, instead of everywhere.
        .env("VK_DRIVER_FILES", "/dev/null")
        .env("VK_ICD_FILENAMES", "/dev/null")
        .env("__EGL_VENDOR_LIBRARY_FILENAMES", "/dev/null")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .output()
        .expect("this test runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(!told.contains("panicked"), "{told}");
    let said = std::fs::read_to_string(path).expect("the other process wrote");
    eprintln!("without drivers: {said}");
    assert!(said.starts_with("the backend `wgpu` cannot start: "), "{said}");
    assert!(said.contains("apt install mesa-vulkan-drivers"), "{said}");
    assert!(said.ends_with("\nflex"), "{said}");
}
