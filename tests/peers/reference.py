#!/usr/bin/env python3
"""Numbers from PyTorch, NumPy, SciPy and mpmath that unit tests of the laboratory are held against.

`reference.py` writes `reference.json` beside itself, `reference.py --check` computes the numbers anew and compares
them with the file (1e-10 relative to each list's largest number). What goes in stands in the file with what comes
out, so a test needs nothing else. Everything is f64; floats are written as their shortest exact decimal.

A network's parameters are one vector: layer after layer, each as its weights [inputs, outputs] in row-major order,
then its biases (that of the laboratory; PyTorch keeps weights as [outputs, inputs]).
"""

import argparse
import json
import math
import pathlib

import mpmath
import numpy as np
import scipy.optimize
import scipy.stats
import torch

FILE = pathlib.Path(__file__).with_name("reference.json")
LAYERS = [3, 4, 4, 2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    arguments = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    numbers = json.loads(json.dumps(all_numbers(), allow_nan=False))
    if arguments.check:
        differences = list(compare(json.loads(FILE.read_text()), numbers, ""))
        for difference in differences:
            print(difference)
        print(f"{FILE.name}: {len(differences)} differences")
        raise SystemExit(1 if differences else 0)
    FILE.write_text(text(numbers))
    print(f"{FILE}: {FILE.stat().st_size} bytes")


def all_numbers():
    return {
        "about": "Written by tests/peers/reference.py: PyTorch, NumPy, SciPy and mpmath in f64. Do not edit.",
        "versions": {"torch": torch.__version__.split("+")[0], "numpy": np.__version__, "scipy": scipy.__version__,
                     "mpmath": mpmath.__version__},
        "optimisers": optimisers(),
        "sam": sharpness_aware(),
        "losses": losses(),
        "activations": activations(),
        "network": network(),
        "convolution": convolution(),
        "calibration": calibration(),
        "gaussian_kl": gaussian_kl(),
        "kl_inverse": kl_inverse(),
        "clopper_pearson": clopper_pearson(),
        "assignment": assignment(),
        "spectral": spectral(),
    }


def draws(seed, *shape, scale=1.0, digits=3):
    """Normal draws, rounded so that they are short in the file (which is what counts, not the seed)."""
    return np.round(scale * np.random.default_rng(seed).standard_normal(shape), digits)


def optimisers():
    start = [1.0, -2.0, 0.5, 3.0, -0.25, 0.0]
    gradients = draws(1, 5, 6)
    # Where ε matters, where a moment starts from zero, where squares are large.
    gradients[:, 3] = [1e-9, -2e-9, 1e-9, 3e-9, 1e-9]
    gradients[:, 4] = [0.0, 0.0, 1.5, 0.0, 0.0]
    gradients[:, 5] = [250.0, -125.0, 500.0, 1000.0, 62.5]
    arms = {
        "sgd": (torch.optim.SGD, {"lr": 0.05}),
        "sgd-weight-decay": (torch.optim.SGD, {"lr": 0.05, "weight_decay": 0.01}),
        "momentum": (torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
        "nesterov": (torch.optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
        "adam": (torch.optim.Adam, {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8}),
        "adam-0.98": (torch.optim.Adam, {"lr": 0.01, "betas": [0.9, 0.98], "eps": 1e-8}),
        "adamw": (torch.optim.AdamW, {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01}),
    }
    result = {}
    for name, (optimiser, settings) in arms.items():
        parameter = torch.tensor(start, requires_grad=True)
        step = optimiser([parameter], **settings)
        trajectory = []
        for gradient in gradients:
            parameter.grad = torch.tensor(gradient)
            step.step()
            trajectory.append(parameter.tolist())
        result[name] = {"settings": settings, "after_each_step": trajectory}
    return {"start": start, "gradients": gradients.tolist(), "arms": result}


def sharpness_aware():
    """Foret, Kleiner, Mobahi and Neyshabur (2021): climb by ρ along the gradient, descend from where one was."""
    half = draws(2, 4, 4, digits=2)
    matrix, linear, cubic = np.round(half @ half.T / 2, 3), draws(3, 4, digits=2), np.array([0.3, -0.2, 0.1, 0.4])
    start, rate, rho = np.array([1.0, -1.0, 0.5, 0.25]), 0.05, 0.05

    def gradient(w):
        return matrix @ w - linear + cubic * w**2

    w, steps = start.copy(), []
    for _ in range(5):
        ascent = rho * gradient(w) / np.linalg.norm(gradient(w))
        w = w - rate * gradient(w + ascent)
        steps.append({"ascent": ascent.tolist(), "parameters": w.tolist()})
    return {"function": "w'Aw/2 - b'w + sum_i c_i w_i^3 / 3; w <- w - rate * gradient(w + rho * g/|g|)",
            "A": matrix.tolist(), "b": linear.tolist(), "c": cubic.tolist(), "start": start.tolist(),
            "rate": rate, "rho": rho, "steps": steps}


def losses():
    def with_gradient(formula, function, outputs):
        outputs = torch.tensor(outputs, requires_grad=True)
        loss = function(outputs)
        loss.backward()
        return {"formula": formula, "loss": loss.item(), "gradient": outputs.grad.tolist()}

    logits, targets, classes = draws(4, 5, 3), draws(5, 5, 3), [0, 2, 1, 1, 2]
    extreme = [[300.0, -400.0, 250.0], [-500.0, 500.0, 0.0], [0.0, 0.0, -800.0]]  # overflows an unshifted softmax
    scores, signs = [2.5, 0.25, -0.75, 0.5, -3.0, 1.25], [1.0, 1.0, 1.0, -1.0, -1.0, -1.0]
    y, sign = torch.tensor(classes), torch.tensor(signs)

    def margins(outputs):
        own = outputs.gather(1, y[:, None])[:, 0]
        others = outputs.masked_fill(torch.nn.functional.one_hot(y, 3).bool(), -math.inf)
        return own - others.max(1).values

    return {
        "outputs": logits.tolist(), "targets": targets.tolist(), "classes": classes, "scores": scores, "signs": signs,
        "mse": with_gradient("mean over examples of the sum over outputs of (f - t)^2",
                             lambda f: torch.nn.functional.mse_loss(f, torch.tensor(targets), reduction="sum") / 5,
                             logits),
        "cross_entropy": with_gradient("mean over examples of log sum_j exp f_j - f_y",
                                       lambda f: torch.nn.functional.cross_entropy(f, y), logits),
        "cross_entropy_extreme": {"outputs": extreme, "classes": [0, 0, 1], **with_gradient(
            "the same, of these outputs",
            lambda f: torch.nn.functional.cross_entropy(f, torch.tensor([0, 0, 1])), extreme)},
        "hinge": with_gradient("mean of max(0, 1 - s f), over scores and signs",
                               lambda f: torch.relu(1 - sign * f).mean(), scores),
        "multiclass_hinge": with_gradient("mean of max(0, 1 + max_{j != y} f_j - f_y) (Crammer and Singer 2001)",
                                          lambda f: torch.relu(1 - margins(f)).mean(), logits),
        "ramp": with_gradient("mean of min(1, max(0, 1 - s f)), over scores and signs",
                              lambda f: (1 - sign * f).clamp(0, 1).mean(), scores),
        "multiclass_ramp": with_gradient("mean of min(1, max(0, 1 + max_{j != y} f_j - f_y))",
                                         lambda f: (1 - margins(f)).clamp(0, 1).mean(), logits),
    }


def activations():
    points = [-20.0, -2.5, -0.5, -1e-9, 0.0, 1e-9, 0.5, 2.5, 20.0]
    result = {"inputs": points}
    for name, function in {"relu": torch.relu, "tanh": torch.tanh}.items():
        z = torch.tensor(points, requires_grad=True)
        value = function(z)
        value.sum().backward()
        result[name] = {"values": value.tolist(), "derivatives": z.grad.tolist()}
    return result


def answer(parameters, inputs):
    """The outputs [examples, 2] of the tanh network LAYERS."""
    signal, place = inputs, 0
    for depth, (into, out) in enumerate(zip(LAYERS, LAYERS[1:])):
        weights = parameters[place : place + into * out].reshape(into, out)
        biases = parameters[place + into * out : place + into * out + out]
        place += into * out + out
        signal = (torch.tanh(signal) if depth else signal) @ weights + biases
    return signal


def network():
    count = sum((into + 1) * out for into, out in zip(LAYERS, LAYERS[1:]))
    theta, inputs, targets = draws(6, count, scale=0.6), draws(7, 5, 3), draws(8, 5, 2)
    classes, directions = [0, 1, 1, 0, 1], draws(9, 3, count, digits=1)
    parameters, x = torch.tensor(theta), torch.tensor(inputs)
    tasks = {
        "mse": lambda p: ((answer(p, x) - torch.tensor(targets)) ** 2).sum() / 5,
        "cross_entropy": lambda p: torch.nn.functional.cross_entropy(answer(p, x), torch.tensor(classes)),
    }
    result = {"layers": LAYERS, "activation": "tanh", "parameters": theta.tolist(), "inputs": inputs.tolist(),
              "targets": targets.tolist(), "classes": classes, "outputs": answer(parameters, x).tolist(),
              "directions": directions.tolist()}
    for name, loss in tasks.items():
        hessian = torch.func.hessian(loss)(parameters)
        assert torch.allclose(hessian, hessian.T, atol=1e-14)
        result[name] = {
            "loss": loss(parameters).item(),
            "gradient": torch.func.grad(loss)(parameters).tolist(),
            "hessian_eigenvalues_ascending": torch.linalg.eigvalsh(hessian).tolist(),
            "hessian_trace": hessian.trace().item(),
            "hessian_times_directions": (torch.tensor(directions) @ hessian).tolist(),
        }
    result["cross_entropy"]["hessian_upper_rows"] = [row[i:] for i, row in enumerate(hessian.tolist())]
    jacobian = torch.func.jacrev(lambda p: answer(p, x).flatten())(parameters)
    kernel = (jacobian @ jacobian.T).tolist()
    result["ntk"] = {"order": "row 2 i + k is output k for input i", "matrix": kernel}
    magnitudes = [np.abs(theta[place : place + into * out]).reshape(into, out) for place, into, out in layer_places()]
    result["path_norms"] = {
        "l1": float(np.sum(magnitudes[0] @ magnitudes[1] @ magnitudes[2])),
        "l2": float(np.sqrt(np.sum(magnitudes[0] ** 2 @ magnitudes[1] ** 2 @ magnitudes[2] ** 2))),
        "note": "over all paths from input to output of the product of weights, no biases: sum of |.|, root of sum of squares",
    }
    return result


def layer_places():
    place = 0
    for into, out in zip(LAYERS, LAYERS[1:]):
        yield place, into, out
        place += (into + 1) * out


def convolution():
    images, kernels, kernel_biases = draws(10, 3, 1, 6, 6, digits=2), draws(11, 2, 1, 3, 3, scale=0.5), [0.1, -0.2]
    weights, biases, classes = draws(12, 8, 3, scale=0.5), [0.05, -0.1, 0.2], [2, 0, 1]
    leaves = [torch.tensor(value, requires_grad=True) for value in (kernels, kernel_biases, weights, biases)]
    maps = torch.relu(torch.nn.functional.conv2d(torch.tensor(images), leaves[0], leaves[1]))
    logits = torch.nn.functional.avg_pool2d(maps, 2).flatten(1) @ leaves[2] + leaves[3]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(classes))
    loss.backward()
    names = ["kernels", "kernel_biases", "weights", "biases"]
    return {"network": "images [3,1,6,6]; cross-correlation with kernels [2,1,3,3], no padding, biases; relu; mean over "
                       "2x2 blocks; flattened as [channel, row, column]; weights [8,3], biases; cross-entropy",
            "images": images.tolist(), "classes": classes,
            **dict(zip(names, (leaf.tolist() for leaf in leaves))),
            "logits": logits.tolist(), "loss": loss.item(),
            "gradients": dict(zip(names, (leaf.grad.tolist() for leaf in leaves)))}


def calibration():
    generator = np.random.default_rng(13)
    logits = 1.5 * generator.standard_normal((20, 4))
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    # Three decimals, and the rows still sum to one.
    probabilities = np.round(probabilities, 3)
    probabilities[np.arange(20), probabilities.argmax(1)] += 1.0 - probabilities.sum(1)
    probabilities = np.round(probabilities, 3)
    labels = np.array([generator.choice(4, p=row / row.sum()) for row in probabilities])
    confidence, right = probabilities.max(1), (probabilities.argmax(1) == labels).astype(float)
    edges = confidence * 15
    assert np.abs(edges - np.round(edges)).min() > 1e-6, "no confidence lies on the edge of a bin"
    gaps = [abs((confidence[inside] - right[inside]).sum())
            for inside in (np.ceil(edges) == k for k in range(1, 16))]
    own = probabilities[np.arange(20), labels]
    return {"probabilities": probabilities.tolist(), "labels": labels.tolist(), "bins": 15,
            "accuracy": float(right.mean()),
            "ece": float(sum(gaps) / 20),
            "nll": float(-np.log(own).mean()),
            "brier": float(((probabilities - np.eye(4)[labels]) ** 2).sum(1).mean()),
            "note": "ece: bins of equal width of the largest probability; nll: mean of -ln p_y; brier: mean of the sum over classes"}


def gaussian_kl():
    def gaussian(seed):
        half = draws(seed, 3, 3, digits=2)
        return draws(seed + 1, 3, digits=2), np.round(half @ half.T + 0.5 * np.eye(3), 4)

    cases = []
    for first, second in [(14, 16), (18, 20), (14, 14)]:
        (mean_p, p), (mean_q, q) = gaussian(first), gaussian(second)
        inverse, shift = np.linalg.inv(q), mean_q - mean_p
        value = 0.5 * (np.trace(inverse @ p) + shift @ inverse @ shift - 3
                       + np.linalg.slogdet(q)[1] - np.linalg.slogdet(p)[1])
        normal = torch.distributions.MultivariateNormal
        other = torch.distributions.kl_divergence(normal(torch.tensor(mean_p), torch.tensor(p)),
                                                  normal(torch.tensor(mean_q), torch.tensor(q))).item()
        assert abs(value - other) < 1e-10
        cases.append({"mean_p": mean_p.tolist(), "covariance_p": p.tolist(), "mean_q": mean_q.tolist(),
                      "covariance_q": q.tolist(), "kl_p_q": float(value) if first != second else 0.0})
    return cases


def kl_inverse():
    """The p above and below q with kl(q, p) = q ln(q/p) + (1-q) ln((1-q)/(1-p)) = c."""
    mpmath.mp.dps = 40

    def kl(q, p):
        term = lambda a, b: a * mpmath.log(a / b) if a > 0 else mpmath.mpf(0)
        return term(q, p) + term(1 - q, 1 - p)

    def root(q, c, far):
        """Bisection between q, where kl is 0, and the end of the interval, where it is infinite."""
        near, far = mpmath.mpf(q), mpmath.mpf(far)
        if near == far or c == 0:
            return float(near)
        for _ in range(130):
            middle = (near + far) / 2
            near, far = (middle, far) if kl(mpmath.mpf(q), middle) <= c else (near, middle)
        return float(near)

    cases = []
    for q, c in [(0.0, 0.1), (0.0, 3.0), (0.02, 0.05), (0.1, 1e-6), (0.1, 0.02), (0.25, 0.5), (0.5, 0.001), (0.5, 2.0),
                 (0.9, 0.1), (0.999, 0.01), (1.0, 0.3), (1e-6, 1e-5), (0.3, 0.0)]:
        cases.append({"q": q, "c": c, "upper": root(q, c, 1), "lower": root(q, c, 0)})
    return cases


def clopper_pearson():
    cases = []
    for k, n, level in [(0, 10, 0.95), (10, 10, 0.95), (3, 10, 0.95), (1, 1, 0.9), (19, 20, 0.95), (20, 20, 0.95),
                        (480, 500, 0.99), (1900, 2000, 0.95), (7, 73, 0.5)]:
        tail = (1 - level) / 2
        low = scipy.stats.beta.ppf(tail, k, n - k + 1) if k > 0 else 0.0
        high = scipy.stats.beta.isf(tail, k + 1, n - k) if k < n else 1.0
        cases.append({"successes": k, "trials": n, "level": level, "low": float(low), "high": float(high)})
    return cases


def assignment():
    matrix = draws(22, 6, 6, digits=2)
    result = {"matrix": matrix.tolist()}
    for name, maximise in {"least": False, "greatest": True}.items():
        rows, columns = scipy.optimize.linear_sum_assignment(matrix, maximize=maximise)
        result[name] = {"column_of_each_row": columns.tolist(), "total": float(matrix[rows, columns].sum())}
    return result


def spectral():
    cases = []
    for seed, shape in [(23, (5, 3)), (24, (3, 6)), (25, (4, 4)), (26, (1, 7))]:
        matrix = draws(seed, *shape, digits=2)
        values = np.linalg.svd(matrix, compute_uv=False)
        cases.append({"matrix": matrix.tolist(), "spectral_norm": float(np.linalg.norm(matrix, 2)),
                      "singular_values": values.tolist(), "frobenius_norm": float(np.linalg.norm(matrix))})
    return cases


def text(value, depth=0):
    """JSON with a line for each list of numbers and each entry of an object."""
    pad = "\n" + " " * (depth + 1)
    if isinstance(value, dict) and value:
        entries = (json.dumps(key) + ": " + text(entry, depth + 1) for key, entry in value.items())
        result = "{" + pad + ("," + pad).join(entries) + "}"
    elif isinstance(value, list) and any(isinstance(entry, (list, dict)) for entry in value):
        result = "[" + pad + ("," + pad).join(text(entry, depth + 1) for entry in value) + "]"
    else:
        result = json.dumps(value, separators=(",", ":"))
    return result + ("\n" if depth == 0 else "")


def compare(old, new, place):
    """Where two trees of numbers differ; the versions may."""
    if place == ".versions":
        return
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key in old:
            yield from compare(old[key], new[key], f"{place}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        if old and all(isinstance(entry, float) for entry in old + new):
            scale = max(abs(entry) for entry in old)
            worst = max(abs(a - b) for a, b in zip(old, new))
            if not worst <= 1e-10 * scale:
                yield f"{place}: differs by {worst:e}, largest number {scale:e}"
        else:
            for index, (a, b) in enumerate(zip(old, new)):
                yield from compare(a, b, f"{place}[{index}]")
    elif isinstance(old, float) and isinstance(new, float):
        if not math.isclose(old, new, rel_tol=1e-10, abs_tol=1e-300):
            yield f"{place}: {old!r} is now {new!r}"
    elif old != new:
        yield f"{place}: {old!r:.60} is now {new!r:.60}"


if __name__ == "__main__":
    main()
