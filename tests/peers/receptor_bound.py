"""What a classifier of single receptors reaches that is told which training receptors are specific to an epitope: a bound for what a
classifier of repertoires, which isn't told, can find of receptors that it has not seen.

Half of the specific and half of the background receptors train an L2 logistic regression on residues by position from either end, plain and
gapped k-mers of 2 to 5, length and, with "genes", V and J genes and their pairs with residues. The other halves make repertoires of 10,000, of
which a share is specific. Printed: the share of specific ones among the 50 receptors with the highest score of a positive repertoire, and the
AUC of repertoires by the mean of their 50 highest scores.

Usage: receptor_bound.py FOLDER EPITOPE cdr3|genes [SEED]
FOLDER holds background.tsv.gz and epitope_specific.tsv.gz (junction_aa, v_call, j_call; the latter with epitope). Needs scikit-learn.
"""
import gzip
import random
import sys

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

SIZE, TOP, REPERTOIRES, PENALTY = 10_000, 50, 100, 0.03
SHARES = (0.01, 0.005, 0.001, 0.0005)
RESIDUES = set("ACDEFGHIKLMNPQRSTVWY")


def read(path, epitope=None):
    receptors = {}
    with gzip.open(path, "rt") as file:
        names = next(file).rstrip("\n").split("\t")
        for line in file:
            row = dict(zip(names, line.rstrip("\n").split("\t")))
            sequence = row["junction_aa"]
            if set(sequence) <= RESIDUES and 0 < len(sequence) <= 40 and epitope in (None, row.get("epitope")):
                receptors.setdefault(sequence, (sequence, row["v_call"].split("*")[0], row["j_call"].split("*")[0]))
    return receptors


def features(receptor, genes):
    s, v, j = receptor
    n = len(s)
    found = [f"length {n}"]
    for i in range(n):
        found += [f"from start {i}{s[i]}", f"from end {n - i}{s[i]}", f"of {n} at {i}{s[i]}"]
    for k in (2, 3, 4, 5):
        for i in range(n - k + 1):
            word = s[i:i + k]
            found += [word, f"start {i}{word}", f"end {n - i}{word}"]
    for k in (4, 5):
        for i in range(n - k + 1):
            for gap in range(1, k - 1):
                found.append(s[i:i + gap] + "." + s[i + gap + 1:i + k])
    if genes:
        found += [v, j, v + j, f"{v} length {n}", f"{v}{j} length {n}"]
        found += [f"{v} at {i}{s[i]}" for i in range(3, n - 3)] + [f"{v} has {s[i:i + 2]}" for i in range(3, n - 4)]
    return found


folder, epitope, genes = sys.argv[1], sys.argv[2], sys.argv[3] == "genes"
seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
specific = read(folder + "/epitope_specific.tsv.gz", epitope)
background = [r for s, r in read(folder + "/background.tsv.gz").items() if s not in specific]
specific = list(specific.values())
shuffle = random.Random(seed)
shuffle.shuffle(specific)
shuffle.shuffle(background)
s_half, b_half = len(specific) // 2, len(background) // 2
hasher = FeatureHasher(2 ** 20, input_type="string", alternate_sign=False)


def matrix(receptors):
    x = hasher.transform(features(r, genes) for r in receptors)
    x.data[:] = 1
    return x


model = LogisticRegression(C=PENALTY, solver="liblinear")
model.fit(matrix(specific[:s_half] + background[:b_half]), np.r_[np.ones(s_half), np.zeros(b_half)])
own = model.decision_function(matrix(specific[s_half:]))
other = model.decision_function(matrix(background[b_half:]))
single = roc_auc_score(np.r_[np.ones(len(own)), np.zeros(len(other))], np.r_[own, other])
print(f"{epitope} {sys.argv[3]}: {len(specific)} specific receptors; AUC of single receptors {single:.3f}")
draw = np.random.default_rng(seed)
for share in SHARES:
    implanted = round(share * SIZE)
    found, scores, labels = [], [], []
    for r in range(REPERTOIRES):
        count = implanted if r % 2 else 0
        bag = np.r_[draw.choice(own, count, replace=False), draw.choice(other, SIZE - count, replace=False)]
        top = np.argsort(-bag)[:TOP]
        if count:
            found.append(np.mean(top < count))
        scores.append(bag[top].mean())
        labels.append(r % 2)
    print(f"  {100 * share:g}%: {100 * np.mean(found):.0f}% of the {TOP} highest are specific; AUC of repertoires {roc_auc_score(labels, scores):.3f}", flush=True)
