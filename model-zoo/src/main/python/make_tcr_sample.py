"""Makes the receptor sample of the repertoire experiment.

Usage: make_tcr_sample.py FOLDER OUT
FOLDER holds background.tsv.gz and epitope_specific.tsv.gz, written from the data of tcrdist3 0.3 (MIT licence): columns junction_aa,
v_call, j_call and, in the second, epitope. OUT receives background.txt.gz (40,000 distinct sequences) and specific.txt.gz (those of one
epitope): a sequence a line, with the V and the J gene, without allele, of its first row.
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


def gene(call):
    return call.split("*")[0]


def receptors(path, wanted=lambda row: True):
    """Genes of the first row of each sequence."""
    first = {}
    for r in rows(path):
        if usable(r["junction_aa"]) and wanted(r):
            first.setdefault(r["junction_aa"], (gene(r["v_call"]), gene(r["j_call"])))
    return first


def write(path, sequences, genes):
    with open(path, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
        for sequence in sequences:
            f.write("\t".join([sequence, *genes[sequence]]).encode("ascii") + b"\n")


folder, out = sys.argv[1:]
rng = random.Random(1)
of_epitope = receptors(folder + "/epitope_specific.tsv.gz", lambda r: r["epitope"] == EPITOPE)
of_background = receptors(folder + "/background.tsv.gz")
specific = sorted(of_epitope)
background = sorted(of_background.keys() - of_epitope.keys())
write(out + "/background.txt.gz", sorted(rng.sample(background, BACKGROUND)), of_background)
write(out + "/specific.txt.gz", sorted(rng.sample(specific, min(SPECIFIC, len(specific)))), of_epitope)
print(len(background), len(specific))
