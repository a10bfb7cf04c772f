#!/usr/bin/env python3
"""Makes the 5,000-digit MNIST subset of the resource jar: 500 digits of each class, drawn from the training set.

Usage: make_mnist_subset.py FOLDER_WITH_MNIST OUT_FOLDER
FOLDER_WITH_MNIST holds train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz. Same input, same bytes out.
"""
import gzip
import pathlib
import random
import struct
import sys

PER_CLASS = 500
SEED = 20261122


def read(path, magic):
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    if struct.unpack(">I", data[:4])[0] != magic:
        sys.exit(f"{path}: expected magic number {magic}, found {data[:4].hex()}")
    shape = struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank])
    return shape, data[4 + 4 * rank :]


def write(path, magic, shape, body):
    raw = struct.pack(f">I{len(shape)}I", magic, *shape) + body
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as zipped:
        zipped.write(raw)


def main():
    source, out = map(pathlib.Path, sys.argv[1:3])
    shape, images = read(source / "train-images-idx3-ubyte.gz", 0x803)
    (count,), labels = read(source / "train-labels-idx1-ubyte.gz", 0x801)
    if count != shape[0] or shape[1:] != (28, 28):
        sys.exit(f"{source}: expected as many labels as 28x28 images, found {count} and {shape}")
    generator = random.Random(SEED)
    chosen = []
    for digit in range(10):
        of_class = [i for i in range(count) if labels[i] == digit]
        chosen += generator.sample(of_class, PER_CLASS)
    generator.shuffle(chosen)
    out.mkdir(parents=True, exist_ok=True)
    pixels = shape[1] * shape[2]
    write(
        out / "images-idx3-ubyte.gz",
        0x803,
        (len(chosen), shape[1], shape[2]),
        b"".join(images[i * pixels : (i + 1) * pixels] for i in chosen),
    )
    write(out / "labels-idx1-ubyte.gz", 0x801, (len(chosen),), bytes(labels[i] for i in chosen))


if __name__ == "__main__":
    main()
