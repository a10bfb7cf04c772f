"""How far the exact results of a reference file's 14-digit inputs lie from the numbers that the file gives, in 50-digit arithmetic.

`python fifty_digits.py golden.json [CASE...]`, with mpmath (part of the PyTorch environment). By default the three separations of
large scores that `hopfield verify` passes only because of those digits: thresholds by bisection from the definition, no code of ours.
"""

import json
import sys

import mpmath as mp

mp.mp.dps = 50
CASES = ("entmax15_large", "entmax_bisect_a1p2_large", "budget_bisect_k4_large")


def root(falling, low, high):
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


def entmax(z, alpha):
    scaled = [(alpha - 1) * v for v in z]
    weights = lambda tau: [(v - tau) ** (1 / (alpha - 1)) if v > tau else mp.mpf(0) for v in scaled]
    return weights(root(lambda tau: sum(weights(tau)) - 1, max(scaled) - 1, max(scaled)))


def entmax_gradient(y, g, alpha):
    slopes = [v ** (2 - alpha) if v > 0 else mp.mpf(0) for v in y]
    mean = sum(s * v for s, v in zip(slopes, g)) / sum(slopes)
    return [s * (v - mean) for s, v in zip(slopes, g)]


def budget(z, k):
    weights = lambda tau: [min(mp.mpf(1), max(mp.mpf(0), v - tau)) for v in z]
    return weights(root(lambda tau: sum(weights(tau)) - k, min(z) - 1, max(z)))


def budget_gradient(y, g):
    inside = [v for p, v in zip(y, g) if 0 < p < 1]
    mean = sum(inside) / len(inside) if inside else mp.mpf(0)
    return [v - mean if 0 < p < 1 else mp.mpf(0) for p, v in zip(y, g)]


def rows(array):
    n = array["shape"][-1]
    data = [mp.mpf(float(v)) for v in array["data"]]
    return [data[i : i + n] for i in range(0, len(data), n)]


def worst(ours, reference):
    return max(abs(a - b) for row, other in zip(ours, reference) for a, b in zip(row, other))


def main():
    cases = {c["name"]: c for c in json.load(open(sys.argv[1]))["cases"]}
    for name in sys.argv[2:] or CASES:
        case = cases[name]
        x, g = rows(case["inputs"]["x"]), rows(next(iter(case["grad_out"].values())))
        if "budget" in case["hyper"]:
            y = [budget(z, case["hyper"]["budget"]) for z in x]
            grad = [budget_gradient(p, v) for p, v in zip(y, g)]
        else:
            alpha = mp.mpf(case["hyper"].get("alpha", 1.5))
            y = [entmax(z, alpha) for z in x]
            grad = [entmax_gradient(p, v, alpha) for p, v in zip(y, g)]
        out = worst(y, rows(next(iter(case["outputs"].values()))))
        gradient = worst(grad, rows(case["input_grads"]["x"]))
        print(f"{name}: exact output is {mp.nstr(out, 3)} and exact gradient {mp.nstr(gradient, 3)} from the file's")


if __name__ == "__main__":
    main()
