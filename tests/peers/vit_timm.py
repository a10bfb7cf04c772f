"""Vision Transformers beside timm's, and ONNX Runtime's in Java, on this machine, in turns: forward, forward and backward, plain and with
the PFU of LwPF.

    python vit_timm.py TORCH_ENV [--model tiny|base] [--batch N] [--rounds N] [--seconds S] [--onnxruntime JAR] [--classpath CP]

224 x 224, patch 16, random weights that all sides load; every side has 2 threads. Forward: timm in eval mode under inference_mode, ours by
output(), ONNX Runtime by its Java API with all optimisations, of the model that torch.onnx exports (TORCH_ENV or PYTHONPATH must have
onnx and onnxscript). Forward and backward: cross-entropy and the gradients of all weights, no update. The PFU of both has the median of
all scores as threshold and noise of sigma 0.01; timm's block is given the original's attention, which cannot use fused kernels. In each
round the logits without unit are compared with timm's first; a difference above 1e-4 ends it. Medians over all rounds; ratio: the other /
ours. CP is that of the command line (`cli/target/lib/*` after a build); JAR is com.microsoft.onnxruntime:onnxruntime,
which `mvn -N dependency:copy -Dartifact=com.microsoft.onnxruntime:onnxruntime:1.29.0 -DoutputDirectory=target` brings to target.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time

from vit import HERE, ROOT, run

MODELS = {"tiny": "vit_tiny_patch16_224", "base": "vit_base_patch16_224"}


def forgetting(attention):
    import torch

    def forward(x, *_, **__):
        b, n, c = x.shape
        q, k, v = attention.qkv(x).reshape(b, n, 3, attention.num_heads, attention.head_dim).permute(2, 0, 3, 1, 4)
        scores = attention.scale * q @ k.transpose(-2, -1)
        threshold = scores.median()
        if attention.training:
            threshold = threshold + 0.01**2 * torch.randn(())
        kept = scores > threshold
        return attention.proj(((torch.where(kept, scores, threshold).softmax(-1) * kept) @ v).transpose(1, 2).reshape(b, n, c))

    attention.forward = forward


def prepare(folder, name, batch, onnx):
    """Weights, input and timm's logits; the model for ONNX Runtime if asked for."""
    import safetensors.torch
    import timm
    import torch

    torch.manual_seed(1)
    model = timm.create_model(MODELS[name]).eval()
    x = torch.randn(batch, 3, 224, 224)
    safetensors.torch.save_file(model.state_dict(), f"{folder}/model.safetensors")
    x.numpy().tofile(f"{folder}/x.bin")
    with torch.inference_mode():
        model(x).numpy().tofile(f"{folder}/logits.bin")
    if onnx:
        torch.onnx.export(model, (x,), f"{folder}/model.onnx", input_names=["x"], output_names=["y"], dynamo=True, verbose=False)


def timm_side(folder, name, unit, both, batch, seconds):
    import numpy as np
    import safetensors.torch
    import timm
    import torch

    torch.set_num_threads(2)
    torch.manual_seed(1)
    model = timm.create_model(MODELS[name])
    model.load_state_dict(safetensors.torch.load_file(f"{folder}/model.safetensors"))
    if unit == "pfu":
        for block in model.blocks:
            forgetting(block.attn)
    x = torch.from_numpy(np.fromfile(f"{folder}/x.bin", dtype=np.float32).reshape(batch, 3, 224, 224))
    y = torch.randint(1000, (batch,))
    model.train(both)

    def step():
        if not both:
            with torch.inference_mode():
                return model(x)
        model.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(x), y).backward()

    for _ in range(2):
        step()
    end = time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        step()
        print("ms", (time.perf_counter() - start) * 1e3)
        if time.perf_counter() >= end:
            return


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("torch_env")
    ap.add_argument("--model", default="tiny", choices=list(MODELS))
    ap.add_argument("--batch", type=int, default=8)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--seconds", type=float, default=4, help="per round and side")
    ap.add_argument("--units", default="none,pfu")
    ap.add_argument("--directions", default="forward,both")
    ap.add_argument("--onnxruntime", metavar="JAR")
    ap.add_argument("--classpath", default=os.path.join(ROOT, "cli/target/lib/*"))
    args = ap.parse_args()
    malloc = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "268435456", "MALLOC_TRIM_THRESHOLD_": "536870912"}
    path = {"PYTHONPATH": os.pathsep.join([HERE] + os.environ.get("PYTHONPATH", "").split(os.pathsep))}
    python = f"{args.torch_env}/bin/python"
    with tempfile.TemporaryDirectory() as folder:
        run([python, "-c", f"import vit_timm; vit_timm.prepare({folder!r}, {args.model!r}, {args.batch}, {bool(args.onnxruntime)})"], **path)
        for unit in args.units.split(","):
            for direction in args.directions.split(","):
                compare(args, folder, unit, direction == "both", python, path, malloc)


def compare(args, folder, unit, both, python, path, malloc):
    code = f"import vit_timm; vit_timm.timm_side({folder!r}, {args.model!r}, {unit!r}, {both}, {args.batch}, {args.seconds})"
    sides = {"timm": ([python, "-c", code], path)}
    if args.onnxruntime and unit == "none" and not both:
        command = ["java", "-cp", args.onnxruntime, f"{HERE}/VitOnnx.java", f"{folder}/model.onnx", folder, str(args.batch), "1000", str(args.seconds)]
        sides["onnxruntime"] = (command, {})
    sides["ours"] = (["java", "-Xmx3g", "-cp", args.classpath, f"{HERE}/VitTimes.java", args.model, unit, str(both).lower(),
                      str(args.batch), str(args.seconds), folder], malloc)
    times = {who: [] for who in sides}
    for _ in range(args.rounds):
        for who, (command, environment) in sides.items():
            ms, difference = run(command, **environment)
            if difference > 1e-4:
                sys.exit(f"{who}: logits differ from timm's by {difference}")
            times[who] += ms
    median = {who: statistics.median(ms) for who, ms in times.items()}
    print(json.dumps({
        "model": f"{args.model}, batch {args.batch}", "unit": unit, "what": "forward + backward" if both else "forward",
        "median_ms": {who: round(ms, 1) for who, ms in median.items()}, "runs": {who: len(ms) for who, ms in times.items()},
        "ratio": {who: round(ms / median["ours"], 2) for who, ms in median.items() if who != "ours"}}), flush=True)


if __name__ == "__main__":
    main()
