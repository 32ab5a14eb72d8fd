//! Double precision: on the backend where it has it, else on `flex`, and never by name alone.

use burn::tensor::DType;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation::tanh;
use experiments::backend::Backend;
use experiments::backend::supports_double;

use super::trained::list;

fn double(values: &[f64], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::from(values), (device, DType::F64))
}

/// What networks are made of, to the fifteenth digit.
#[track_caller]
fn check(device: &Device) {
    let near = |what: &str, found: Tensor<1>, expected: &[f64]| {
        let found = list(found);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let apart = (found - expected).abs();
            assert!(apart <= 1e-14, "{what} on {device:?}: {found} is not {expected}");
        }
    };
    let small = f64::from_bits(0x3e70_0000_0000_0000); // 2⁻²⁴
    let values = [1.0 + small, -0.5, 0.75, 1.0 / 3.0];
    let tensor = || double(&values, device);
    let each =
        |function: &dyn Fn(f64) -> f64| values.iter().copied().map(function).collect::<Vec<_>>();
    near("what was stored", tensor(), &values);
    near("a product", tensor() * tensor(), &each(&|x| x * x));
    near("a sum", tensor().sum(), &[values.iter().sum()]);
    near("the exponential", tensor().exp(), &each(&libm::exp));
    near("tanh", tanh(tensor()), &each(&libm::tanh));
    near("a root", tensor().abs().sqrt(), &each(&|x| libm::sqrt(x.abs())));
    let matrix = tensor().reshape([2, 2]);
    let [a, b, c, d] = values;
    let square = [a * a + b * c, a * b + b * d, c * a + d * c, c * b + d * d];
    near("a product of matrices", matrix.clone().matmul(matrix).flatten::<1>(0, 1), &square);
    let leaf = tensor().autodiff().require_grad();
    let gradients = (leaf.clone() * leaf.clone() * leaf.clone()).sum().backward();
    near("a gradient", leaf.grad(&gradients).expect("a gradient"), &each(&|x| 3.0 * x * x));
}

#[test]
fn double_precision_is_double_precision() {
    check(&Device::flex());
    assert!(supports_double(&Device::flex()));
    assert_eq!(Backend::flex().double().name(), "flex");
    for backend in super::others() {
        let double = backend.double();
        eprintln!("double precision of {} is that of {}", backend.name(), double.name());
        check(double.device());
        let own = supports_double(backend.device());
        assert_eq!(own, backend.adapter().is_none());
        assert_eq!(double.name(), if own { backend.name() } else { "flex" });
    }
}
