//! What burn's flex backend does slowly, done in one operation each: the losses and gradients of a
//! group of fully connected networks, and the steps of optimisers.
//!
//! These are operations of an extension of the backend: they take flex's tensors apart into slices and
//! put the results together again, without a copy where nobody else holds the tensor. The same
//! quantities exist as ordinary tensor programs, which every other backend runs; a caller asks here
//! first and gets `None` when its tensors live elsewhere.
//!
//! Each network of a group is computed by itself and in one thread, so that its bits depend neither on
//! its neighbours nor on the number of cores. They do depend on the instruction set: `pulp` picks the
//! width of vectors and fused multiplication when the program starts.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

pub mod elementary;
pub mod gradient;
pub mod product;
pub mod update;

/// A tensor of flex, in row-major order.
pub struct Values {
    tensor: FlexTensor,
}

impl Values {
    /// The values of a tensor, where it lives on flex in single precision.
    #[must_use]
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Option<Self> {
        Self::from(tensor.clone())
    }

    /// The same, giving up the tensor: where nobody else holds it, it can be written in place.
    #[must_use]
    pub fn from<const D: usize>(tensor: Tensor<D>) -> Option<Self> {
        let tensor = tensor.try_into_primitive::<Flex>().ok()?;
        let whole = tensor.is_contiguous() && tensor.layout().start_offset() == 0;
        let tensor = if whole { tensor } else { tensor.to_contiguous() };
        (tensor.dtype() == burn::tensor::DType::F32).then_some(Self { tensor })
    }

    /// To be read.
    #[must_use]
    pub fn read(&self) -> &[f32] {
        &self.tensor.storage::<f32>()[..self.tensor.layout().num_elements()]
    }

    /// To be written: in place, or in a copy where somebody else holds the tensor.
    pub fn write(&mut self) -> &mut [f32] {
        let length = self.tensor.layout().num_elements();
        &mut self.tensor.storage_mut::<f32>()[..length]
    }

    /// Back to a tensor.
    #[must_use]
    pub fn tensor<const D: usize>(self) -> Tensor<D> {
        Tensor::from_primitive::<Flex>(self.tensor)
    }
}

/// A tensor of flex with these values.
#[must_use]
pub fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(FlexTensor::from_data(TensorData::new(values, shape)))
}
