#!/usr/bin/env python3
"""PyTorch, a group of networks at once: torch.func's functional_call, vmap and grad, and an Adam written by hand.

Networks of different widths are widened to the largest of their bucket with units whose weights are all zero: their
gradients are zero and Adam leaves them there.
"""

import measure

options = measure.arguments(__doc__, extra=measure.add_cases)

import torch
from torch.func import functional_call
from torch.func import grad
from torch.func import stack_module_state
from torch.func import vmap

torch.set_num_threads(options.threads)
# Fewer epochs than the case has: nothing is compiled, so the time per step does not depend on how many follow.
SHORTER = {"sweep-14": 50}


def widened(width, to):
    model = torch.nn.Sequential(torch.nn.Linear(measure.INPUTS, width), torch.nn.ReLU(), torch.nn.Linear(width, 1))
    wide = torch.nn.Sequential(torch.nn.Linear(measure.INPUTS, to), torch.nn.ReLU(), torch.nn.Linear(to, 1))
    with torch.no_grad():
        for mine, theirs in zip(wide.parameters(), model.parameters()):
            mine.zero_()
            mine[tuple(slice(0, length) for length in theirs.shape)] = theirs
    return wide


@torch.no_grad()
def train(widths, x, y, batch, epochs):
    models = [widened(width, max(widths)) for width in widths]
    parameters, buffers = stack_module_state(models)
    parameters = {name: value.detach() for name, value in parameters.items()}
    base = models[0]

    def loss_of_one(parameters, x, y):
        return torch.nn.functional.mse_loss(functional_call(base, (parameters, {}), (x,)), y)

    gradients_of_all = vmap(grad(loss_of_one))
    first = {name: torch.zeros_like(value) for name, value in parameters.items()}
    second = {name: torch.zeros_like(value) for name, value in parameters.items()}
    rows = torch.arange(len(widths)).unsqueeze(1)
    step = 0
    for _ in range(epochs):
        order = torch.rand(x.shape[:2]).argsort(1)
        for start in range(0, x.shape[1], batch):
            chosen = order[:, start : start + batch]
            gradients = gradients_of_all(parameters, x[rows, chosen], y[rows, chosen])
            step += 1
            rate = measure.RATE / (1 - measure.BETA_1**step)
            scale = (1 - measure.BETA_2**step) ** -0.5
            for name, gradient in gradients.items():
                first[name].lerp_(gradient, 1 - measure.BETA_1)
                second[name].mul_(measure.BETA_2).addcmul_(gradient, gradient, value=1 - measure.BETA_2)
                root = second[name].sqrt().mul_(scale).add_(measure.EPSILON)
                parameters[name].addcdiv_(first[name], root, value=-rate)
    return vmap(loss_of_one)(parameters, x, y).tolist()


for name, case in measure.chosen(options).items():
    torch.manual_seed(1)
    xs, ys = (torch.from_numpy(array) for array in measure.data_sets(case, seed=1))
    ys = ys.unsqueeze(2)
    epochs = SHORTER.get(name, case["epochs"])

    def run():
        losses = []
        for bucket in measure.buckets(case["widths"]):
            losses += train([case["widths"][i] for i in bucket], xs[bucket], ys[bucket], case["batch"], epochs)
        return losses

    measure.emit("torch-vmap", name, options, len(case["widths"]), epochs * measure.steps_per_epoch(case), run)
