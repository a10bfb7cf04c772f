#!/usr/bin/env python3
"""Writes tests/golden.txt, the cases of the reference file (golden.json) that are single kernels.

Usage: tests/make_golden.py .../shared/reference/golden.json
Form:  case GROUP NAME OP TOLERANCE
       hyper KEY VALUE
       array KIND NAME RANK DIM... : NUMBER...     (KIND: input, output, grad_out, input_grad)
"""
import json
import pathlib
import sys


def wanted(case):
    if case["group"] == "entmax":
        return True
    if case["group"] == "lwpf":
        return case["op"] == "lagrangian_unit"
    if case["group"] == "hfyn":
        return case["op"] in (
            "energy", "k_subsets_exact", "k_subsets_at_most", "sequential_k_subsets_exact", "constrained_sparsemax")
    return False


def numbers(data):
    return " ".join({"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}.get(v, repr(v)) for v in data)


def main():
    cases = json.load(open(sys.argv[1]))["cases"]
    with open(pathlib.Path(__file__).parent / "golden.txt", "w") as out:
        for case in filter(wanted, cases):
            print("case", case["group"], case["name"], case["op"], case["tolerance"], file=out)
            for key, value in sorted(case["hyper"].items()):
                print("hyper", key, str(value).replace(" ", ""), file=out)
            for kind in ("inputs", "outputs", "grad_out", "input_grads"):
                for name, array in case[kind].items():
                    print("array", kind.replace("puts", "put").replace("grads", "grad"), name, len(array["shape"]),
                          *array["shape"], ":", numbers(array["data"]), file=out)


main()
