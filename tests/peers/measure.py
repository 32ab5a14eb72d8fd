"""What the programs of this folder share: arguments, one thread, the data, the clock and the lines of JSON.

Import it before NumPy, PyTorch or JAX: `arguments` restricts the process to its threads, which they read when they start.
"""

import argparse
import json
import os
import statistics
import time

WIDTHS = [1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80, 100, 150, 200]
INPUTS = 10
RATE, BETA_1, BETA_2, EPSILON = 0.01, 0.9, 0.999, 1e-8

# The cases of README.md: widths of the networks, examples, batch, epochs.
CASES = {
    "mlp-50": {"widths": [50] * 32, "examples": 100, "batch": 25, "epochs": 100},
    "sweep-14": {"widths": WIDTHS, "examples": 100, "batch": 32, "epochs": 500},
    "mlp-1000": {"widths": [1000] * 8, "examples": 100, "batch": 25, "epochs": 25},
}


def arguments(description, repeats=5, threads=1, extra=None):
    """Parses the command line and restricts this process to that many threads and processors."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repeats", type=int, default=repeats, help="timed repeats, of which the median counts")
    parser.add_argument("--threads", type=int, default=threads, help="threads, and processors, allowed")
    if extra:
        extra(parser)
    options = parser.parse_args()
    processors = sorted(os.sched_getaffinity(0))[: options.threads]
    os.sched_setaffinity(0, processors)
    for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
        os.environ[name] = str(options.threads)
    if options.threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    return options


def add_cases(parser):
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this case (may be repeated)")


def chosen(options):
    return {name: case for name, case in CASES.items() if name in (options.case or CASES)}


def steps_per_epoch(case):
    return -(-case["examples"] // case["batch"])


def buckets(widths, edges=(20, 80)):
    """The places of widths that are trained together: up to 20, up to 80, wider."""
    groups = [[i for i, width in enumerate(widths) if low < width <= high]
              for low, high in zip((0, *edges), (*edges, max(widths)))]
    return [group for group in groups if group]


def data_sets(case, seed):
    """x [networks, n, 10] and y [networks, n] in f32: y = sin x_1 + cos x_2 + 0.3 noise, a data set for each network."""
    import numpy as np

    generator = np.random.default_rng(seed)
    x = generator.standard_normal((len(case["widths"]), case["examples"], INPUTS))
    y = np.sin(x[..., 0]) + np.cos(x[..., 1]) + 0.3 * generator.standard_normal(x.shape[:2])
    return x.astype(np.float32), y.astype(np.float32)


def emit(program, case, options, networks, steps, run, compiled=False):
    """Times `run`, which returns the final losses as floats, and prints the case's line."""

    def once():
        wall, processor = time.perf_counter(), time.process_time()
        losses = run()
        return time.perf_counter() - wall, time.process_time() - processor, losses

    # The first call compiles, where something is compiled, and warms caches and allocators everywhere.
    first, _, _ = once()
    repeats = [once() for _ in range(options.repeats)]
    walls = [wall for wall, _, _ in repeats]
    seconds = statistics.median(walls)
    compilation = max(0.0, first - seconds) if compiled else 0.0
    work = networks * steps
    line(
        program=program,
        case=case,
        networks=networks,
        steps=steps,
        repeats=options.repeats,
        threads=options.threads,
        seconds_per_network_step=seconds / work,
        fastest=min(walls) / work,
        slowest=max(walls) / work,
        cpu_seconds_per_network_step=statistics.median(processor for _, processor, _ in repeats) / work,
        compile_seconds=compilation,
        end_to_end_seconds=compilation + seconds,
        final_loss=statistics.fmean(repeats[-1][2]),
    )


def line(**entries):
    print(json.dumps(entries), flush=True)
