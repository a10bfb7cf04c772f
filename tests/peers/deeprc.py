"""DeepRC's architecture in PyTorch, for timings beside ours (RepertoireSpeed.java): one-hot residues and position features, Conv1d, SELU and
maximum, attention network, the top tenth by logit without gradient in chunks of 50,000, softmax pooling, linear output.

Written from the description in the paper (Widrich et al., NeurIPS 2020). Usage: deeprc.py predict|train [SEQUENCES] [ROUNDS]
"""
import sys
import time

import torch
from torch import nn

KERNEL, KERNELS, UNITS, TOP, CHUNK, LONGEST = 9, 32, 32, 0.1, 50_000, 20


class DeepRC(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(23, KERNELS, KERNEL)
        self.attention = nn.Sequential(nn.Linear(KERNELS, UNITS), nn.SELU(), nn.Linear(UNITS, UNITS), nn.SELU(), nn.Linear(UNITS, 1))
        self.output = nn.Linear(KERNELS, 1)

    def embed(self, codes, lengths):
        n = codes.shape[0]
        x = torch.zeros(n, LONGEST, 23)
        there = codes >= 0
        x[..., :20].scatter_(2, codes.clamp(min=0).unsqueeze(2).long(), there.unsqueeze(2).float())
        j = torch.arange(LONGEST).unsqueeze(0)
        last = (lengths - 1).clamp(min=1).unsqueeze(1)
        t = (0.5 - j / last).abs() * 2
        first = j < (lengths.unsqueeze(1) + 1) // 2
        x[..., 20] = torch.where(first & there, t, 0.0)
        x[..., 21] = torch.where(there, 1 - t, 0.0)
        x[..., 22] = torch.where(~first & there, t, 0.0)
        return nn.functional.selu(self.conv(x.transpose(1, 2))).amax(2)

    def top(self, codes, lengths):
        logits = []
        with torch.no_grad():
            for a in range(0, len(codes), CHUNK):
                logits.append(self.attention(self.embed(codes[a:a + CHUNK], lengths[a:a + CHUNK])).squeeze(1))
        return torch.topk(torch.cat(logits), max(1, int(TOP * len(codes)))).indices

    def forward(self, codes, lengths):
        kept = self.top(codes, lengths)
        e = self.embed(codes[kept], lengths[kept])
        a = torch.softmax(self.attention(e), 0)
        return self.output((a * e).sum(0, keepdim=True))


def sequences(n):
    g = torch.Generator().manual_seed(1)
    lengths = torch.randint(12, LONGEST + 1, (n,), generator=g)
    codes = torch.randint(0, 20, (n, LONGEST), generator=g, dtype=torch.int8)
    codes[torch.arange(LONGEST).unsqueeze(0) >= lengths.unsqueeze(1)] = -1
    return codes, lengths


what = sys.argv[1]
n = int(sys.argv[2]) if len(sys.argv) > 2 else (1_000_000 if what == "predict" else 10_000)
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else (1 if what == "predict" else 10)
torch.set_num_threads(2)
torch.manual_seed(1)
model = DeepRC()
codes, lengths = sequences(n)
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
label = torch.ones(1, 1)
times = []
for r in range(rounds + 1):
    start = time.perf_counter()
    if what == "predict":
        with torch.no_grad():
            torch.sigmoid(model(codes, lengths))
    else:
        adam.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(model(codes, lengths), label).backward()
        adam.step()
    if r > 0 or what == "predict":
        times.append(time.perf_counter() - start)
times.sort()
print(f"torch {what} {n} sequences: median {1000 * times[len(times) // 2]:.1f} ms, {n / times[len(times) // 2]:,.0f} sequences/s")
