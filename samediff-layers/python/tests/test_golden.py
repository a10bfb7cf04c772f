"""The layers give the numbers of the PyTorch originals: every softmax, entmax and LwPF case of the reference file that they
can express, float64, outputs and gradients of inputs (where the backend is TensorFlow).

The reference file: $HOPFIELD_REFERENCE, or shared/reference/golden.json beside the checkout.
"""

import json
import os
import pathlib

import numpy as np
import pytest

from dl4j_hopfield_keras import (
    Hopfield,
    HopfieldDecoderLayer,
    HopfieldEncoderLayer,
    HopfieldLayer,
    HopfieldPooling,
    separations,
)
from dl4j_hopfield_keras import _backend as K

HERE = pathlib.Path(__file__).resolve()
REFERENCE = pathlib.Path(os.environ.get("HOPFIELD_REFERENCE", HERE.parents[4] / "shared" / "reference" / "golden.json"))
if not REFERENCE.exists():
    pytest.skip("no reference file at %s; set HOPFIELD_REFERENCE" % REFERENCE, allow_module_level=True)
CASES = json.loads(REFERENCE.read_text())["cases"]
K.keras.backend.set_floatx("float64")


def array(a):
    data = [float(v) if isinstance(v, str) else v for v in a["data"]]
    return np.array(data, dtype="float64").reshape(a["shape"])


def options(h, static_all=False):
    """The peer's arguments in our words."""
    names = {
        "num_heads": "n_heads",
        "hidden_size": "hidden_size",
        "pattern_size": "pattern_size",
        "output_size": "n_out",
        "scaling": "beta",
        "update_steps_max": "update_steps",
        "update_steps_eps": "update_steps_eps",
        "normalize_stored_pattern": "normalise_stored_pattern",
        "normalize_stored_pattern_affine": "normalise_stored_pattern_affine",
        "normalize_stored_pattern_eps": "normalise_stored_pattern_eps",
        "normalize_state_pattern": "normalise_state_pattern",
        "normalize_state_pattern_affine": "normalise_state_pattern_affine",
        "normalize_state_pattern_eps": "normalise_state_pattern_eps",
        "normalize_pattern_projection": "normalise_pattern_projection",
        "normalize_pattern_projection_affine": "normalise_pattern_projection_affine",
        "normalize_pattern_projection_eps": "normalise_pattern_projection_eps",
        "normalize_hopfield_space": "normalise_hopfield_space",
        "normalize_hopfield_space_affine": "normalise_hopfield_space_affine",
        "stored_pattern_as_static": "stored_pattern_as_static",
        "state_pattern_as_static": "state_pattern_as_static",
        "pattern_projection_as_static": "pattern_projection_as_static",
        "pattern_projection_as_connected": "pattern_projection_as_connected",
        "add_zero_association": "add_zero_association",
        "association_activation": "association_activation",
        "input_bias": "input_bias",
    }
    out = {ours: h[theirs] for theirs, ours in names.items() if h.get(theirs) is not None}
    if h.get("disable_out_projection"):
        out["disable_out_projection"] = True
    return out


def peer_weights(core_weights, w, prefix):
    """Our weights of one association core, from the peer's state dict."""
    base = prefix + "association_core."
    got = {}
    sizes = {n: core_weights[n + "_kernel"].shape for n in ("query", "key", "value") if n + "_kernel" in core_weights}
    joined = w.get(base + "in_proj_weight")
    bias = w.get(base + "in_proj_bias")
    row = 0
    for name, letter in (("query", "q"), ("key", "k"), ("value", "v")):
        if name not in sizes:
            continue
        n = sizes[name][1]
        matrix = joined[row : row + n] if joined is not None else w[base + letter + "_proj_weight"]
        got[name + "_kernel"] = matrix.T
        if bias is not None:
            got[name + "_bias"] = bias[row : row + n]
        row += n
    pairs = {
        "output_kernel": "association_core.out_proj.weight",
        "output_bias": "association_core.out_proj.bias",
        "stored_norm_gamma": "norm_stored_pattern.weight",
        "stored_norm_beta": "norm_stored_pattern.bias",
        "state_norm_gamma": "norm_state_pattern.weight",
        "state_norm_beta": "norm_state_pattern.bias",
        "projection_norm_gamma": "norm_pattern_projection.weight",
        "projection_norm_beta": "norm_pattern_projection.bias",
        "hopfield_space_norm_gamma": "association_core.p_norm_weight",
        "hopfield_space_norm_beta": "association_core.p_norm_bias",
    }
    for ours, theirs in pairs.items():
        if prefix + theirs in w:
            got[ours] = w[prefix + theirs].T
    return got


def assign(core, w, prefix):
    values = peer_weights(core.weights, w, prefix)
    for name, variable in core.weights.items():
        variable.assign(values[name].reshape(tuple(variable.shape)))


def close(ours, reference, tolerance):
    worst = np.abs(np.asarray(ours) - reference).max()
    assert worst <= max(tolerance, 1e-10) * max(1.0, np.abs(reference).max()), worst


def supported(c):
    h = c["hyper"]
    if c["group"] not in ("hflayers", "lwpf") or c["quirk"] or not c["op"].startswith("Hopfield"):
        return False
    if h.get("batch_first") is False or "association_mask" in c["inputs"] and c["op"] != "Hopfield":
        return False
    steps = h.get("update_steps_max", 0)
    # ours rests by sample and takes a finite number of steps; the LwPF median is by sample too
    return isinstance(steps, int) and c["name"] != "hf_steps_eps" and c["unit"] != "pfu"


SUPPORTED = [c for c in CASES if supported(c)]


def test_reference_cases_are_found():
    assert len(SUPPORTED) >= 40


@pytest.mark.parametrize("case", SUPPORTED, ids=lambda c: c["name"])
def test_layer_matches_the_original(case):
    h = case["hyper"]
    w = {k: array(v) for k, v in case["weights"].items()}
    x = {k: array(v) for k, v in case["inputs"].items()}
    o = options(h)
    if case["unit"]:
        o["lagrangian_unit"] = case["unit"]
    keep = 1.0 - x["stored_pattern_padding_mask"] if "stored_pattern_padding_mask" in x else None
    if case["op"] == "Hopfield":
        layer = Hopfield(dtype="float64", **o)
        roles = [x["x"]] if "x" in x else [x["stored"], x["state"], x["projection"]]
        layer.build([a.shape for a in roles] if len(roles) > 1 else roles[0].shape)
        assign(layer._core, w, "")
        stored, state, projection = [K.convert(a) for a in layer._three(roles)]
        mask = x.get("association_mask")
        if mask is not None and "float" in case["name"]:
            pytest.skip("additive masks are not part of the Keras layers")
        if mask is not None:
            mask = 1.0 - mask
            if mask.ndim == 3:
                per_head = mask.reshape(state.shape[0], -1, *mask.shape[1:])
                if not (per_head == per_head[:, :1]).all():
                    pytest.skip("a mask per head is not part of the Keras layers")
                mask = per_head[:, 0]
        y = layer._core(stored, state, projection, keep, mask)
    elif case["op"] == "HopfieldPooling":
        layer = HopfieldPooling(quantity=h.get("quantity", 1), dtype="float64", **o)
        inputs = x["x"] if "x" in x else [x["stored"], x["projection"]]
        layer.build(inputs.shape if "x" in x else [a.shape for a in inputs])
        layer.state_patterns.assign(w["pooling_weights"][0])
        assign(layer._core, w, "hopfield.")
        y = layer(inputs, mask=keep)
    elif case["op"] == "HopfieldLayer":
        layer = HopfieldLayer(
            quantity=h["quantity"],
            lookup_weights_as_separated=h.get("lookup_weights_as_separated", False),
            stored_pattern_size=h.get("stored_pattern_size"),
            pattern_projection_size=h.get("pattern_projection_size"),
            dtype="float64",
            **o
        )
        layer.build(x["x"].shape)
        layer.stored_patterns.assign(w["lookup_weights"][0])
        if "target_weights" in w:
            layer.target_patterns.assign(w["target_weights"][0])
        assign(layer._core, w, "hopfield.")
        y = layer(x["x"])
    else:
        decoder = case["op"] == "HopfieldDecoderLayer"
        layer = (HopfieldDecoderLayer if decoder else HopfieldEncoderLayer)(
            feed_forward_size=h["dim_feedforward"], feed_forward_activation=h["activation"], n_heads=h["num_heads"], dtype="float64"
        )
        inputs = [x["tgt"], x["memory"]] if decoder else x["src"]
        layer.build([a.shape for a in inputs] if decoder else inputs.shape)
        if decoder:
            assign(layer._self, w, "hopfield_association_self.")
            assign(layer._cross, w, "hopfield_association_cross.")
            norms = [(layer.norm_self, "norm_residual_self"), (layer.norm_cross, "norm_residual_cross")]
        else:
            assign(layer._core, w, "hopfield_association.")
            norms = [(layer.norm_residual, "norm_residual")]
        for (gamma, beta), name in norms + [(layer.norm_output, "norm_output")]:
            gamma.assign(w[name + ".weight"])
            beta.assign(w[name + ".bias"])
        layer.w1.assign(w["linear_residual.weight"].T)
        layer.b1.assign(w["linear_residual.bias"])
        layer.w2.assign(w["linear_output.weight"].T)
        layer.b2.assign(w["linear_output.bias"])
        y = layer(inputs)
    close(y, array(case["outputs"]["y"]), case["tolerance"])


ENTMAX = [c for c in CASES if c["group"] == "entmax" and not c["quirk"]]


@pytest.mark.parametrize("case", ENTMAX, ids=lambda c: c["name"])
def test_separation_matches_the_original(case):
    op = {"softmax": "softmax", "sparsemax": "sparsemax", "entmax15": "entmax15", "alpha_entmax": "entmax"}.get(case["op"])
    dim = case["hyper"].get("dim", -1)
    key = next(iter(case["inputs"]))
    x = array(case["inputs"][key])
    if op is None or dim not in (-1, x.ndim - 1):
        pytest.skip("not a separation of the Keras layers, or another axis")
    keep = np.isfinite(x).astype("float64")
    x = np.where(keep > 0, x, 0.0)
    extra = {}
    if op == "entmax":
        alpha = case["hyper"].get("alpha")
        if not isinstance(alpha, (int, float)):
            pytest.skip("alpha as a tensor is not an option of the Keras layers")
        extra["alpha"] = float(alpha)
    y = separations._BY_NAME[op](K.convert(x), K.convert(keep), **extra)
    close(y, array(case["outputs"]["y"]), case["tolerance"])
    if K.MAJOR == 2 and case.get("input_grads", {}).get(key):
        import tensorflow as tf

        v = tf.Variable(x)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(separations._BY_NAME[op](v, K.convert(keep), **extra) * array(case["grad_out"]["y"] if "y" in case["grad_out"] else case["grad_out"]))
        close(tape.gradient(loss, v), array(case["input_grads"][key]), max(case["tolerance"], 1e-8))
