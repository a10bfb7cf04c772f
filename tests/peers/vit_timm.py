"""Vision Transformers beside timm's on this machine, in turns: forward, forward and backward, plain and with the PFU of LwPF.

    python vit_timm.py TORCH_ENV [--model tiny|base] [--batch N] [--rounds N] [--seconds S] [--classpath CP]

224 x 224, patch 16, random weights; PyTorch and we have 2 threads. Forward: timm in eval mode under inference_mode, ours by output().
Forward and backward: cross-entropy and the gradients of all weights, no update. The PFU of both has the median of all scores as threshold and
noise of sigma 0.01; timm's block is given the original's attention, which cannot use fused kernels. Medians over all rounds; ratio: timm /
ours. CP is that of the command line (`cli/target/lib/*` after a build).
"""

import argparse
import json
import os
import statistics
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


def timm_side(name, unit, both, batch, seconds):
    import timm
    import torch

    torch.set_num_threads(2)
    torch.manual_seed(1)
    model = timm.create_model(MODELS[name])
    if unit == "pfu":
        for block in model.blocks:
            forgetting(block.attn)
    x, y = torch.randn(batch, 3, 224, 224), torch.randint(1000, (batch,))
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
    ap.add_argument("--classpath", default=os.path.join(ROOT, "cli/target/lib/*"))
    args = ap.parse_args()
    malloc = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "268435456", "MALLOC_TRIM_THRESHOLD_": "536870912"}
    python = f"{args.torch_env}/bin/python"
    rows = []
    for unit in args.units.split(","):
        for both in (False, True):
            times = {"timm": [], "ours": []}
            for _ in range(args.rounds):
                code = f"import vit_timm; vit_timm.timm_side({args.model!r}, {unit!r}, {both}, {args.batch}, {args.seconds})"
                times["timm"] += run([python, "-c", code], PYTHONPATH=HERE)[0]
                java = ["java", "-Xmx3g", "-cp", args.classpath, f"{HERE}/VitTimes.java", args.model, unit, str(both).lower(),
                        str(args.batch), str(args.seconds)]
                times["ours"] += run(java, **malloc)[0]
            median = {who: statistics.median(ms) for who, ms in times.items()}
            rows.append({
                "model": f"{args.model}, batch {args.batch}", "unit": unit, "what": "forward + backward" if both else "forward",
                "median_ms": {who: round(ms, 1) for who, ms in median.items()}, "runs": {who: len(ms) for who, ms in times.items()},
                "ratio": round(median["timm"] / median["ours"], 2)})
            print(json.dumps(rows[-1]), flush=True)


if __name__ == "__main__":
    main()
