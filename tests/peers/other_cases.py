"""Makes a second reference file for `hopfield verify` with the PyTorch originals: the modules of golden.json with other seeds, depths, lengths,
batches and heads, and combinations of options that it has not.

    PEERS/bin/python other_cases.py ../shared/reference/golden.json OUT.json [--seed N]

The modules are difflayers', which holds hflayers' code unchanged. Groups: hflayers, lwpf (modules; the Lagrangian unit is written here from its
description), difflayers (DiffusedHopfield), entmax.
"""

import argparse
import copy
import json
import math

import entmax
import torch
from torch import nn

import difflayers
from difflayers.transformer import HopfieldDecoderLayer, HopfieldEncoderLayer

SIZES = ("input_size", "hidden_size", "output_size", "pattern_size", "stored_pattern_size", "pattern_projection_size", "dim_feedforward")
BLOCK = ("dim_feedforward", "activation", "dropout")
MASKS = ("stored_pattern_padding_mask", "association_mask", "src_mask", "src_key_padding_mask", "tgt_mask", "memory_mask",
         "tgt_key_padding_mask", "memory_key_padding_mask")
# depths, heads, batch, length of state patterns, number of stored patterns
SHAPES = [
    ({3: 4, 4: 5, 5: 7, 6: 12, 7: 10, 8: 11}, 3, 3, 5, 7),
    ({3: 5, 4: 3, 5: 2, 6: 8, 7: 6, 8: 3}, 2, 1, 1, 2),
    ({3: 2, 4: 1, 5: 3, 6: 4, 7: 9, 8: 13}, 4, 2, 6, 1),
]


class Unit:
    """LwPF inside an hflayers module: softmax(D(x)) in each step, the last D'(x) times the final association; masked scores stay masked."""

    def __init__(self, unit):
        self.unit = unit

    def softmax(self, scores, dim):
        threshold = scores.median() if self.unit == "pfu" else torch.zeros((), dtype=scores.dtype)
        self.kept = scores > threshold
        return self.plain_softmax(torch.where(self.kept | scores.isinf(), scores, threshold), dim=dim)

    def dropout(self, association, p, training):
        return self.plain_dropout(association, p=p, training=training) * self.kept

    def __enter__(self):
        if self.unit:
            f = nn.functional
            self.plain_softmax, self.plain_dropout = f.softmax, f.dropout
            f.softmax, f.dropout = self.softmax, self.dropout

    def __exit__(self, *_):
        if self.unit:
            nn.functional.softmax, nn.functional.dropout = self.plain_softmax, self.plain_dropout


def tensors(arguments):
    """Lists among the arguments are one number a head there, in a tensor."""
    return {k: torch.tensor(v) if isinstance(v, list) else v for k, v in arguments.items()}


def module(name, hyper):
    arguments = tensors({k: v for k, v in hyper.items() if k != "cls" and not k.startswith("_")})
    if name in ("HopfieldEncoderLayer", "HopfieldDecoderLayer"):
        block = {k: arguments.pop(k) for k in BLOCK if k in arguments}
        core = difflayers.Hopfield(**arguments)
        return HopfieldEncoderLayer(core, **block) if "Encoder" in name else HopfieldDecoderLayer(core, copy.deepcopy(core), **block)
    return getattr(difflayers, name)(**arguments)


def padding(batch, length):
    mask = torch.rand(batch, length) < 0.4
    mask[:, 0] = False  # a row of which padding and association mask leave nothing is NaN there
    return mask


def association_mask(kind, batch, heads, length, stored):
    if kind == "float2d":
        return torch.randn(length, stored, dtype=torch.float64)
    mask = torch.rand(batch * heads if kind == "bool3d" else 1, length, stored) < 0.4
    mask[..., 0] = False
    return mask if kind == "bool3d" else mask[0]


def inputs(case, hyper, shape, dtype):
    """Inputs of a case in a shape; masks by what the case has."""
    depths, heads, batch, length, stored = shape
    heads = hyper.get("num_heads", 1)
    if case["op"] == "HopfieldDecoderLayer":
        length = max(length, 2)
    if "x" in case["inputs"] or "src" in case["inputs"]:
        # what associates with itself has one length; pooling has stored patterns only
        stored = length = max(length, stored) if case["op"] != "HopfieldLayer" else length
    if hyper.get("attention_mode") == "graph" or hyper.get("diffuse_query"):
        length = stored
    sizes = {"stored": stored, "projection": stored, "memory": stored}
    turned = hyper.get("batch_first") is False
    result = {}
    for name, array in case["inputs"].items():
        if name not in MASKS:
            depth = depths[array["shape"][2]]
            t = sizes.get(name, length)
            size = (t, batch, depth) if turned else (batch, t, depth)
            result[name] = torch.randn(size, dtype=dtype).requires_grad_()
        elif name in ("association_mask", "src_mask", "tgt_mask", "memory_mask"):
            kind = "float2d" if array["dtype"] != "bool" else "bool3d" if len(array["shape"]) == 3 else "bool2d"
            own = stored if name in ("association_mask", "memory_mask") else length
            result[name] = association_mask(kind, batch, heads, length, own)
        else:
            own = length if name == "tgt_key_padding_mask" else stored
            result[name] = padding(batch, own)
    return result


def hypers(case, shape):
    depths, heads = shape[:2]
    hyper = {k: v for k, v in case["hyper"].items() if not k.startswith("_")}
    for key in SIZES:
        if hyper.get(key):
            hyper[key] = depths[hyper[key]]
    if hyper.get("num_heads", 1) > 1:
        hyper["num_heads"] = heads
        for key, value in hyper.items():
            if isinstance(value, list):
                hyper[key] = (value * heads)[:heads]
    if "quantity" in hyper:
        hyper["quantity"] += heads - 1
    return hyper


def array(t):
    t = t.detach()
    digits = 9 if t.dtype == torch.float32 else 14

    def number(v):
        if isinstance(v, float) and not math.isfinite(v):
            return "NaN" if math.isnan(v) else "Infinity" if v > 0 else "-Infinity"
        return float(f"{v:.{digits}g}") if isinstance(v, float) else int(v)
    return {"shape": list(t.shape), "dtype": str(t.dtype).removeprefix("torch."), "data": [number(v) for v in t.flatten().tolist()]}


def arrays(named):
    return {name: array(t) for name, t in named.items() if t is not None}


def cut(t):
    """The value that the file gives to its last digit, so that both sides compute with the same numbers."""
    given = torch.tensor(array(t)["data"], dtype=t.dtype).reshape(t.shape) if t.is_floating_point() else t
    t.data.copy_(given)


def case_of(base, name, hyper, shape):
    dtype = torch.float32 if base["op"] == "DiffusedHopfield" else torch.float64
    net = module(base["op"], hyper).to(dtype).eval()
    given = inputs(base, hyper, shape, dtype)
    with torch.no_grad():
        for parameter in net.parameters():  # fresh weights are so small that every output looks alike
            parameter.add_(torch.randn_like(parameter) * (0.5 if parameter.dim() > 1 else 0.2))
            cut(parameter)
        for t in given.values():
            cut(t)
    patterns = [t for n, t in given.items() if n not in MASKS]
    masks = {n: t for n, t in given.items() if n in MASKS}
    one = tuple(patterns) if len(patterns) > 1 else patterns[0]
    call = patterns if base["op"] == "HopfieldDecoderLayer" else [one]
    with Unit(base.get("unit")):
        outputs = {"y": net(*call, **masks)}
        if "association" in base["outputs"]:
            outputs["association"] = net.get_association_matrix(*call, **masks)
        if "projected" in base["outputs"]:
            outputs["projected"] = net.get_projected_pattern_matrix(*call, **masks)
    grad = torch.randn_like(outputs["y"])
    cut(grad)
    (outputs["y"] * grad).sum().backward()
    return {**{k: base[k] for k in ("group", "op", "unit", "tolerance", "quirk", "notes")}, "name": name, "peer": "difflayers 0.1.0",
            "hyper": hyper, "inputs": arrays(given), "weights": arrays(net.state_dict()), "outputs": arrays(outputs),
            "grad_out": {"y": array(grad)},
            "input_grads": arrays({n: t.grad for n, t in given.items() if t.requires_grad}),
            "weight_grads": arrays({n: p.grad for n, p in net.named_parameters()})}


def combinations(cases):
    """Options that interact, which golden.json has one at a time."""
    by_name = {c["name"]: c for c in cases}
    def of(name, called, unit=None, masks=(), **hyper):
        base = copy.deepcopy(by_name[name])
        base["name"], base["unit"] = called, unit or base["unit"]
        base["hyper"].update(hyper)
        for mask, dtype, rank in masks:
            base["inputs"][mask] = {"shape": [0] * rank, "dtype": dtype}
        return base
    pad, both = ("stored_pattern_padding_mask", "bool", 2), ("association_mask", "bool", 3)
    yield of("hf_padmask_assocmask", "masks_steps_unit", unit="relu", update_steps_max=2, update_steps_eps=1e-12)
    yield of("hf_separate_sizes", "masks_zero_steps_space", masks=(pad, both), add_zero_association=True, update_steps_max=2,
             update_steps_eps=1e-12, normalize_hopfield_space=True, normalize_hopfield_space_affine=True)
    yield of("hf_steps_per_head", "masks_steps_per_head", masks=(pad,))
    yield of("hf_separate_sizes", "pfu_masks", unit="pfu")
    yield of("hf_no_bias", "no_bias_no_out_activation", disable_out_projection=True, output_size=None, association_activation="tanh")
    yield of("hf_connected", "connected_steps_masked", masks=(pad,), update_steps_max=2, update_steps_eps=1e-12)
    yield of("pool_two_inputs", "pool_two_masked_steps", masks=(pad,), update_steps_max=3, update_steps_eps=1e-12, add_zero_association=True)
    yield of("pool_q2_padmask", "pool_relu_masked", unit="relu")
    yield of("layer_q5_separated", "layer_relu_steps", unit="relu", update_steps_max=2, update_steps_eps=1e-12)
    yield of("encoder_layer", "encoder_masked_steps", masks=(("src_mask", "bool", 2), ("src_key_padding_mask", "bool", 2)),
             update_steps_max=2, update_steps_eps=1e-12)
    yield of("encoder_layer", "encoder_float_mask", masks=(("src_mask", "float64", 2),), activation="tanh", hidden_size=3)
    yield of("decoder_layer", "decoder_masked", masks=(("tgt_mask", "bool", 3), ("memory_mask", "bool", 2),
             ("tgt_key_padding_mask", "bool", 2), ("memory_key_padding_mask", "bool", 2)), update_steps_max=1, update_steps_eps=1e-12)


SEPARATIONS = {
    "softmax": lambda x, h, dim: x.softmax(dim),
    "sparsemax": lambda x, h, dim: entmax.sparsemax(x, dim=dim),
    "entmax15": lambda x, h, dim: entmax.entmax15(x, dim=dim),
    "alpha_entmax": lambda x, h, dim: entmax.entmax_bisect(x, h["alpha"], dim=dim, n_iter=100),
    "normmax": lambda x, h, dim: entmax.normmax_bisect(x, h["alpha"], dim=dim, n_iter=100),
    "k_subsets_exact": lambda x, h, dim: entmax.budget_bisect(x, h["budget"], dim=dim, n_iter=100),
}


def separation(base, name, shape):
    hyper = dict(base["hyper"])
    x = (torch.randn(shape, dtype=torch.float64) * 2).requires_grad_()
    cut(x)
    y = SEPARATIONS[base["op"]](x, hyper, hyper.get("dim", -1))
    grad = torch.randn_like(y)
    cut(grad)
    (y * grad).sum().backward()
    return {**{k: base[k] for k in ("group", "op", "unit", "quirk", "notes")}, "name": name, "peer": "entmax 1.3", "tolerance": 1e-9,
            "hyper": hyper, "inputs": {"x": array(x)}, "weights": {}, "outputs": {"y": array(y)}, "grad_out": {"y": array(grad)},
            "input_grads": {"x": array(x.grad)}, "weight_grads": {}}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("reference")
    ap.add_argument("out")
    ap.add_argument("--seed", type=int, default=1)
    args = ap.parse_args()
    torch.manual_seed(args.seed)
    with open(args.reference) as f:
        known = json.load(f)["cases"]
    modules = [c for c in known if c["op"].startswith(("Hopfield", "DiffusedHopfield")) and c["group"] in ("hflayers", "lwpf", "difflayers")]
    made = []
    for base in modules + list(combinations(known)):
        for number, shape in enumerate(SHAPES, 1):
            if base["op"] == "DiffusedHopfield" and (number > 1 or base["hyper"].get("attention_mode")):
                continue  # fewer patterns than neighbours; graph attention differs by design
            name = f"{base['name']}_{number}"
            try:
                made.append(case_of(base, name, hypers(base, shape), shape))
            except (AssertionError, RuntimeError, ValueError) as e:
                print(f"{name}: the original refuses: {str(e)[:100]}")
    for base in known:
        if base["group"] == "entmax" and base["name"].endswith("_random") and base["op"] in SEPARATIONS:
            for number, shape in enumerate(((3, 17), (2, 3, 9), (1, 6), (33, 131)), 1):
                if base["hyper"].get("budget", 0) < shape[-1]:
                    made.append(separation(base, f"{base['name']}_{number}", shape))
    with open(args.out, "w") as f:
        json.dump({"format": "peers-golden-1", "seed": args.seed, "versions": {"torch": torch.__version__}, "cases": made}, f)
    print(f"{len(made)} cases in {args.out}")


if __name__ == "__main__":
    main()
