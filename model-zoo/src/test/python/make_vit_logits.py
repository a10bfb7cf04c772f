"""Logits and gradients of timm's Vision Transformers with weights that a formula gives, for VitLogitsTest.

    python make_vit_logits.py FILE.json.gz

ViT-Ti/16 at 224, plain and with LwPF's units (ReLU; PFU with the median of all scores, without noise), and ViT-S/16 whose positions timm
interpolates from 224 to 256 x 192. Needs timm and torch. The number at a place i of the array k (timm's names, sorted) is
value(k, i), scaled as scale() says; the images are array -1. Logits in full; of each gradient of the summed cross-entropy the largest
size and some entries. Weights and images are of floats, everything is computed in double.
"""
import gzip
import json
import math
import sys

import numpy as np
import timm
import torch
from timm.models.vision_transformer import checkpoint_filter_fn

SAMPLES = 16
MASK = np.uint64(0xFFFFFFFF)


def value(k, count):
    """Numbers from -1 to 1 by mixing the bits of place and array."""
    h = (np.arange(count, dtype=np.uint64) * np.uint64(2654435761) + np.uint64((k + 1) * 40503)) & MASK
    h ^= h >> np.uint64(16)
    h = (h * np.uint64(2246822519)) & MASK
    h ^= h >> np.uint64(13)
    h = (h * np.uint64(3266489917)) & MASK
    h ^= h >> np.uint64(16)
    return h.astype(np.float64) / 2**31 - 1


def scaled(name, shape, k):
    v = value(k, math.prod(shape)).reshape(shape)
    if "norm" in name and name.endswith("weight"):
        v = 1 + 0.2 * v
    elif name.endswith("bias"):
        v = 0.1 * v
    elif name in ("cls_token", "pos_embed"):
        v = 0.5 * v
    else:
        v = v * math.sqrt(6 / math.prod(shape[1:]))
    return torch.tensor(v, dtype=torch.float32).double()


def filled(model):
    names = sorted(model.state_dict())
    return {name: scaled(name, tuple(model.state_dict()[name].shape), k) for k, name in enumerate(names)}


def images(height, width):
    return torch.tensor(1.5 * value(-1, 2 * 3 * height * width).reshape(2, 3, height, width), dtype=torch.float32).double()


def forgetting(attention, unit):
    def forward(x, *_, **__):
        b, n, c = x.shape
        q, k, v = attention.qkv(x).reshape(b, n, 3, attention.num_heads, attention.head_dim).permute(2, 0, 3, 1, 4)
        scores = attention.scale * q @ k.transpose(-2, -1)
        threshold = scores.median() if unit == "pfu" else torch.zeros((), dtype=scores.dtype)
        kept = scores > threshold
        weights = torch.where(kept, scores, threshold).softmax(-1) * kept
        return attention.proj((weights @ v).transpose(1, 2).reshape(b, n, c))

    attention.forward = forward


def answer(model, x, gradients):
    model.eval()
    logits = model(x)
    result = {"logits": [float(f"{v:.8g}") for v in logits.detach().flatten().tolist()]}
    if gradients:
        torch.nn.functional.cross_entropy(logits, torch.tensor([3, 700]), reduction="sum").backward()
        result["gradients"] = {}
        for k, (name, p) in enumerate(sorted(model.named_parameters())):
            flat = p.grad.flatten()
            places = [int(i) for i in ((value(1000 + k, SAMPLES) + 1) / 2 * flat.numel())]
            entries = {i: float(f"{flat[i].item():.7g}") for i in places}
            result["gradients"][name] = {"largest": flat.abs().max().item(), "entries": entries}
    return result


def main():
    torch.set_num_threads(2)
    found = {}
    for unit in ("none", "relu", "pfu"):
        model = timm.create_model("vit_tiny_patch16_224").double()
        model.load_state_dict(filled(model))
        if unit != "none":
            for block in model.blocks:
                forgetting(block.attn, unit)
        found[f"tiny {unit}"] = answer(model, images(224, 224), True)
    square = timm.create_model("vit_small_patch16_224")
    model = timm.create_model("vit_small_patch16_224", img_size=(256, 192)).double()
    model.load_state_dict(checkpoint_filter_fn(filled(square), model))
    found["small 256x192"] = answer(model, images(256, 192), False)
    with gzip.GzipFile(sys.argv[1], "wb", mtime=0) as out:
        out.write(json.dumps({"timm": timm.__version__, "torch": torch.__version__, "answers": found}).encode())


main()
