"""Writes samediff-layers/src/test/resources/hflayers/hflayers.safetensors: state dicts of hflayers' modules as PyTorch saves
them, with an input (the decoder: and a memory) and the module's output for it. PEERS/bin/python hflayers_fixture.py FILE"""

import sys

import torch
from safetensors.torch import save_file

import difflayers
from difflayers.transformer import HopfieldDecoderLayer, HopfieldEncoderLayer

torch.manual_seed(7)
CASES = {
    "hopfield": difflayers.Hopfield(input_size=6, hidden_size=4, num_heads=2, update_steps_max=2),
    "pooling": difflayers.HopfieldPooling(input_size=6, hidden_size=3, num_heads=2, quantity=2),
    "lookup": difflayers.HopfieldLayer(input_size=6, hidden_size=3, num_heads=2, quantity=5, lookup_weights_as_separated=True),
    "encoder": HopfieldEncoderLayer(difflayers.Hopfield(input_size=6, num_heads=2), dim_feedforward=7, dropout=0.0),
    "decoder": HopfieldDecoderLayer(
        difflayers.Hopfield(input_size=6, num_heads=2), difflayers.Hopfield(input_size=6, hidden_size=4, stored_pattern_size=5,
                                                                           pattern_projection_size=5),
        dim_feedforward=7, dropout=0.0),
}
tensors = {}
for name, module in CASES.items():
    module.double().eval()
    with torch.no_grad():
        for parameter in module.parameters():  # fresh weights are so small that every output looks alike
            parameter.add_(torch.randn_like(parameter) * 0.3)
        x = torch.randn(2, 4, 6, dtype=torch.float64)
        memory = [torch.randn(2, 3, 5, dtype=torch.float64)] if name == "decoder" else []
        y = module(x, *memory)
    tensors |= {f"{name}.state.{key}": value.contiguous() for key, value in module.state_dict().items() if value is not None}
    tensors |= {f"{name}.io.memory": m for m in memory}
    tensors |= {f"{name}.io.x": x, f"{name}.io.y": y.contiguous()}
tensors["types.bf16"] = torch.tensor([[1.5, -2.0]], dtype=torch.bfloat16)
tensors["types.bool"] = torch.tensor([True, False, True])
tensors["types.i64"] = torch.tensor(-(2**40))
tensors["types.f16"] = torch.zeros(0, 3, dtype=torch.float16)
save_file(tensors, sys.argv[1], metadata={"format": "pt"})
