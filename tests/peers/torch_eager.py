#!/usr/bin/env python3
"""PyTorch, eager, one network at a time: what people write."""

import measure

options = measure.arguments(__doc__, extra=measure.add_cases)

import torch

torch.set_num_threads(options.threads)
# Its time per network-step does not depend on how many networks follow each other, or for how long.
SHORTER = {"mlp-50": (4, 100), "sweep-14": (14, 50), "mlp-1000": (2, 25)}


def train(width, x, y, batch, epochs):
    model = torch.nn.Sequential(torch.nn.Linear(measure.INPUTS, width), torch.nn.ReLU(), torch.nn.Linear(width, 1))
    optimiser = torch.optim.Adam(model.parameters(), lr=measure.RATE)
    criterion = torch.nn.MSELoss()
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch):
            chosen = order[start : start + batch]
            optimiser.zero_grad()
            loss = criterion(model(x[chosen]), y[chosen])
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        return criterion(model(x), y).item()


for name, case in measure.chosen(options).items():
    networks, epochs = SHORTER[name]
    torch.manual_seed(1)
    xs, ys = (torch.from_numpy(array) for array in measure.data_sets(case, seed=1))
    ys = ys.unsqueeze(2)

    def run():
        return [train(case["widths"][i], xs[i], ys[i], case["batch"], epochs) for i in range(networks)]

    measure.emit("torch-eager", name, options, networks, epochs * measure.steps_per_epoch(case), run)
