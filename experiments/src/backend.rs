//! The backend as a name chosen at run time: `flex` always, `ndarray` and `wgpu` where they were
//! compiled in.

/// burn's device: where tensors live and whether they are differentiated.
pub type Device = burn::tensor::Device;

/// Every backend that this project can be compiled with.
const KNOWN: [&str; 3] = ["flex", "ndarray", "wgpu"];

/// A backend that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No such backend.
    #[error("there is no backend `{0}`; there are flex, ndarray and wgpu")]
    Unknown(String),
    /// A backend that this program was built without.
    #[error("the backend `{0}` is not compiled in; build with `--features {0}`, or use `flex`")]
    NotCompiledIn(&'static str),
}

/// Whether a backend can be used, without starting it.
///
/// # Errors
/// A name that is unknown or not compiled in.
pub fn check(name: &str) -> Result<(), Fault> {
    let compiled = match name {
        "flex" => true,
        "ndarray" => cfg!(feature = "ndarray"),
        "wgpu" => cfg!(feature = "wgpu"),
        _ => return Err(Fault::Unknown(name.into())),
    };
    let known = KNOWN.into_iter().find(|known| *known == name);
    if compiled { Ok(()) } else { Err(Fault::NotCompiledIn(known.unwrap_or_default())) }
}

/// The device of a backend, without automatic differentiation: an experiment that needs gradients
/// asks for [`Device::autodiff`].
///
/// # Errors
/// A name that is unknown or not compiled in.
#[cfg_attr(
    feature = "ndarray",
    expect(deprecated, reason = "burn 0.22 is its last release with it")
)]
pub fn device(name: &str) -> Result<Device, Fault> {
    check(name)?;
    Ok(match name {
        #[cfg(feature = "ndarray")]
        "ndarray" => Device::ndarray(),
        #[cfg(feature = "wgpu")]
        "wgpu" => Device::wgpu(burn::tensor::DeviceKind::DefaultDevice),
        _ => Device::flex(),
    })
}
