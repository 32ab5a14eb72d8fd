#!/usr/bin/env python3
"""The nine settings of the notebook that the course grew from, once each in PyTorch, the way a notebook does it.

Plain loops, one network at a time, two threads. README.md gives each setting. Prints a line of JSON for each, with its
seconds and its key results, and one for the total.
"""

import time

import measure


def add_settings(parser):
    parser.add_argument("--setting", action="append", help="only this setting (may be repeated)")
    parser.add_argument("--seed", type=int, default=1)


options = measure.arguments(__doc__, repeats=1, threads=2, extra=add_settings)

import torch
from torch import nn

torch.set_num_threads(options.threads)


def perceptron(*sizes):
    """A fully connected network with ReLU between its layers, as PyTorch initialises it."""
    layers = []
    for into, out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(into, out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def epoch_of(model, optimiser, x, y, batch, mask=None):
    """One pass over the examples in a random order; the mean training loss."""
    total = 0.0
    order = torch.randperm(len(x))
    for start in range(0, len(x), batch):
        chosen = order[start : start + batch]
        optimiser.zero_grad()
        loss = nn.functional.mse_loss(model(x[chosen]), y[chosen])
        loss.backward()
        optimiser.step()
        if mask:
            apply(mask, model)
        total += loss.item() * len(chosen)
    return total / len(x)


def train(model, optimiser, x, y, batch, epochs, mask=None):
    """The mean training loss of each epoch."""
    return [epoch_of(model, optimiser, x, y, batch, mask) for _ in range(epochs)]


def adam(model, rate):
    return torch.optim.Adam(model.parameters(), lr=rate)


def sgd(model, rate):
    return torch.optim.SGD(model.parameters(), lr=rate)


@torch.no_grad()
def loss_on(model, x, y):
    return nn.functional.mse_loss(model(x), y).item()


def copy_of(model):
    return [parameter.detach().clone() for parameter in model.parameters()]


@torch.no_grad()
def put(model, values):
    for parameter, value in zip(model.parameters(), values):
        parameter.copy_(value)


@torch.no_grad()
def apply(mask, model):
    for parameter, kept in zip(model.parameters(), mask):
        parameter.mul_(kept)


def sine_of_three(n, noise):
    x = torch.randn(n, 10)
    return x, torch.sin(x[:, :3].sum(1, keepdim=True)) + noise * torch.randn(n, 1)


def bumps():
    x = torch.linspace(-1, 1, 1000)

    def target(x):
        return torch.sin(5 * x) * torch.exp(-(x**2))

    results = {}
    for count in [5, 10, 20, 50]:
        half = 2 / count
        sigmoids, hats = torch.zeros_like(x), torch.zeros_like(x)
        for centre in torch.linspace(-1, 1, count):
            rise = torch.sigmoid((x - centre + half) / half) - torch.sigmoid((x - centre - half) / half)
            sigmoids += target(centre) * rise
            hats += target(centre) * torch.relu(1 - (x - centre).abs() / half)
        results[f"sigmoid_mse_{count}"] = nn.functional.mse_loss(sigmoids, target(x)).item()
        results[f"hat_mse_{count}"] = nn.functional.mse_loss(hats, target(x)).item()
    return results


def width_depth():
    x = torch.randn(5000, 10)
    y = torch.cos(torch.sin(torch.relu(x.sum(1, keepdim=True))))
    final = {}
    for name, sizes in {"wide": [10, 454, 1], "deep": [10, 31, 31, 31, 31, 31, 1]}.items():
        model = perceptron(*sizes)
        final[name] = train(model, adam(model, 1e-3), x, y, batch=128, epochs=50)[-1]
    return {**final, "ratio_wide_deep": final["wide"] / final["deep"], "variance_of_y": y.var().item()}


def kernel(model, x):
    """The empirical NTK by one backward call for each point."""
    rows = []
    for point in x:
        gradients = torch.autograd.grad(model(point.unsqueeze(0)).sum(), list(model.parameters()))
        rows.append(torch.cat([gradient.flatten() for gradient in gradients]))
    jacobian = torch.stack(rows)
    return jacobian @ jacobian.T


def ntk():
    x = nn.functional.normalize(torch.randn(20, 5), dim=1)
    y = torch.randint(0, 2, (20, 1)) * 2.0 - 1.0
    results = {}
    for width in [10, 50, 200, 1000]:
        model = perceptron(5, width, 1)
        with torch.no_grad():
            for layer in model:
                if isinstance(layer, nn.Linear):
                    layer.weight.mul_(width**-0.5)
        before, loss = kernel(model, x), loss_on(model, x, y)
        optimiser = sgd(model, 0.01)
        for _ in range(100):
            optimiser.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimiser.step()
        change = (kernel(model, x) - before).norm() / before.norm()
        results[f"m_{width}"] = {"relative_change": change.item(), "loss_before": loss, "loss_after": loss_on(model, x, y)}
    return results


def landscape():
    x = torch.randn(1000, 5)
    y = torch.sin(x.sum(1, keepdim=True))
    model = perceptron(5, 20, 1)
    before = loss_on(model, x, y)
    train(model, adam(model, 1e-2), x, y, batch=100, epochs=100)
    trained, centre = copy_of(model), loss_on(model, x, y)

    def direction():
        draws = [torch.randn_like(part) for part in trained]
        return [draw * (part.norm() / draw.norm()) for draw, part in zip(draws, trained)]

    first, second = direction(), direction()
    surface = torch.zeros(20, 20)
    steps = torch.linspace(-0.5, 0.5, 20)
    for i, a in enumerate(steps):
        for j, b in enumerate(steps):
            put(model, [part + a * u + b * v for part, u, v in zip(trained, first, second)])
            surface[i, j] = loss_on(model, x, y)
    return {"loss_before": before, "loss_trained": centre, "grid_min": surface.min().item(), "grid_max": surface.max().item()}


def modes():
    x, y = sine_of_three(2000, 0.1)
    ends = []
    for _ in range(2):
        model = perceptron(10, 50, 50, 1)
        train(model, sgd(model, 0.01), x, y, batch=100, epochs=100)
        ends.append(copy_of(model))
    losses = []
    for alpha in torch.linspace(0, 1, 21):
        put(model, [(1 - alpha) * a + alpha * b for a, b in zip(*ends)])
        losses.append(loss_on(model, x, y))
    above = [loss - (losses[0] + (losses[-1] - losses[0]) * k / 20) for k, loss in enumerate(losses)]
    return {"loss_a": losses[0], "loss_b": losses[-1], "loss_max": max(losses), "barrier": max(above)}


def sharpness_of(model, x, y):
    """The notebook's: the largest of 10 random rises of the loss, divided by the size of the step."""
    here, base = copy_of(model), loss_on(model, x, y)
    rises = []
    for _ in range(10):
        put(model, [part + 0.01 * torch.randn_like(part) for part in here])
        rises.append((loss_on(model, x, y) - base) / 0.01)
    put(model, here)
    return max(rises)


def sharpness():
    x, y = sine_of_three(1000, 0.2)
    x_test, y_test = sine_of_three(500, 0.2)
    model = perceptron(10, 30, 1)
    start = copy_of(model)
    results = {}
    for name, rate, batch in [("full", 0.1, 1000), ("mini", 0.01, 32)]:
        put(model, start)
        train(model, sgd(model, rate), x, y, batch, epochs=100)
        results[name] = {
            "train_loss": loss_on(model, x, y),
            "test_loss": loss_on(model, x_test, y_test),
            "sharpness": sharpness_of(model, x_test, y_test),
        }
    return results


def widths():
    def data(n):
        x = torch.randn(n, 10)
        return x, (torch.sin(x[:, 0]) + torch.cos(x[:, 1]) + 0.3 * torch.randn(n)).unsqueeze(1)

    x, y = data(100)
    x_test, y_test = data(1000)
    results = {}
    for width in measure.WIDTHS:
        model = perceptron(10, width, 1)
        optimiser = adam(model, 1e-2)
        best, waited, epochs = float("inf"), 0, 0
        while epochs < 500:
            epochs += 1
            loss = epoch_of(model, optimiser, x, y, batch=32)
            best, waited = (loss, 0) if loss < best - 1e-4 else (best, waited + 1)
            if loss < 1e-4 or waited == 50:
                break
        results[f"w_{width}"] = {"epochs": epochs, "train": loss_on(model, x, y), "test": loss_on(model, x_test, y_test)}
    return results


def lottery():
    def data(n):
        x = torch.randn(n, 10)
        return x, torch.sin(x[:, :1]) + 0.2 * torch.randn(n, 1)

    x, y = data(500)
    x_test, y_test = data(200)
    model = perceptron(10, 100, 1)
    start = copy_of(model)
    results = {}

    def arm(name, mask=None, values=None, epochs=100):
        """Trains from these values (else on from where the model is) under the mask."""
        if values:
            put(model, values)
        if mask:
            apply(mask, model)
        train(model, adam(model, 1e-3), x, y, 32, epochs, mask)
        results[name] = loss_on(model, x_test, y_test)

    arm("dense")
    sizes = torch.cat([part.abs().flatten() for part in copy_of(model)])
    threshold = sizes.kthvalue(int(0.8 * len(sizes))).values
    mask = [(part.abs() > threshold).float() for part in copy_of(model)]
    arm("pruned", mask, epochs=0)
    arm("fine_tuned", mask, epochs=50)
    arm("ticket", mask, start)
    arm("random_mask", [(torch.rand_like(part) < 0.2).float() for part in start], start)
    results["kept"] = sum(kept.sum().item() for kept in mask)
    return results


def min_norm():
    kind = torch.float64
    features, truth = torch.randn(30, 100, dtype=kind), torch.randn(100, dtype=kind)
    y = features @ truth + 0.1 * torch.randn(30, dtype=kind)
    least = torch.linalg.pinv(features) @ y
    rate = 1 / torch.linalg.matrix_norm(features, 2) ** 2
    w = torch.zeros(100, dtype=kind)
    results = {"norm_of_least": least.norm().item()}
    for step in range(1, 1001):
        w = w - rate * (features.T @ (features @ w - y))
        if step in [10, 100, 1000]:
            results[f"distance_{step}"] = ((w - least).norm() / least.norm()).item()
    return {**results, "norm": w.norm().item(), "residual": (features @ w - y).abs().max().item()}


SETTINGS = {
    "bumps": bumps,
    "width-depth": width_depth,
    "ntk": ntk,
    "landscape": landscape,
    "modes": modes,
    "sharpness": sharpness,
    "widths": widths,
    "lottery": lottery,
    "min-norm": min_norm,
}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


for _ in range(options.repeats):
    total = {"seconds": 0.0, "cpu_seconds": 0.0}
    for name in options.setting or SETTINGS:
        torch.manual_seed(options.seed)
        wall, processor = time.perf_counter(), time.process_time()
        results = SETTINGS[name]()
        spent = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - processor}
        total = {key: total[key] + spent[key] for key in total}
        measure.line(program="torch-notebook", case=name, replicates=1, threads=options.threads, **rounded(spent),
                     results=rounded(results))
    measure.line(program="torch-notebook", case="total", replicates=1, threads=options.threads, **rounded(total))
