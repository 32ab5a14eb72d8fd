//! Numbers from PyTorch, NumPy and SciPy that unit tests hold the measures against
//! (`tests/peers/reference.py` computed them). Tests only.

use nalgebra::DMatrix;
use serde_json::Value;

use crate::lab::network::Activation;
use crate::lab::network::Network;

/// What stands in the file at a path of keys.
#[track_caller]
pub(crate) fn at(pointer: &str) -> Value {
    let text = include_str!("../../../tests/peers/reference.json");
    let file: Value = serde_json::from_str(text).expect("reference.json is JSON");
    file.pointer(pointer).unwrap_or_else(|| panic!("reference.json has no {pointer}")).clone()
}

/// A number of the file.
#[track_caller]
pub(crate) fn number(pointer: &str) -> f64 {
    serde_json::from_value(at(pointer)).expect("a number")
}

/// A list of numbers.
#[track_caller]
pub(crate) fn list(pointer: &str) -> Vec<f64> {
    serde_json::from_value(at(pointer)).expect("a list of numbers")
}

/// Rows of numbers.
#[track_caller]
pub(crate) fn rows(pointer: &str) -> Vec<Vec<f64>> {
    serde_json::from_value(at(pointer)).expect("rows of numbers")
}

/// Rows of numbers, as a matrix.
#[track_caller]
pub(crate) fn matrix(pointer: &str) -> DMatrix<f64> {
    crate::lab::pass::matrix(&rows(pointer))
}

/// The network of the file and its parameters.
pub(crate) fn network() -> (Network, Vec<f64>) {
    let sizes: Vec<usize> = serde_json::from_value(at("/network/layers")).expect("sizes");
    (Network::new(&sizes, Activation::Tanh), list("/network/parameters"))
}

/// The indicators of the classes of its examples.
pub(crate) fn indicators() -> Vec<Vec<f64>> {
    let classes: Vec<usize> = serde_json::from_value(at("/network/classes")).expect("classes");
    classes.iter().map(|&class| (0..2).map(|k| f64::from(k == class)).collect()).collect()
}
