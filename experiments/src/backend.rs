//! The backend as a name chosen at run time: `flex` always, `ndarray` and `wgpu` where they were
//! compiled in.

use burn::tensor::Device;

/// Every backend that this project can be compiled with, and the cargo feature that does so.
const KNOWN: [(&str, Option<&str>); 3] =
    [("flex", None), ("ndarray", Some("ndarray")), ("wgpu", Some("wgpu"))];

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

/// The device of a backend, without automatic differentiation: an experiment that needs gradients
/// asks for [`Device::autodiff`].
///
/// # Errors
/// A name that is unknown or not compiled in.
pub fn device(name: &str) -> Result<Device, Fault> {
    match name {
        "flex" => Ok(Device::flex()),
        #[cfg(feature = "ndarray")]
        "ndarray" => Ok(Device::ndarray()),
        #[cfg(feature = "wgpu")]
        "wgpu" => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
        _ => Err(match KNOWN.iter().find(|(known, _)| *known == name) {
            Some((known, Some(_))) => Fault::NotCompiledIn(known),
            _ => Fault::Unknown(name.into()),
        }),
    }
}
