//! Optimisers for groups of networks: parameters and gradients are tensors `[G, P]`, and each network
//! has its own learning rate, decay, number of steps and state.
//!
//! With gradient `g` and learning rate `η`:
//!
//! * gradient descent: `θ ← θ − η g` (stochastic or full-batch, as the gradient is);
//! * momentum: `m ← μ m + g`, `θ ← θ − η m` (Polyak 1964, *Some methods of speeding up the convergence of
//!   iteration methods*), and Nesterov's with `θ ← θ − η (g + μ m)` (Sutskever, Martens, Dahl and Hinton
//!   2013, *On the importance of initialization and momentum in deep learning*);
//! * Adam (Kingma and Ba 2015, *Adam: A method for stochastic optimization*, algorithm 1);
//! * AdamW: Adam after `θ ← (1 − ηλ) θ` (Loshchilov and Hutter 2019, *Decoupled weight decay
//!   regularization*);
//! * sharpness-aware minimisation: the gradient at `θ + ρ g/‖g‖` takes the place of that at `θ` (Foret,
//!   Kleiner, Mobahi and Neyshabur 2021, *Sharpness-aware minimization for efficiently improving
//!   generalization*): [`ascend`] goes there.

use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::lab::flex::Values;
use crate::lab::flex::update;
use crate::lab::flex::update::Rule;
use crate::lab::flex::update::Settings;

/// A number for all networks of a group, or one for each.
#[derive(Clone, Debug, PartialEq)]
pub struct PerNetwork(Vec<f64>);

impl PerNetwork {
    /// The number of one network.
    ///
    /// # Panics
    /// When there are several numbers, and none for it.
    #[must_use]
    pub fn of(&self, network: usize) -> f64 {
        if let [one] = self.0[..] { one } else { self.0[network] }
    }
}

impl From<f64> for PerNetwork {
    fn from(one: f64) -> Self {
        Self(vec![one])
    }
}

impl From<Vec<f64>> for PerNetwork {
    fn from(each: Vec<f64>) -> Self {
        Self(each)
    }
}

impl From<&[f64]> for PerNetwork {
    fn from(each: &[f64]) -> Self {
        Self(each.to_vec())
    }
}

/// How a gradient becomes a step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Descent,
    Momentum { factor: f64, nesterov: bool },
    Adam { first: f64, second: f64 },
}

/// An optimiser with its state.
pub struct Optimiser {
    method: Method,
    rates: PerNetwork,
    /// `λ` of the penalty `½ λ ‖θ‖²`.
    penalty: PerNetwork,
    /// `λ` of the decoupled decay.
    decay: PerNetwork,
    mask: Option<Tensor<2>>,
    /// Empty until the first step.
    networks: Vec<Progress>,
    first: Option<Tensor<2>>,
    second: Option<Tensor<2>>,
}

/// How far one network is.
#[derive(Clone, Copy)]
struct Progress {
    steps: i32,
    frozen: bool,
}

impl Optimiser {
    const EPSILON: f64 = 1e-8;

    fn new(method: Method, rates: PerNetwork) -> Self {
        Self {
            method,
            rates,
            penalty: 0.0.into(),
            decay: 0.0.into(),
            mask: None,
            networks: Vec::new(),
            first: None,
            second: None,
        }
    }

    /// Gradient descent.
    #[must_use]
    pub fn descent(rates: impl Into<PerNetwork>) -> Self {
        Self::new(Method::Descent, rates.into())
    }

    /// Momentum with that factor `μ`.
    #[must_use]
    pub fn momentum(rates: impl Into<PerNetwork>, factor: f64) -> Self {
        Self::new(Method::Momentum { factor, nesterov: false }, rates.into())
    }

    /// Nesterov's momentum with that factor `μ`.
    #[must_use]
    pub fn nesterov(rates: impl Into<PerNetwork>, factor: f64) -> Self {
        Self::new(Method::Momentum { factor, nesterov: true }, rates.into())
    }

    /// Adam with its authors' `β₁ = 0.9`, `β₂ = 0.999`, `ε = 10⁻⁸`.
    #[must_use]
    pub fn adam(rates: impl Into<PerNetwork>) -> Self {
        Self::adam_with(rates, 0.9, 0.999)
    }

    /// Adam with other `β₁` and `β₂`.
    #[must_use]
    pub fn adam_with(rates: impl Into<PerNetwork>, first: f64, second: f64) -> Self {
        Self::new(Method::Adam { first, second }, rates.into())
    }

    /// Adam with decoupled weight decay `λ`.
    #[must_use]
    pub fn adamw(rates: impl Into<PerNetwork>, decay: impl Into<PerNetwork>) -> Self {
        Self { decay: decay.into(), ..Self::adam(rates) }
    }

    /// With the penalty `½ λ ‖θ‖²` added to the loss: `λ θ` to the gradient.
    #[must_use]
    pub fn with_penalty(self, penalty: impl Into<PerNetwork>) -> Self {
        Self { penalty: penalty.into(), ..self }
    }

    /// With parameters that do not move: those where the mask, `[G, P]` of zeros and ones, is zero. A
    /// pruned weight, or a unit that a narrower network lacks, is one that is zero and does not move.
    #[must_use]
    pub fn with_mask(self, mask: Tensor<2>) -> Self {
        Self { mask: Some(mask), ..self }
    }

    /// Leaves a network as it is from now on.
    pub fn freeze(&mut self, network: usize) {
        self.prepare(network + 1);
        self.networks[network].frozen = true;
    }

    /// Lets a frozen network go on where it was.
    pub fn unfreeze(&mut self, network: usize) {
        self.prepare(network + 1);
        self.networks[network].frozen = false;
    }

    /// Which of the first networks are not frozen.
    #[must_use]
    pub fn active(&self, networks: usize) -> Vec<bool> {
        (0..networks).map(|place| self.networks.get(place).is_none_or(|one| !one.frozen)).collect()
    }

    /// The parameters `[G, P]` after one more step along gradients `[G, P]`.
    #[must_use]
    pub fn step(&mut self, parameters: Tensor<2>, gradient: Tensor<2>) -> Tensor<2> {
        let [count, _] = parameters.dims();
        self.prepare(count);
        for network in &mut self.networks {
            network.steps += i32::from(!network.frozen);
        }
        let old = self.mask.is_some().then(|| parameters.clone());
        let new = match Values::of(&gradient) {
            Some(gradient) => self.step_on_flex(parameters, &gradient),
            None => self.step_anywhere(parameters, gradient),
        };
        match (&self.mask, old) {
            (Some(mask), Some(old)) => old.clone() + (new - old) * mask.clone(),
            _ => new,
        }
    }

    fn prepare(&mut self, count: usize) {
        let missing = count.saturating_sub(self.networks.len());
        self.networks.extend(std::iter::repeat_n(Progress { steps: 0, frozen: false }, missing));
    }

    /// What the step does to one network.
    fn settings(&self, network: usize) -> Settings {
        let rate = self.rates.of(network);
        let rule = match self.method {
            Method::Descent => Rule::Plain { rate: rate as f32 },
            Method::Momentum { factor, nesterov } => {
                Rule::Momentum { rate: rate as f32, factor: factor as f32, nesterov }
            }
            Method::Adam { first, second } => {
                // Before its first step a frozen network has none.
                let steps = self.networks[network].steps.max(1);
                Rule::Adaptive {
                    rate: (rate / (1.0 - first.powi(steps))) as f32,
                    spread: (1.0 - second.powi(steps)).sqrt() as f32,
                    first: [first as f32, (1.0 - first) as f32],
                    second: [second as f32, (1.0 - second) as f32],
                    epsilon: Self::EPSILON as f32,
                }
            }
        };
        let shrink = (rate * self.decay.of(network)) as f32;
        Settings { shrink, decay: self.penalty.of(network) as f32, rule }
    }

    /// The moments of before, or zeros.
    fn moments(&mut self, parameters: &Tensor<2>) -> [Option<Tensor<2>>; 2] {
        let needed = match self.method {
            Method::Descent => [false, false],
            Method::Momentum { .. } => [true, false],
            Method::Adam { .. } => [true, true],
        };
        let [first, second] = [self.first.take(), self.second.take()];
        let zeros = || parameters.zeros_like();
        [
            needed[0].then(|| first.unwrap_or_else(zeros)),
            needed[1].then(|| second.unwrap_or_else(zeros)),
        ]
    }

    /// In place, in one pass.
    fn step_on_flex(&mut self, parameters: Tensor<2>, gradient: &Values) -> Tensor<2> {
        let [_, size] = parameters.dims();
        let moments = self.moments(&parameters);
        let mut moments = moments.map(|moment| moment.map(flex));
        let mut parameters = flex(parameters);
        {
            let [first, second] = &mut moments;
            let mut first = first.as_mut().map(Values::write);
            let mut second = second.as_mut().map(Values::write);
            let rows = parameters.write().chunks_exact_mut(size);
            let gradients = gradient.read().chunks_exact(size);
            for (network, (row, gradient)) in rows.zip(gradients).enumerate() {
                if self.networks[network].frozen {
                    continue;
                }
                let place = network * size..(network + 1) * size;
                let first = first.as_deref_mut().map_or(&mut [][..], |all| &mut all[place.clone()]);
                let second = second.as_deref_mut().map_or(&mut [][..], |all| &mut all[place]);
                update::step(self.settings(network), row, gradient, first, second);
            }
        }
        [self.first, self.second] = moments.map(|moment| moment.map(Values::tensor));
        parameters.tensor()
    }

    /// As a tensor program.
    fn step_anywhere(&mut self, parameters: Tensor<2>, gradient: Tensor<2>) -> Tensor<2> {
        let [count, _] = parameters.dims();
        let device = parameters.device();
        let settings: Vec<Settings> = (0..count).map(|network| self.settings(network)).collect();
        let column = |of: &dyn Fn(&Settings) -> f32| {
            let values: Vec<f32> = settings.iter().map(of).collect();
            Tensor::<2>::from_data(TensorData::new(values, [count, 1]), &device)
        };
        let active: Vec<f32> =
            self.networks[..count].iter().map(|one| f32::from(u8::from(!one.frozen))).collect();
        let active = Tensor::<2>::from_data(TensorData::new(active, [count, 1]), &device);
        let gradient = gradient + parameters.clone() * column(&|one| one.decay);
        let moments = self.moments(&parameters);
        let kept = |old: Tensor<2>, new: Tensor<2>| old.clone() + (new - old) * active.clone();
        let step = match (self.method, moments) {
            (Method::Momentum { factor, nesterov }, [Some(old), _]) => {
                let new = old.clone() * factor as f32 + gradient.clone();
                let new = kept(old, new);
                self.first = Some(new.clone());
                let step = if nesterov { gradient + new * factor as f32 } else { new };
                step * column(&rate)
            }
            (Method::Adam { first, second }, [Some(mean), Some(spread)]) => {
                let square = gradient.clone() * gradient.clone();
                let new = mean.clone() * first as f32 + gradient * (1.0 - first) as f32;
                let mean = kept(mean, new);
                let new = spread.clone() * second as f32 + square * (1.0 - second) as f32;
                let spread = kept(spread, new);
                self.first = Some(mean.clone());
                self.second = Some(spread.clone());
                let scale = spread.sqrt() / column(&spread_of) + Self::EPSILON as f32;
                mean / scale * column(&rate)
            }
            _ => gradient * column(&rate),
        };
        let step = parameters.clone() * column(&|one| one.shrink) + step;
        parameters - step * active
    }
}

/// `θ + ρ g/‖g‖`, network by network: where sharpness-aware minimisation takes its gradient.
#[must_use]
pub fn ascend(parameters: &Tensor<2>, gradient: &Tensor<2>, radii: &PerNetwork) -> Tensor<2> {
    let [count, _] = parameters.dims();
    let radii: Vec<f32> = (0..count).map(|network| radii.of(network) as f32).collect();
    let radii = Tensor::<2>::from_data(TensorData::new(radii, [count, 1]), &parameters.device());
    let norm = (gradient.clone() * gradient.clone()).sum_dim(1).sqrt();
    // A vanishing gradient has no direction: the network stays where it is.
    parameters.clone() + gradient.clone() * (radii / norm.clamp_min(1e-12))
}

fn flex(tensor: Tensor<2>) -> Values {
    Values::from(tensor).expect("parameters, gradients and moments live on one device")
}

fn rate(settings: &Settings) -> f32 {
    match settings.rule {
        Rule::Plain { rate } | Rule::Momentum { rate, .. } | Rule::Adaptive { rate, .. } => rate,
    }
}

fn spread_of(settings: &Settings) -> f32 {
    if let Rule::Adaptive { spread, .. } = settings.rule { spread } else { 1.0 }
}

/// The losses `[G]` at parameters `[G, P]` and the gradient of each loss in its own parameters,
/// `[G, P]`, by burn's automatic differentiation. Other tensors that the loss uses are constants to it.
///
/// # Panics
/// When the loss does not depend on the parameters.
pub fn gradient(
    parameters: &Tensor<2>,
    loss: impl FnOnce(&Tensor<2>) -> Tensor<1>,
) -> (Tensor<1>, Tensor<2>) {
    let leaf = parameters.clone().autodiff().require_grad();
    let losses = loss(&leaf);
    // Network g's loss depends on row g alone, so that one pass over the sum gives every gradient.
    let mut gradients = losses.clone().sum().backward();
    let gradient = leaf.grad_remove(&mut gradients).expect("the loss depends on the parameters");
    (losses.inner(), gradient)
}
