//! From parameters to a record: the trait that an experiment implements.
//!
//! A good experiment file opens with what it shows and by whom, the setting in formulas and what
//! naive versions of it get wrong; then come its parameters, the shard as a value, the run in the
//! paper's order, the merge, and last the [`crate::exhibit::Exhibit`], which is looks alone.

use burn::tensor::Device;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::data::DataSet;
use crate::data::Supply;
use crate::parameters::Parameters;
use crate::record::Record;

/// A way of turning parameters into a record.
///
/// The unit of work is the shard: a value that holds all that its run needs. [`Experiment::run`]
/// never sees the parameters, so that one more replicate or one more swept value leaves every
/// finished shard valid. The same shard gives the same bits on the same backend and instruction
/// set, whatever runs beside it.
pub trait Experiment: 'static {
    /// The name in directives: `[a-z0-9][a-z0-9-]{0,63}`. A literal: the build script reads it.
    const ID: &'static str;
    /// What it computes, and in which precision: part of the run key.
    const PRECISION: &'static str;
    /// Where its work is done.
    const PLACE: Place;

    /// What an author may set.
    type Parameters: Parameters;
    /// One independent part of the work, seconds long.
    type Shard: Serialize + DeserializeOwned;
    /// What one shard leaves.
    type Part: Serialize + DeserializeOwned;

    /// A variant that takes a few seconds at most: fewer replicates, a coarser grid.
    fn draft(parameters: Self::Parameters) -> Self::Parameters;

    /// What the whole simulation takes, estimated.
    fn cost(parameters: &Self::Parameters) -> Cost;

    /// The work, in an order that [`Experiment::merge`] gets back.
    fn shards(parameters: &Self::Parameters) -> Vec<Self::Shard>;

    /// The data sets of the book that these parameters ask for; by default none. The digests of their
    /// files are part of the run key.
    fn data(_parameters: &Self::Parameters) -> Vec<DataSet> {
        Vec::new()
    }

    /// Does one part of the work.
    fn run(shard: &Self::Shard, device: &Device) -> Self::Part;

    /// Does one part of the work with the data sets that [`Experiment::data`] asks for: this is what is
    /// called. By default [`Experiment::run`], which an experiment with data keeps for shards that need
    /// none. The shard says which data it needs; the bytes are none of its value.
    fn run_with(shard: &Self::Shard, _supply: &Supply, device: &Device) -> Self::Part {
        Self::run(shard, device)
    }

    /// Puts the parts, in the order of their shards, into a record.
    fn merge(parameters: &Self::Parameters, parts: Vec<Self::Part>) -> Record;
}

/// Where an experiment does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// On burn's device alone.
    Device,
    /// On burn's device in double precision, and on `flex` where the device lacks that: `run` gets a
    /// device that has it. Its tensors say so where they are made, `(device, DType::F64)`.
    Double,
    /// On the host alone, without burn: the backend makes no difference.
    Host,
    /// Networks on burn's device, linear algebra in f64 on the host.
    Both,
}

/// What a simulation takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Processor seconds on one core, all shards together.
    pub seconds: f64,
    /// Memory of one shard at its largest, in megabytes.
    pub megabytes: f64,
}
