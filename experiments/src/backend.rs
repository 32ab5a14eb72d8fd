//! The backend as a name chosen at run time: `flex` always, `ndarray` and `wgpu` where they were
//! compiled in, and `auto`, which stands for one of them.

use std::fmt;

use burn::tensor::DType;

/// burn's device: where tensors live and whether they are differentiated.
pub type Device = burn::tensor::Device;

/// What a backend may be called, by an author or on the command line, and whether it is compiled in.
const KNOWN: [(&str, bool); 4] = [
    ("flex", true),
    ("ndarray", cfg!(feature = "ndarray")),
    ("wgpu", cfg!(feature = "wgpu")),
    ("auto", true),
];

/// A backend that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No such backend.
    #[error("there is no backend `{0}`; there are flex, ndarray, wgpu and auto")]
    Unknown(String),
    /// A backend that this program was built without.
    #[error(
        "the backend `{0}` is not compiled in; build with `--features {0}`, or use `flex` or `auto`"
    )]
    NotCompiledIn(&'static str),
    /// The machine has nothing that the backend could run on.
    #[error(
        "the backend `{0}` cannot start: {1}; install a graphics driver with Vulkan (on Debian \
         `apt install mesa-vulkan-drivers`, which needs no graphics card), or use `flex` or `auto`"
    )]
    NoAdapter(&'static str, String),
}

/// Whether there is a backend of that name in this program, without starting it.
///
/// # Errors
/// A name that is unknown or not compiled in.
pub fn check(name: &str) -> Result<(), Fault> {
    known(name).map(drop)
}

/// A backend that has started.
#[derive(Clone, Debug)]
pub struct Backend {
    name: &'static str,
    device: Device,
    adapter: Option<Adapter>,
}

impl Backend {
    /// burn's own processor backend, which every program has.
    #[must_use]
    pub fn flex() -> Self {
        Self { name: "flex", device: Device::flex(), adapter: None }
    }

    /// Starts the backend of that name. `auto` is `wgpu` where that is compiled in and finds a real
    /// graphics card, else `flex`.
    ///
    /// # Errors
    /// A name that is unknown or not compiled in, and `wgpu` where the machine has no adapter.
    pub fn open(name: &str) -> Result<Self, Fault> {
        match known(name)? {
            "wgpu" => wgpu(),
            "ndarray" => ndarray(),
            "auto" => Ok(wgpu().ok().filter(Self::is_a_card).unwrap_or_else(Self::flex)),
            _ => Ok(Self::flex()),
        }
    }

    /// Its name, never `auto`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its device, without automatic differentiation: an experiment that needs gradients asks for
    /// [`Device::autodiff`].
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// What it runs on, where that is not simply this machine's processor.
    #[must_use]
    pub fn adapter(&self) -> Option<&Adapter> {
        self.adapter.as_ref()
    }

    /// What does work in double precision: the backend itself where it can, else `flex`.
    #[must_use]
    pub fn double(&self) -> Self {
        if supports_double(&self.device) { self.clone() } else { Self::flex() }
    }

    fn is_a_card(&self) -> bool {
        self.adapter
            .as_ref()
            .is_some_and(|adapter| matches!(adapter.kind, Kind::Discrete | Kind::Integrated))
    }
}

/// Whether a device computes in double precision.
///
/// An adapter of `wgpu` does not, whatever its driver says of numbers of 64 bits: shaders have no
/// exponential and its kin of them (the extended instructions of SPIR-V, GLSL.std.450, take 16 or 32
/// bits). burn 0.22 asks for them all the same, and on Mesa `exp(1.0)` was 7e-315.
#[must_use]
pub fn supports_double(device: &Device) -> bool {
    device.supports_dtype(DType::F64) && !runs_shaders(device)
}

#[cfg(feature = "wgpu")]
fn runs_shaders(device: &Device) -> bool {
    // Only what runs kernels of its own says who it is.
    device.identity().is_some()
}

#[cfg(not(feature = "wgpu"))]
fn runs_shaders(_: &Device) -> bool {
    false
}

/// What `wgpu` runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adapter {
    /// As it calls itself: `llvmpipe (LLVM 15.0.6, 256 bits)`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The interface through which it is reached: `Vulkan`.
    pub interface: String,
    /// The driver with its version.
    pub driver: String,
}

/// What an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A graphics card with memory of its own.
    Discrete,
    /// A graphics unit that shares the processor's memory.
    Integrated,
    /// A card that a hypervisor lends or imitates.
    Virtual,
    /// A program on the processor.
    Software,
    /// The driver does not say.
    Unknown,
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, interface, driver } = self;
        let kind = match kind {
            Kind::Discrete => "discrete GPU",
            Kind::Integrated => "integrated GPU",
            Kind::Virtual => "virtual GPU",
            Kind::Software => "software on the CPU",
            Kind::Unknown => "of unknown kind",
        };
        write!(f, "{name}, {kind}, {interface}")?;
        if driver.is_empty() { Ok(()) } else { write!(f, ", driver {driver}") }
    }
}

/// The backend as this module calls it.
fn known(name: &str) -> Result<&'static str, Fault> {
    match KNOWN.into_iter().find(|(known, _)| *known == name) {
        None => Err(Fault::Unknown(name.into())),
        Some((known, false)) => Err(Fault::NotCompiledIn(known)),
        Some((known, true)) => Ok(known),
    }
}

#[cfg(feature = "ndarray")]
#[expect(deprecated, reason = "burn 0.22 is its last release with it")]
fn ndarray() -> Result<Backend, Fault> {
    Ok(Backend { name: "ndarray", device: Device::ndarray(), adapter: None })
}

#[cfg(not(feature = "ndarray"))]
fn ndarray() -> Result<Backend, Fault> {
    Err(Fault::NotCompiledIn("ndarray"))
}

#[cfg(feature = "wgpu")]
fn wgpu() -> Result<Backend, Fault> {
    // Once: burn starts an adapter a single time. A device that is left to start with its first tensor
    // panics where there is no adapter.
    static STARTED: std::sync::OnceLock<Result<Backend, Fault>> = std::sync::OnceLock::new();
    let start = || {
        let (device, setup) = Device::wgpu_options()
            .init_with_setup()
            .map_err(|error| Fault::NoAdapter("wgpu", reason(error)))?;
        Ok(Backend { name: "wgpu", device, adapter: Some(described(setup.adapter.get_info())) })
    };
    STARTED.get_or_init(start).clone()
}

#[cfg(not(feature = "wgpu"))]
fn wgpu() -> Result<Backend, Fault> {
    Err(Fault::NotCompiledIn("wgpu"))
}

/// Why there is no adapter, without burn's words for the one that was asked for.
#[cfg(feature = "wgpu")]
fn reason(error: burn::tensor::wgpu::WgpuInitError) -> String {
    match error {
        burn::tensor::wgpu::WgpuInitError::AdapterUnavailable { message, .. } => message,
        other => other.to_string(),
    }
}

#[cfg(feature = "wgpu")]
fn described(info: burn::tensor::wgpu::wgpu::AdapterInfo) -> Adapter {
    use burn::tensor::wgpu::wgpu::DeviceType;
    let kind = match info.device_type {
        DeviceType::DiscreteGpu => Kind::Discrete,
        DeviceType::IntegratedGpu => Kind::Integrated,
        DeviceType::VirtualGpu => Kind::Virtual,
        DeviceType::Cpu => Kind::Software,
        DeviceType::Other => Kind::Unknown,
    };
    let driver = format!("{} {}", info.driver, info.driver_info).trim().to_owned();
    Adapter { name: info.name, kind, interface: format!("{:?}", info.backend), driver }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, compiled: bool) {
        let expected = if compiled { Ok(()) } else { Err(Fault::NotCompiledIn("")) };
        match (super::check(name), expected) {
            (Ok(()), Ok(())) => {}
            (Err(fault @ Fault::NotCompiledIn(_)), Err(_)) => {
                assert!(fault.to_string().contains(&format!("--features {name}")), "{fault}");
                assert_eq!(Backend::open(name).unwrap_err(), fault);
            }
            (found, expected) => panic!("{name}: {found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn a_name_says_how_to_build_with_it() {
        check("flex", true);
        check("auto", true);
        check("ndarray", cfg!(feature = "ndarray"));
        check("wgpu", cfg!(feature = "wgpu"));
        for name in ["", "cuda", "Flex", "auto "] {
            assert_eq!(super::check(name), Err(Fault::Unknown(name.into())));
            assert_eq!(Backend::open(name).unwrap_err(), Fault::Unknown(name.into()));
        }
    }

    #[test]
    fn auto_is_a_real_backend() {
        let backend = Backend::open("auto").unwrap();
        let card = backend.adapter().is_some();
        assert_eq!(backend.name(), if card { "wgpu" } else { "flex" });
        assert!(cfg!(feature = "wgpu") || !card);
    }

    #[test]
    fn only_a_card_is_preferred_to_the_processor() {
        let on = |kind| Backend { adapter: Some(adapter(kind)), ..Backend::flex() };
        let cards =
            [Kind::Discrete, Kind::Integrated, Kind::Virtual, Kind::Software, Kind::Unknown]
                .map(|kind| on(kind).is_a_card());
        assert_eq!(cards, [true, true, false, false, false]);
        assert!(!Backend::flex().is_a_card());
    }

    #[test]
    fn an_adapter_reads_as_one_phrase() {
        let full = "llvmpipe, software on the CPU, Vulkan, driver llvmpipe Mesa 22.3.6";
        assert_eq!(adapter(Kind::Software).to_string(), full);
        let bare = Adapter { driver: String::new(), ..adapter(Kind::Discrete) };
        assert_eq!(bare.to_string(), "llvmpipe, discrete GPU, Vulkan");
    }

    fn adapter(kind: Kind) -> Adapter {
        let (name, interface) = ("llvmpipe".into(), "Vulkan".into());
        Adapter { name, kind, interface, driver: "llvmpipe Mesa 22.3.6".into() }
    }
}
