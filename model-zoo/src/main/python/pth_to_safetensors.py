"""Turns a .pth file of PyTorch, such as torchvision's, into .safetensors.

    python pth_to_safetensors.py MODEL.pth MODEL.safetensors

Needs torch and safetensors. Only arrays are read (weights_only): a file that wants to run code is refused. A state dict inside of a
checkpoint is found under its usual names; arrays that share memory are written each. A file that has the first digits of its SHA-256 in its
name, as torchvision's have (vit_b_16-c867db91.pth), is refused before it is read if they differ.
"""
import hashlib
import re
import sys

import torch
from safetensors.torch import save_file

INSIDE = ("state_dict", "model_state_dict", "model_ema", "model", "module")


def state_dict(content):
    for _ in range(3):
        if not isinstance(content, dict):
            sys.exit(f"expected a state dict, found {type(content).__name__}")
        arrays = {name: value for name, value in content.items() if isinstance(value, torch.Tensor)}
        if arrays:
            return arrays
        inner = [key for key in INSIDE if isinstance(content.get(key), dict)]
        if not inner:
            break
        content = content[inner[0]]
    sys.exit(f"expected arrays, or a state dict as one of {', '.join(INSIDE)}, found the entries {list(content)[:10]}")


def check(path):
    named = re.search(r"-([0-9a-f]{8,64})\.pth$", path)
    if named is None:
        return
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    if not digest.hexdigest().startswith(named[1]):
        sys.exit(f"{path}: expected a file with SHA-256 {named[1]}..., as its name says, found {digest.hexdigest()}")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    check(sys.argv[1])
    arrays = state_dict(torch.load(sys.argv[1], map_location="cpu", weights_only=True))
    save_file({name: value.contiguous().clone() for name, value in arrays.items()}, sys.argv[2])
    print(f"wrote {len(arrays)} arrays to {sys.argv[2]}")


main()
