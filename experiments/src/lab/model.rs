//! What can be trained in groups: a function of inputs with a row of parameters.

use burn::tensor::Tensor;

use crate::lab::loss::Loss;
use crate::lab::optimiser;
use crate::lab::training_set::Rows;
use crate::lab::training_set::TrainingSet;

/// A family of functions, of which a group of `G` members is a tensor of parameters `[G, P]`.
pub trait Model {
    /// `P`, the number of parameters of one member.
    fn parameters(&self) -> usize;

    /// What the members answer to inputs `[G, n, in]`, or `[1, n, in]` where all see the same:
    /// `[G, n, out]`.
    #[must_use]
    fn outputs(&self, parameters: &Tensor<2>, inputs: Tensor<3>) -> Tensor<3>;

    /// The mean loss of each member on all of its examples, `[G]`.
    #[must_use]
    fn losses(&self, parameters: &Tensor<2>, set: &TrainingSet, loss: Loss) -> Tensor<1> {
        loss.mean(self.outputs(parameters, set.inputs()), set.targets())
    }

    /// The mean loss of each member on those of its examples, or on all, `[G]`, and its gradient in
    /// the parameters, `[G, P]`. Both may be anything for members that are not active.
    #[must_use]
    fn gradient(
        &self,
        parameters: &Tensor<2>,
        set: &TrainingSet,
        rows: Option<&Rows>,
        loss: Loss,
        active: &[bool],
    ) -> (Tensor<1>, Tensor<2>) {
        let _ = active;
        self.gradient_by_autodiff(parameters, set, rows, loss)
    }

    /// The same for all members, by burn's automatic differentiation.
    #[must_use]
    fn gradient_by_autodiff(
        &self,
        parameters: &Tensor<2>,
        set: &TrainingSet,
        rows: Option<&Rows>,
        loss: Loss,
    ) -> (Tensor<1>, Tensor<2>) {
        let (inputs, targets) = match rows {
            None => (set.inputs(), set.targets()),
            Some(rows) => set.batch(rows),
        };
        optimiser::gradient(parameters, |parameters| {
            loss.mean(self.outputs(parameters, inputs), targets)
        })
    }
}
