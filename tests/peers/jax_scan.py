#!/usr/bin/env python3
"""JAX: a whole training as one compiled program, jit of vmap over networks of scan over steps.

Networks of different widths are widened to the largest of their bucket with units whose weights are all zero: their
gradients are zero and Adam leaves them there. Orders of the examples come from NumPy (in the measured time): its
permutations cost less than XLA's sort.
"""

import measure

options = measure.arguments(__doc__, extra=measure.add_cases)

import jax
import jax.numpy as jnp
import numpy as np

tree = jax.tree_util.tree_map


def initial(generator, width, to):
    """A draw of PyTorch's default initialisation, widened by zeros."""

    def layer(into, out):
        bound = into**-0.5
        return generator.uniform(-bound, bound, (into, out)), generator.uniform(-bound, bound, out)

    (w1, b1), (w2, b2) = layer(measure.INPUTS, width), layer(width, 1)
    more = to - width
    parameters = (np.pad(w1, ((0, 0), (0, more))), np.pad(b1, (0, more)), np.pad(w2, ((0, more), (0, 0))), b2)
    return tuple(part.astype(np.float32) for part in parameters)


def loss(parameters, x, y):
    w1, b1, w2, b2 = parameters
    outputs = (jax.nn.relu(x @ w1 + b1) @ w2 + b2)[:, 0]
    return jnp.mean((outputs - y) ** 2)


def train_one(parameters, x, y, orders, batch):
    """Adam over `orders` [epochs, n]; the final loss."""
    full = x.shape[0] // batch

    def step(state, chosen):
        parameters, first, second, count = state
        gradient = jax.grad(loss)(parameters, x[chosen], y[chosen])
        count = count + 1
        first = tree(lambda m, g: measure.BETA_1 * m + (1 - measure.BETA_1) * g, first, gradient)
        second = tree(lambda v, g: measure.BETA_2 * v + (1 - measure.BETA_2) * g * g, second, gradient)
        rate = measure.RATE / (1 - measure.BETA_1**count)
        scale = jax.lax.rsqrt(1 - measure.BETA_2**count)
        parameters = tree(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) * scale + measure.EPSILON), parameters, first, second)
        return (parameters, first, second, count), None

    def epoch(state, order):
        state, _ = jax.lax.scan(step, state, order[: full * batch].reshape(full, batch))
        if full * batch < x.shape[0]:
            state, _ = step(state, order[full * batch :])
        return state, None

    zeros = tree(jnp.zeros_like, parameters)
    state, _ = jax.lax.scan(epoch, (parameters, zeros, zeros, jnp.float32(0)), orders)
    return loss(state[0], x, y)


def programs(case):
    """A compiled program for each bucket, made anew so that the first call compiles."""
    for bucket in measure.buckets(case["widths"]):
        yield bucket, jax.jit(jax.vmap(lambda p, x, y, orders: train_one(p, x, y, orders, case["batch"])))


jax.jit(lambda x: x + 1)(jnp.float32(1)).block_until_ready()  # JAX's own start is not the case's compilation
for name, case in measure.chosen(options).items():
    xs, ys = measure.data_sets(case, seed=1)
    generator = np.random.default_rng(2)
    compiled = list(programs(case))

    def run():
        losses = []
        for bucket, program in compiled:
            widths = [case["widths"][i] for i in bucket]
            drawn = [initial(generator, width, max(widths)) for width in widths]
            parameters = tuple(np.stack(parts) for parts in zip(*drawn))
            shape = (len(widths), case["epochs"], case["examples"])
            orders = generator.permuted(np.broadcast_to(np.arange(case["examples"], dtype=np.int32), shape), axis=2)
            losses += np.asarray(program(parameters, xs[bucket], ys[bucket], orders)).tolist()
        return losses

    steps = case["epochs"] * measure.steps_per_epoch(case)
    measure.emit("jax-scan", name, options, len(case["widths"]), steps, run, compiled=True)
