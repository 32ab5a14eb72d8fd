//! An experiment with its types erased: parameters, shards and parts as JSON.
//!
//! A [`Catalog`] is a list of entries. It is an argument of the preprocessor, not a global: another
//! course brings its own.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use burn::tensor::Device;
use serde_json::Map;
use serde_json::Value;

use crate::bound::Bound;
use crate::claim::Claim;
use crate::data::DataSet;
use crate::data::Supply;
use crate::exhibit::Exhibit;
use crate::exhibit::Sweep;
use crate::experiment::Cost;
use crate::experiment::Place;
use crate::figure::Figure;
use crate::fingerprint::Fingerprint;
use crate::parameters;
use crate::parameters::Fault;
use crate::parameters::Field;
use crate::parameters::Parameters;
use crate::record::Record;

/// The experiments that directives can name.
pub struct Catalog {
    entries: Vec<Entry>,
}

impl Catalog {
    /// A catalog, sorted by id.
    ///
    /// # Panics
    /// When two entries have one id.
    #[must_use]
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(Entry::id);
        for pair in entries.windows(2) {
            assert!(pair[0].id() != pair[1].id(), "two experiments are called `{}`", pair[0].id());
        }
        Self { entries }
    }

    /// The entry of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id() == id)
    }

    /// All entries, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }
}

/// One experiment of a catalog.
pub struct Entry {
    methods: Box<dyn Erased>,
    fingerprint: &'static Fingerprint,
}

/// Why the code of an experiment gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// What it was given or gave is not of its types.
    #[error("{what} of `{id}` cannot be read: {source}")]
    Unreadable {
        /// What that is.
        what: &'static str,
        /// The experiment.
        id: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// It panicked.
    #[error("{what} failed with: {message}")]
    Panicked {
        /// What it was to do.
        what: &'static str,
        /// With what words.
        message: String,
    },
}

/// What code gives that may panic.
///
/// # Errors
/// With what words it did.
pub fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(ToString::to_string);
        text.or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".into())
    })
}

/// The same of something that an experiment does in the process of whoever asks.
fn guarded<T>(what: &'static str, run: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    caught(run).unwrap_or_else(|message| Err(Failure::Panicked { what, message }))
}

impl Entry {
    /// An experiment and the fingerprint of its code.
    #[must_use]
    pub fn new<E: Exhibit>(fingerprint: &'static Fingerprint) -> Self {
        Self { methods: Box::new(Typed::<E>(std::marker::PhantomData)), fingerprint }
    }

    /// The name in directives.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.methods.id()
    }

    /// The experiment in a few words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.methods.title()
    }

    /// What it computes, and in which precision.
    #[must_use]
    pub fn precision(&self) -> &'static str {
        self.methods.precision()
    }

    /// Where its work is done.
    #[must_use]
    pub fn place(&self) -> Place {
        self.methods.place()
    }

    /// The fingerprint of its code.
    #[must_use]
    pub fn fingerprint(&self) -> &'static Fingerprint {
        self.fingerprint
    }

    /// What an author may set.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        self.methods.fields()
    }

    /// The given parameters, checked and completed with defaults.
    ///
    /// # Errors
    /// Every fault found.
    pub fn complete(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Fault>> {
        self.methods.complete(given)
    }

    /// The draft variant of complete parameters.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment, or its code panics.
    pub fn draft(&self, parameters: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
        guarded("making a draft of it", || self.methods.draft(parameters))
    }

    /// What the simulation takes.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment, or its code panics.
    pub fn cost(&self, parameters: &Map<String, Value>) -> Result<Cost, Failure> {
        guarded("estimating its cost", || self.methods.cost(parameters))
    }

    /// The shards of the simulation, in order.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment, or its code panics.
    pub fn shards(&self, parameters: &Map<String, Value>) -> Result<Vec<Value>, Failure> {
        guarded("planning its shards", || self.methods.shards(parameters))
    }

    /// The data sets of the book that the simulation asks for.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment, or its code panics.
    pub fn data(&self, parameters: &Map<String, Value>) -> Result<Vec<DataSet>, Failure> {
        guarded("saying what data it needs", || self.methods.data(parameters))
    }

    /// Runs one shard that asks for no data.
    ///
    /// # Errors
    /// When the shard is not one of this experiment.
    pub fn run(&self, shard: &Value, device: &Device) -> Result<Value, Failure> {
        self.run_with(shard, &Supply::default(), device)
    }

    /// Runs one shard with the data sets that the simulation asks for. It may panic, abort and hang: who runs it has a
    /// process for it.
    ///
    /// # Errors
    /// When the shard is not one of this experiment.
    pub fn run_with(
        &self,
        shard: &Value,
        supply: &Supply,
        device: &Device,
    ) -> Result<Value, Failure> {
        self.methods.run(shard, supply, device)
    }

    /// Puts parts, in the order of their shards, into a record.
    ///
    /// # Errors
    /// When parameters or parts are not those of this experiment, or its code panics.
    pub fn merge(
        &self,
        parameters: &Map<String, Value>,
        parts: Vec<Value>,
    ) -> Result<Record, Failure> {
        guarded("merging the shards", || self.methods.merge(parameters, parts))
    }

    /// The figures of a record.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment, or its code panics.
    pub fn figures(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Figure>, Failure> {
        guarded("making its figures", || self.methods.figures(parameters, record))
    }

    /// The claims about a record.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment, or its code panics.
    pub fn claims(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Claim>, Failure> {
        guarded("deciding its claims", || self.methods.claims(parameters, record))
    }

    /// The ids of the bounds that it evaluates.
    #[must_use]
    pub fn bound_ids(&self) -> &'static [&'static str] {
        self.methods.bound_ids()
    }

    /// The bounds on a record, at every point.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment, or its code panics.
    pub fn bounds(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Bound>, Failure> {
        guarded("evaluating its bounds", || self.methods.bounds(parameters, record))
    }

    /// Parameters with values to sweep through.
    #[must_use]
    pub fn sweeps(&self) -> Vec<Sweep> {
        self.methods.sweeps()
    }
}

/// [`Exhibit`] without its types.
trait Erased: Send + Sync {
    fn id(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn precision(&self) -> &'static str;
    fn place(&self) -> Place;
    fn fields(&self) -> Vec<Field>;
    fn complete(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Fault>>;
    fn draft(&self, parameters: &Map<String, Value>) -> Result<Map<String, Value>, Failure>;
    fn cost(&self, parameters: &Map<String, Value>) -> Result<Cost, Failure>;
    fn shards(&self, parameters: &Map<String, Value>) -> Result<Vec<Value>, Failure>;
    fn data(&self, parameters: &Map<String, Value>) -> Result<Vec<DataSet>, Failure>;
    fn run(&self, shard: &Value, supply: &Supply, device: &Device) -> Result<Value, Failure>;
    fn merge(&self, parameters: &Map<String, Value>, parts: Vec<Value>) -> Result<Record, Failure>;
    fn figures(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Figure>, Failure>;
    fn claims(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Claim>, Failure>;
    fn bound_ids(&self) -> &'static [&'static str];
    fn bounds(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Bound>, Failure>;
    fn sweeps(&self) -> Vec<Sweep>;
}

/// Carries the type of an experiment. The function pointer keeps it `Send + Sync` for every `E`.
struct Typed<E>(std::marker::PhantomData<fn() -> E>);

impl<E: Exhibit> Typed<E> {
    fn parameters(map: &Map<String, Value>) -> Result<E::Parameters, Failure> {
        serde_json::from_value(Value::Object(map.clone())).map_err(|source| Failure::Unreadable {
            what: "the parameters",
            id: E::ID,
            source,
        })
    }
}

impl<E: Exhibit> Erased for Typed<E> {
    fn id(&self) -> &'static str {
        E::ID
    }

    fn title(&self) -> &'static str {
        E::TITLE
    }

    fn precision(&self) -> &'static str {
        E::PRECISION
    }

    fn place(&self) -> Place {
        E::PLACE
    }

    fn fields(&self) -> Vec<Field> {
        E::Parameters::fields()
    }

    fn complete(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Fault>> {
        parameters::apply::<E::Parameters>(given).map(|complete| parameters::object(&complete))
    }

    fn draft(&self, parameters: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
        Ok(parameters::object(&E::draft(Self::parameters(parameters)?)))
    }

    fn cost(&self, parameters: &Map<String, Value>) -> Result<Cost, Failure> {
        Ok(E::cost(&Self::parameters(parameters)?))
    }

    fn shards(&self, parameters: &Map<String, Value>) -> Result<Vec<Value>, Failure> {
        E::shards(&Self::parameters(parameters)?)
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()
            .map_err(|source| Failure::Unreadable { what: "a shard", id: E::ID, source })
    }

    fn data(&self, parameters: &Map<String, Value>) -> Result<Vec<DataSet>, Failure> {
        Ok(E::data(&Self::parameters(parameters)?))
    }

    fn run(&self, shard: &Value, supply: &Supply, device: &Device) -> Result<Value, Failure> {
        let shard: E::Shard = serde_json::from_value(shard.clone())
            .map_err(|source| Failure::Unreadable { what: "a shard", id: E::ID, source })?;
        serde_json::to_value(E::run_with(&shard, supply, device))
            .map_err(|source| Failure::Unreadable { what: "a part", id: E::ID, source })
    }

    fn merge(&self, parameters: &Map<String, Value>, parts: Vec<Value>) -> Result<Record, Failure> {
        let parts = parts
            .into_iter()
            .map(serde_json::from_value)
            .collect::<Result<_, _>>()
            .map_err(|source| Failure::Unreadable { what: "a part", id: E::ID, source })?;
        Ok(E::merge(&Self::parameters(parameters)?, parts))
    }

    fn figures(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Figure>, Failure> {
        Ok(E::figures(&Self::parameters(parameters)?, record))
    }

    fn claims(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Claim>, Failure> {
        Ok(E::claims(&Self::parameters(parameters)?, record))
    }

    fn bound_ids(&self) -> &'static [&'static str] {
        E::BOUNDS
    }

    fn bounds(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Bound>, Failure> {
        Ok(E::bounds(&Self::parameters(parameters)?, record))
    }

    fn sweeps(&self) -> Vec<Sweep> {
        E::sweeps()
    }
}
