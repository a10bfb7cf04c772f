#!/usr/bin/env python3
"""Writes tests/association_golden.txt from the reference file (golden.json): cases where the Hopfield association itself shows.

Usage: tests/make_association_golden.py .../shared/reference/golden.json

`lwpf` attention and `hf_static_retrieval` are taken as they are. Of the hflayers cases with weights, the layer normalisation
and the projections of the inputs are done here, in double; what is checked is their association matrix.
Form: that of golden.txt.
"""
import json
import math
import pathlib
import sys

HOPFIELD = ("hf_assocmask_bool2d", "hf_assocmask_bool3d", "hf_assocmask_float2d", "hf_padmask_assocmask", "hf_steps1",
            "hf_steps3", "hf_steps3_masked", "hf_steps_eps", "hf_steps_inf", "hf_steps_per_head", "hf_scaling_float_steps2")


def rows(array):
    width = array["shape"][-1]
    data = array["data"]
    return [data[i:i + width] for i in range(0, len(data), width)]


def layer_norm(x, weight, bias, eps=1e-5):
    mean = math.fsum(x) / len(x)
    var = math.fsum((v - mean) ** 2 for v in x) / len(x)
    return [(v - mean) / math.sqrt(var + eps) * w + b for v, w, b in zip(x, weight, bias)]


def project(case, role, name, first):
    """[B, H, rows, depth] in C order."""
    weights = case["weights"]
    w = rows(weights[f"association_core.{name}_proj_weight"])
    bias = weights["association_core.in_proj_bias"]["data"][first:first + len(w)]
    norm = {"q": "norm_state_pattern", "k": "norm_stored_pattern", "v": "norm_pattern_projection"}[name]
    x = case["inputs"][role]
    batch, length, _ = x["shape"]
    heads = case["hyper"]["num_heads"]
    depth = len(w) // heads
    out = [0.0] * (batch * heads * length * depth)
    for i, row in enumerate(rows(x)):
        n = layer_norm(row, weights[norm + ".weight"]["data"], weights[norm + ".bias"]["data"])
        b, l = divmod(i, length)
        for j, (wr, c) in enumerate(zip(w, bias)):
            h, e = divmod(j, depth)
            out[((b * heads + h) * length + l) * depth + e] = math.fsum(a * v for a, v in zip(wr, n)) + c
    return {"shape": [batch, heads, length, depth], "data": out}, first + len(w)


def numbers(data):
    return " ".join({"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}.get(v, repr(v)) for v in data)


def main():
    cases = json.load(open(sys.argv[1]))["cases"]
    with open(pathlib.Path(__file__).parent / "association_golden.txt", "w") as out:
        for case in cases:
            name = case["name"]
            arrays = [(kind.replace("puts", "put").replace("grads", "grad"), key, array)
                      for kind in ("inputs", "outputs", "grad_out", "input_grads") for key, array in case[kind].items()]
            if name in HOPFIELD:
                first = 0
                arrays = []
                for key, role in (("q", "state"), ("k", "stored"), ("v", "projection")):
                    array, first = project(case, role, key, first)
                    arrays.append(("input", key, array))
                for key in ("association_mask", "stored_pattern_padding_mask"):
                    if key in case["inputs"]:
                        arrays.append(("input", key, case["inputs"][key]))
                arrays.append(("output", "association", case["outputs"]["association"]))
            elif name not in ("hf_static_retrieval", "attention_relu", "attention_pfu"):
                continue
            print("case", case["group"], name, case["op"], case["tolerance"], file=out)
            for key, value in sorted(case["hyper"].items()):
                if key != "_active_batchheads_per_iter":
                    print("hyper", key, str(value).replace(" ", ""), file=out)
            for kind, key, array in arrays:
                print("array", kind, key, len(array["shape"]), *array["shape"], ":", numbers(array["data"]), file=out)


main()
