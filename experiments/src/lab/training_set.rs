//! The examples that a group of networks is trained on, and the order in which they come.

use burn::tensor::Device;
use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use rand_chacha::ChaCha8Rng;

use crate::lab::flex::Values;
use crate::lab::flex::gradient;
use crate::lab::random;

/// Inputs `[S, n, in]` and targets `[S, n, out]` on a device: `S` is the number of networks of a
/// group, or 1 where all see the same.
#[derive(Clone, Debug)]
pub struct TrainingSet {
    inputs: Tensor<3>,
    targets: Tensor<3>,
}

/// Rows of inputs, and of targets.
pub type Examples<'a> = (&'a [Vec<f64>], &'a [Vec<f64>]);

/// Which examples each network of a group takes, as many for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows(Vec<Vec<usize>>);

impl Rows {
    /// One list of places for each network.
    ///
    /// # Panics
    /// When the lists differ in length.
    #[must_use]
    pub fn new(each: Vec<Vec<usize>>) -> Self {
        assert!(each.windows(2).all(|pair| pair[0].len() == pair[1].len()), "batches of one size");
        Self(each)
    }

    /// The places for each network.
    #[must_use]
    pub fn each(&self) -> &[Vec<usize>] {
        &self.0
    }
}

impl TrainingSet {
    /// The same examples for all networks: rows of inputs and of targets.
    #[must_use]
    pub fn shared(inputs: &[Vec<f64>], targets: &[Vec<f64>], device: &Device) -> Self {
        Self::each(&[(inputs, targets)], device)
    }

    /// Examples for each network, as many for each: rows of inputs and of targets.
    ///
    /// # Panics
    /// When the sets differ in shape.
    #[must_use]
    pub fn each(sets: &[Examples<'_>], device: &Device) -> Self {
        let tensor = |rows: Vec<&[Vec<f64>]>| {
            let count = rows.first().map_or(0, |rows| rows.len());
            let width = rows.first().and_then(|rows| rows.first()).map_or(0, Vec::len);
            let values: Vec<f32> =
                rows.iter().flat_map(|rows| rows.concat()).map(|value| value as f32).collect();
            Tensor::from_data(TensorData::new(values, [rows.len(), count, width]), device)
        };
        let inputs = tensor(sets.iter().map(|set| set.0).collect());
        let targets = tensor(sets.iter().map(|set| set.1).collect());
        Self::of(inputs, targets)
    }

    /// Inputs `[S, n, in]` and targets `[S, n, out]`.
    ///
    /// # Panics
    /// When their `S` or `n` differ.
    #[must_use]
    pub fn of(inputs: Tensor<3>, targets: Tensor<3>) -> Self {
        assert_eq!(inputs.dims()[..2], targets.dims()[..2], "one target an input");
        Self { inputs, targets }
    }

    /// The number of examples of a network, `n`.
    #[must_use]
    pub fn count(&self) -> usize {
        self.inputs.dims()[1]
    }

    /// The inputs `[S, n, in]`.
    #[must_use]
    pub fn inputs(&self) -> Tensor<3> {
        self.inputs.clone()
    }

    /// The targets `[S, n, out]`.
    #[must_use]
    pub fn targets(&self) -> Tensor<3> {
        self.targets.clone()
    }

    /// A batch: inputs `[G, b, in]` and targets `[G, b, out]`.
    #[must_use]
    pub fn batch(&self, rows: &Rows) -> (Tensor<3>, Tensor<3>) {
        let [sets, count, _] = self.inputs.dims();
        let networks = rows.0.len();
        let size = rows.0.first().map_or(0, Vec::len);
        let places: Vec<i32> = rows
            .0
            .iter()
            .enumerate()
            .flat_map(|(network, rows)| {
                let set = if sets == 1 { 0 } else { network };
                rows.iter().map(move |row| (set * count + row) as i32)
            })
            .collect();
        let places = TensorData::new(places, [networks * size]);
        let places = Tensor::<1, Int>::from_data(places, &self.inputs.device());
        let take = |tensor: &Tensor<3>| {
            let width = tensor.dims()[2];
            let rows = tensor.clone().reshape([sets * count, width]).select(0, places.clone());
            rows.reshape([networks, size, width])
        };
        (take(&self.inputs), take(&self.targets))
    }

    /// Inputs and targets where they live on flex.
    pub(super) fn on_flex(&self) -> Option<(Values, Values)> {
        Some((Values::of(&self.inputs)?, Values::of(&self.targets)?))
    }

    /// A view of such inputs and targets.
    pub(super) fn view<'a>(
        &self,
        (inputs, targets): &'a (Values, Values),
        rows: Option<&'a Rows>,
    ) -> gradient::Examples<'a> {
        gradient::Examples {
            inputs: inputs.read(),
            targets: targets.read(),
            count: self.count(),
            shared: self.inputs.dims()[0] == 1,
            rows: rows.map(|rows| rows.0.as_slice()),
        }
    }
}

/// Orders of examples: in each epoch every network takes each of its examples once, in an order drawn
/// from its own stream. Networks that are to be compared, the arms of one replicate, share a stream.
pub struct Shuffles {
    streams: Vec<ChaCha8Rng>,
    networks: usize,
}

impl Shuffles {
    /// One stream for each network.
    #[must_use]
    pub fn new(streams: Vec<ChaCha8Rng>) -> Self {
        Self { networks: streams.len(), streams }
    }

    /// One stream for each replicate, and networks in the order (arm, replicate): network
    /// `arm · replicates + replicate` takes the stream of its replicate.
    #[must_use]
    pub fn with_arms(streams: Vec<ChaCha8Rng>, arms: usize) -> Self {
        Self { networks: arms * streams.len(), streams }
    }

    /// The batches of the next epoch over that many examples. The last one is smaller where they do
    /// not divide.
    ///
    /// # Panics
    /// When the batch is empty.
    #[must_use]
    pub fn epoch(&mut self, count: usize, batch: usize) -> Vec<Rows> {
        let orders: Vec<Vec<usize>> =
            self.streams.iter_mut().map(|stream| random::permutation(stream, count)).collect();
        (0..count)
            .step_by(batch)
            .map(|from| {
                let to = (from + batch).min(count);
                let rows = |network: usize| orders[network % orders.len()][from..to].to_vec();
                Rows((0..self.networks).map(rows).collect())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams(count: u64) -> Vec<ChaCha8Rng> {
        (0..count).map(|replicate| random::stream(1, "test", replicate, "batch")).collect()
    }

    #[test]
    fn an_epoch_takes_every_example_once() {
        let mut shuffles = Shuffles::with_arms(streams(3), 2);
        let first = shuffles.epoch(10, 4);
        assert_eq!(first.iter().map(|rows| rows.each()[0].len()).collect::<Vec<_>>(), [4, 4, 2]);
        for network in 0..6 {
            let mut all: Vec<usize> =
                first.iter().flat_map(|rows| rows.each()[network].clone()).collect();
            all.sort_unstable();
            assert_eq!(all, (0..10).collect::<Vec<_>>());
        }
        for rows in &first {
            assert_eq!(rows.each()[..3], rows.each()[3..], "arms share their orders");
            assert_ne!(rows.each()[0], rows.each()[1], "replicates do not");
        }
        assert_ne!(first, shuffles.epoch(10, 4));
    }

    #[test]
    fn a_batch_holds_the_rows_of_each_network() {
        let device = Device::flex();
        let rows = |from: f64| (0..4).map(|row| vec![from + f64::from(row)]).collect::<Vec<_>>();
        let (a, b) = (rows(0.0), rows(10.0));
        let order = Rows::new(vec![vec![3, 0], vec![1, 1]]);
        let list = |tensor: Tensor<3>| tensor.try_into_vec_as::<f32>().unwrap();
        let each = TrainingSet::each(&[(&a, &b), (&b, &a)], &device);
        let (inputs, targets) = each.batch(&order);
        assert_eq!(list(inputs), [3.0, 0.0, 11.0, 11.0]);
        assert_eq!(list(targets), [13.0, 10.0, 1.0, 1.0]);
        let (inputs, _) = TrainingSet::shared(&a, &b, &device).batch(&order);
        assert_eq!(list(inputs), [3.0, 0.0, 1.0, 1.0]);
    }
}
