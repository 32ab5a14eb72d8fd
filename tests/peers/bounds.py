#!/usr/bin/env python3
"""The bounds of the catalog, evaluated once more from the committed records, apart from our code.

`bounds.py` writes `bounds.json` beside itself, `bounds.py --check` computes it anew and compares (1e-12 relative).
What was measured is read from `experiments/records/`; every formula is evaluated by mpmath with 40 digits, the law
of the number of errors of a fixed rule is summed exactly, and verdicts are decided with quantiles from SciPy.
`experiments/tests/bounds.rs` holds our bounds against the file.
"""

import argparse
import json
import math
import pathlib

import mpmath
import scipy
import scipy.stats
from mpmath import mpf

FILE = pathlib.Path(__file__).with_name("bounds.json")
RECORDS = pathlib.Path(__file__).parents[2] / "experiments" / "records"
SMALL = [1, 2, 5, 7, 8]  # sizes of which no samples were drawn
mpmath.mp.dps = 40


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    arguments = parser.parse_args()
    result = {
        "about": "Written by tests/peers/bounds.py: mpmath and SciPy. Do not edit.",
        "versions": {"mpmath": mpmath.__version__, "scipy": scipy.__version__},
        "bounds": [json.loads(json.dumps(line, default=number, allow_nan=False)) for line in all_bounds()],
    }
    if arguments.check:
        before = json.loads(FILE.read_text())["bounds"]
        differences = list(compare(before, result["bounds"], ""))
        print("\n".join([*differences, f"{FILE.name}: {len(result['bounds'])} bounds, {len(differences)} differences"]))
        raise SystemExit(1 if differences else 0)
    lines = ",\n".join("  " + json.dumps(line) for line in result["bounds"])
    head = ",\n ".join(f"{json.dumps(key)}: {json.dumps(result[key])}" for key in ("about", "versions"))
    FILE.write_text(f'{{\n {head},\n "bounds": [\n{lines}]\n}}\n')
    print(f"{FILE}: {len(result['bounds'])} bounds, {FILE.stat().st_size} bytes")


def number(value):
    """What JSON does not have: an mpmath number. Not-finite ones are written as strings, as in our records."""
    value = float(value)
    return value if math.isfinite(value) else {math.inf: "inf", -math.inf: "-inf"}.get(value, "nan")


def all_bounds():
    for experiment, evaluate in {"adl-hoeffding": hoeffding, "adl-error-decomposition": error_decomposition,
                                 "adl-double-descent-theory": double_descent_theory}.items():
        for path in sorted((RECORDS / experiment).glob("*.json")):
            stored = json.loads(path.read_text())
            for line in evaluate(stored["inputs"]["parameters"], stored["record"]):
                for side in ("left", "right"):
                    line[side] = {key: number(value) for key, value in line[side].items() if key in ("value", "low", "high")}
                yield {"experiment": experiment, "record": path.stem, **line}


def exact(value):
    return {"value": value, "low": value, "high": value, "method": "exact"}


def measured(estimate):
    read = {key: float(estimate[key]) for key in ("value", "low", "high")}
    return {**read, "method": estimate["interval"]["method"], "level": estimate["interval"].get("level"), "n": estimate["n"]}


def upper(left, right, trivial=None, met=True):
    """The verdict of an upper bound."""
    low, high, right = mpf(left["low"]), mpf(left["high"]), mpf(right["value"])
    if mpmath.isnan(low):
        return "inconclusive"
    if low > right:
        return "violated"
    if mpmath.isinf(right) or (trivial is not None and right >= trivial):
        return "vacuous"
    if high > right:
        return "inconclusive"
    return "holds" if met else "hypothesis-not-met"


# Hoeffding


def hoeffding(parameters, record):
    estimates, delta, d, sizes = record["estimates"], mpf(repr(parameters["delta"])), parameters["d"], parameters["n"]
    mu = mpf(parameters["mu"])
    risk = mpmath.ncdf(-mu / mpmath.sqrt(mpf(5) / 4))  # of the rule e_1 + e_2/2
    assert parameters["delta"] == 0.05, "the record's quantile is the one that these bounds are about"

    def width(n, probability):
        return mpmath.sqrt(mpmath.log(2 / probability) / (2 * n))

    for n in sizes + [n for n in SMALL if n not in sizes]:
        law = binomial(n, risk)
        for name, factor in (("hoeffding", 1), ("hoeffding-loose", 2)):
            epsilon = factor * width(n, delta)
            quantile = gap_quantile(law, risk, delta)
            left = measured(estimates[f"gap_q95_n{n}"]) if n in sizes else exact(quantile)
            yield {"id": name, "at": {"n": n}, "left": left, "right": exact(epsilon),
                   "verdict": upper(left, exact(epsilon), trivial=1),
                   "symbols": {"violation": beyond(law, risk, epsilon), ("exact" if n in sizes else "gap"): quantile}}
    for n in sizes:
        left, right = measured(estimates[f"class_q95_n{n}"]), exact(width(n, delta / 10))
        yield {"id": "hoeffding-class", "at": {"n": n}, "left": left, "right": right,
               "verdict": upper(left, right, trivial=1), "symbols": {}}
    for n in (n for n in sizes if n <= 1000):
        table = record["tables"]["fitted-rule"]
        gaps = sorted(row[4] for row in table["rows"] if row[0] == n)
        middle = (gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]) / 2
        left, right = measured(estimates[f"fit_gap_n{n}"]), exact(2 * width(n, delta))
        assert abs(middle / left["value"] - 1) < 1e-8, "the table is rounded to nine digits"
        yield {"id": "hoeffding-fitted", "at": {"n": n}, "left": left, "right": right,
               "verdict": upper(left, right, trivial=1, met=False), "symbols": {"d": d}}


def binomial(n, risk):
    """The probability of each number of errors, by recurrence from none."""
    law = [(1 - risk) ** n]
    for k in range(n):
        law.append(law[-1] * (n - k) / (k + 1) * risk / (1 - risk))
    assert abs(mpmath.fsum(law) - 1) < mpf(10) ** -30
    return law


def beyond(law, risk, bound):
    n = len(law) - 1
    return mpmath.fsum(p for k, p in enumerate(law) if abs(mpf(k) / n - risk) > bound)


def gap_quantile(law, risk, delta):
    """The smallest gap that is exceeded with probability at most delta."""
    n, below = len(law) - 1, mpf(0)
    for gap, p in sorted((abs(mpf(k) / n - risk), p) for k, p in enumerate(law)):
        below += p
        if 1 - below <= delta:
            return gap
    raise AssertionError("all gaps together have probability one")


# The four errors


def error_decomposition(parameters, record):
    estimates = record["estimates"]
    own = {key: parameters[key] for key in "pnt"}
    points = [("", own)]
    for key, values in {"p": [5, 25, 400], "n": [50, 150, 8000], "t": [1, 100, 10_000]}.items():
        points += [(f"_{key}_{value}", {**own, key: value}) for value in values if value != own[key]]
    for suffix, at in points:
        total = estimates[f"total{suffix}"]["value"]
        terms = [estimates[f"{term}{suffix}"]["value"] for term in ("gen", "opt", "stat", "approx")]
        residual = estimates[f"residual{suffix}"]["value"]
        # The sum in this order and in doubles, as rounding is what it is about.
        right = ((terms[0] + terms[1]) + terms[2]) + terms[3]
        assert abs(math.fsum([*terms, -total])) < 1e-14
        ends = {"value": right, "low": right - residual, "high": right + residual}
        farthest = max(abs(total - ends["low"]), abs(total - ends["high"]))
        yield {"id": "error-decomposition", "at": at, "left": exact(total), "right": ends,
               "verdict": "holds" if farthest <= 1e-9 * max(1, abs(right)) else "not shown", "symbols": {}}


# Double descent


def double_descent_theory(parameters, record):
    estimates, n = record["estimates"], parameters["n"]
    r, sigma = mpf(repr(parameters["r"])), mpf(repr(parameters["sigma"]))
    assert parameters["penalty"] == 1 and sigma > 0
    rows = {int(row[1]): dict(zip(record["tables"]["ridge"]["columns"], row)) for row in record["tables"]["ridge"]["rows"]}
    for gamma in parameters["gammas"]:
        p, name = round(gamma * n), f"gamma_{gamma:g}".replace(".", "_")
        if abs(p - n) <= 1:
            risk = mpf("inf")
        elif p < n:
            risk = sigma**2 * mpf(p) / (n - p - 1)
        else:
            risk = r**2 * (1 - mpf(n) / p) + sigma**2 * mpf(n) / (p - n - 1)
        if p == n:
            limit = mpf("inf")
        elif p < n:
            limit = sigma**2 * mpf(p) / (n - p)
        else:
            limit = r**2 * (1 - mpf(n) / p) + sigma**2 * mpf(n) / (p - n)
        left = exact(mpf("nan")) if abs(p - n) <= 3 else measured(estimates[f"risk_{name}"])
        yield {"id": "hastie-ridgeless", "at": {"gamma": gamma}, "left": left, "right": exact(risk),
               "verdict": expectation(left, risk), "symbols": {"limit": limit, "p": p}}
        best, row = sigma**2 * mpf(p) / n / r**2, rows[p]
        left = {"value": row["expected"], "low": row["expected_low"], "high": row["expected_high"]}
        yield {"id": "optimal-ridge", "at": {"gamma": gamma}, "left": left, "right": exact(risk),
               "verdict": upper(left, exact(risk)),
               "symbols": {"best": best, "lambda": best, "ridge_limit": ridge_limit(r, sigma, mpf(p) / n, best)}}


def expectation(left, right):
    """Whether the interval at 99.95 % holds the number, and reaches no further from it than half of it."""
    if mpmath.isnan(left["value"]) or mpmath.isinf(right):
        return "inconclusive"
    freedom = left["n"] - 1
    wider = scipy.stats.t.ppf(0.5 + 0.9995 / 2, freedom) / scipy.stats.t.ppf(0.5 + left["level"] / 2, freedom)
    low = left["value"] - wider * (left["value"] - left["low"])
    high = left["value"] + wider * (left["high"] - left["value"])
    allowed = 1e-9 * max(1, abs(right))
    if not low - allowed <= right <= high + allowed:
        return "violated"
    return "holds" if max(right - low, high - right) <= 0.5 * right + allowed else "inconclusive"


def ridge_limit(r, sigma, gamma, penalty):
    """By quadrature over the law of Marchenko and Pastur, in the angle of s = 1 + g + 2 sqrt(g) cos(angle)."""
    def part(angle):
        s = 1 + gamma + 2 * mpmath.sqrt(gamma) * mpmath.cos(angle)
        density = (2 * mpmath.sqrt(gamma) * mpmath.sin(angle)) ** 2 / (2 * mpmath.pi * gamma * s)
        return density * ((r * penalty) ** 2 + sigma**2 * gamma * s) / (s + penalty) ** 2

    with mpmath.workdps(25):
        return mpmath.quad(part, mpmath.linspace(0, mpmath.pi, 9), method="gauss-legendre") + r**2 * max(0, 1 - 1 / gamma)


def compare(before, now, path):
    if isinstance(now, dict) and isinstance(before, dict) and before.keys() == now.keys():
        for key in now:
            yield from compare(before[key], now[key], f"{path}/{key}")
    elif isinstance(now, list) and isinstance(before, list) and len(before) == len(now):
        for index, (one, two) in enumerate(zip(before, now)):
            yield from compare(one, two, f"{path}/{index}")
    elif isinstance(now, float) and isinstance(before, float):
        if abs(before - now) > 1e-12 * abs(now):
            yield f"{path}: {before} became {now}"
    elif before != now:
        yield f"{path}: {before!r} became {now!r}"


if __name__ == "__main__":
    main()
