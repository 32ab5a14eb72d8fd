#!/usr/bin/env python3
"""JAX: a whole training as one compiled program, jit of vmap over networks of scan over steps.

Networks of different widths are widened to the largest of their bucket with units whose weights are all zero: their
gradients are zero and Adam leaves them there. A shorter last batch is filled up with examples of weight zero: one
scan over all steps compiles and runs faster than a scan over epochs that treats the last batch apart (measured).
Orders of the examples come from NumPy (in the measured time): its permutations cost less than XLA's sort.
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


def loss(parameters, x, y, weights):
    w1, b1, w2, b2 = parameters
    outputs = (jax.nn.relu(x @ w1 + b1) @ w2 + b2)[:, 0]
    return jnp.sum(weights * (outputs - y) ** 2)


def train_one(parameters, x, y, orders, weights):
    """Adam over batches `orders` [steps, batch] of examples with these weights in the loss; the final loss."""

    def step(state, batch):
        parameters, first, second, count = state
        chosen, weight = batch
        gradient = jax.grad(loss)(parameters, x[chosen], y[chosen], weight)
        count = count + 1
        first = tree(lambda m, g: measure.BETA_1 * m + (1 - measure.BETA_1) * g, first, gradient)
        second = tree(lambda v, g: measure.BETA_2 * v + (1 - measure.BETA_2) * g * g, second, gradient)
        rate = measure.RATE / (1 - measure.BETA_1**count)
        scale = jax.lax.rsqrt(1 - measure.BETA_2**count)
        parameters = tree(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) * scale + measure.EPSILON), parameters, first, second)
        return (parameters, first, second, count), None

    zeros = tree(jnp.zeros_like, parameters)
    state, _ = jax.lax.scan(step, (parameters, zeros, zeros, jnp.float32(0)), (orders, weights))
    return loss(state[0], x, y, jnp.full(len(x), 1 / len(x)))


def drawn_orders(generator, networks, case):
    """A permutation an epoch and network, cut into batches: [networks, steps, batch]. The last batch is filled up."""
    examples, epochs = case["examples"], case["epochs"]
    every = np.broadcast_to(np.arange(examples, dtype=np.int32), (networks, epochs, examples))
    missing = measure.steps_per_epoch(case) * case["batch"] - examples
    orders = np.pad(generator.permuted(every, axis=2), ((0, 0), (0, 0), (0, missing)))
    return orders.reshape(networks, -1, case["batch"])


def batch_weights(case):
    """The weights of the examples of each step in its loss: [steps, batch]."""
    places = np.arange(measure.steps_per_epoch(case) * case["batch"]).reshape(-1, case["batch"])
    inside = (places < case["examples"]).astype(np.float32)
    return np.tile(inside / inside.sum(1, keepdims=True), (case["epochs"], 1))


jax.jit(lambda x: x + 1)(jnp.float32(1)).block_until_ready()  # JAX's own start is not the case's compilation
def time_case(program, name, case, buckets):
    xs, ys = measure.data_sets(case, seed=1)
    generator = np.random.default_rng(2)
    # A program for each bucket, made anew so that the first call compiles.
    compiled = [jax.jit(jax.vmap(train_one, in_axes=(0, 0, 0, 0, None))) for _ in buckets]

    def run():
        losses = []
        for bucket, train in zip(buckets, compiled):
            widths = [case["widths"][i] for i in bucket]
            drawn = [initial(generator, width, max(widths)) for width in widths]
            parameters = tuple(np.stack(parts) for parts in zip(*drawn))
            orders = drawn_orders(generator, len(bucket), case)
            losses += np.asarray(train(parameters, xs[bucket], ys[bucket], orders, batch_weights(case))).tolist()
        return losses

    steps = case["epochs"] * measure.steps_per_epoch(case)
    measure.emit(program, name, options, len(case["widths"]), steps, run, compiled=True)


for name, case in measure.chosen(options).items():
    buckets = measure.buckets(case["widths"])
    time_case("jax-scan", name, case, buckets)
    if len(buckets) > 1:
        time_case("jax-scan-one", name, case, [list(range(len(case["widths"])))])
