//! An experiment with its types erased: parameters, shards and parts as JSON.
//!
//! A [`Catalog`] is a list of entries. It is an argument of the preprocessor, not a global: another
//! course brings its own.

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

/// What an entry could not read.
#[derive(Debug, thiserror::Error)]
#[error("{what} of `{id}` cannot be read: {source}")]
pub struct Unreadable {
    what: &'static str,
    id: &'static str,
    source: serde_json::Error,
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
    /// When the parameters are not those of this experiment.
    pub fn draft(&self, parameters: &Map<String, Value>) -> Result<Map<String, Value>, Unreadable> {
        self.methods.draft(parameters)
    }

    /// What the simulation takes.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment.
    pub fn cost(&self, parameters: &Map<String, Value>) -> Result<Cost, Unreadable> {
        self.methods.cost(parameters)
    }

    /// The shards of the simulation, in order.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment.
    pub fn shards(&self, parameters: &Map<String, Value>) -> Result<Vec<Value>, Unreadable> {
        self.methods.shards(parameters)
    }

    /// The data sets of the book that the simulation asks for.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment.
    pub fn data(&self, parameters: &Map<String, Value>) -> Result<Vec<DataSet>, Unreadable> {
        self.methods.data(parameters)
    }

    /// Runs one shard that asks for no data.
    ///
    /// # Errors
    /// When the shard is not one of this experiment.
    pub fn run(&self, shard: &Value, device: &Device) -> Result<Value, Unreadable> {
        self.run_with(shard, &Supply::default(), device)
    }

    /// Runs one shard with the data sets that the simulation asks for.
    ///
    /// # Errors
    /// When the shard is not one of this experiment.
    pub fn run_with(
        &self,
        shard: &Value,
        supply: &Supply,
        device: &Device,
    ) -> Result<Value, Unreadable> {
        self.methods.run(shard, supply, device)
    }

    /// Puts parts, in the order of their shards, into a record.
    ///
    /// # Errors
    /// When parameters or parts are not those of this experiment.
    pub fn merge(
        &self,
        parameters: &Map<String, Value>,
        parts: Vec<Value>,
    ) -> Result<Record, Unreadable> {
        self.methods.merge(parameters, parts)
    }

    /// The figures of a record.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment.
    pub fn figures(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Figure>, Unreadable> {
        self.methods.figures(parameters, record)
    }

    /// The claims about a record.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment.
    pub fn claims(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Claim>, Unreadable> {
        self.methods.claims(parameters, record)
    }

    /// The ids of the bounds that it evaluates.
    #[must_use]
    pub fn bound_ids(&self) -> &'static [&'static str] {
        self.methods.bound_ids()
    }

    /// The bounds on a record, at every point.
    ///
    /// # Errors
    /// When the parameters are not those of this experiment.
    pub fn bounds(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Bound>, Unreadable> {
        self.methods.bounds(parameters, record)
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
    fn draft(&self, parameters: &Map<String, Value>) -> Result<Map<String, Value>, Unreadable>;
    fn cost(&self, parameters: &Map<String, Value>) -> Result<Cost, Unreadable>;
    fn shards(&self, parameters: &Map<String, Value>) -> Result<Vec<Value>, Unreadable>;
    fn data(&self, parameters: &Map<String, Value>) -> Result<Vec<DataSet>, Unreadable>;
    fn run(&self, shard: &Value, supply: &Supply, device: &Device) -> Result<Value, Unreadable>;
    fn merge(
        &self,
        parameters: &Map<String, Value>,
        parts: Vec<Value>,
    ) -> Result<Record, Unreadable>;
    fn figures(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Figure>, Unreadable>;
    fn claims(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Claim>, Unreadable>;
    fn bound_ids(&self) -> &'static [&'static str];
    fn bounds(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Bound>, Unreadable>;
    fn sweeps(&self) -> Vec<Sweep>;
}

/// Carries the type of an experiment. The function pointer keeps it `Send + Sync` for every `E`.
struct Typed<E>(std::marker::PhantomData<fn() -> E>);

impl<E: Exhibit> Typed<E> {
    fn parameters(map: &Map<String, Value>) -> Result<E::Parameters, Unreadable> {
        serde_json::from_value(Value::Object(map.clone())).map_err(|source| Unreadable {
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

    fn draft(&self, parameters: &Map<String, Value>) -> Result<Map<String, Value>, Unreadable> {
        Ok(parameters::object(&E::draft(Self::parameters(parameters)?)))
    }

    fn cost(&self, parameters: &Map<String, Value>) -> Result<Cost, Unreadable> {
        Ok(E::cost(&Self::parameters(parameters)?))
    }

    fn shards(&self, parameters: &Map<String, Value>) -> Result<Vec<Value>, Unreadable> {
        E::shards(&Self::parameters(parameters)?)
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()
            .map_err(|source| Unreadable { what: "a shard", id: E::ID, source })
    }

    fn data(&self, parameters: &Map<String, Value>) -> Result<Vec<DataSet>, Unreadable> {
        Ok(E::data(&Self::parameters(parameters)?))
    }

    fn run(&self, shard: &Value, supply: &Supply, device: &Device) -> Result<Value, Unreadable> {
        let shard: E::Shard = serde_json::from_value(shard.clone())
            .map_err(|source| Unreadable { what: "a shard", id: E::ID, source })?;
        serde_json::to_value(E::run_with(&shard, supply, device)).map_err(|source| Unreadable {
            what: "a part",
            id: E::ID,
            source,
        })
    }

    fn merge(
        &self,
        parameters: &Map<String, Value>,
        parts: Vec<Value>,
    ) -> Result<Record, Unreadable> {
        let parts = parts
            .into_iter()
            .map(serde_json::from_value)
            .collect::<Result<_, _>>()
            .map_err(|source| Unreadable { what: "a part", id: E::ID, source })?;
        Ok(E::merge(&Self::parameters(parameters)?, parts))
    }

    fn figures(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Figure>, Unreadable> {
        Ok(E::figures(&Self::parameters(parameters)?, record))
    }

    fn claims(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Claim>, Unreadable> {
        Ok(E::claims(&Self::parameters(parameters)?, record))
    }

    fn bound_ids(&self) -> &'static [&'static str] {
        E::BOUNDS
    }

    fn bounds(
        &self,
        parameters: &Map<String, Value>,
        record: &Record,
    ) -> Result<Vec<Bound>, Unreadable> {
        Ok(E::bounds(&Self::parameters(parameters)?, record))
    }

    fn sweeps(&self) -> Vec<Sweep> {
        E::sweeps()
    }
}
