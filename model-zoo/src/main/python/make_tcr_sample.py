"""Makes the receptor sample of the repertoire experiment.

Usage: make_tcr_sample.py FOLDER OUT
FOLDER holds background.tsv.gz and epitope_specific.tsv.gz, written from the data of tcrdist3 0.3 (MIT licence): columns junction_aa
and, in the second, epitope. OUT receives background.txt.gz (40,000 distinct sequences) and specific.txt.gz (those of one epitope), one
sequence a line.
"""
import gzip
import random
import sys

EPITOPE = "HTTDPSFLGRY"
BACKGROUND = 40_000
SPECIFIC = 4_000
RESIDUES = set("ACDEFGHIKLMNPQRSTVWY")


def rows(path):
    with gzip.open(path, "rt") as f:
        header = next(f).rstrip("\n").split("\t")
        for line in f:
            yield dict(zip(header, line.rstrip("\n").split("\t")))


def usable(sequence):
    return 8 <= len(sequence) <= 30 and set(sequence) <= RESIDUES


def write(path, sequences):
    with open(path, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
        f.write(("\n".join(sequences) + "\n").encode("ascii"))


folder, out = sys.argv[1:]
rng = random.Random(1)
specific = sorted({r["junction_aa"] for r in rows(folder + "/epitope_specific.tsv.gz") if r["epitope"] == EPITOPE and usable(r["junction_aa"])})
background = sorted({r["junction_aa"] for r in rows(folder + "/background.tsv.gz") if usable(r["junction_aa"])} - set(specific))
write(out + "/background.txt.gz", sorted(rng.sample(background, BACKGROUND)))
write(out + "/specific.txt.gz", sorted(rng.sample(specific, min(SPECIFIC, len(specific)))))
print(len(background), len(specific))
