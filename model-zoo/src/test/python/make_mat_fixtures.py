"""Writes the small .mat files of BagFilesTest. Needs scipy. Usage: make_mat_fixtures.py FOLDER"""

import pathlib
import sys

import numpy as np
from scipy import io, sparse

folder = pathlib.Path(sys.argv[1])
# bag 1: rows 0 and 2, positive; bag 2: row 1, negative; bag 7: row 3, negative
features = np.array([[0.5, 0, -3], [0, 2, 0], [1, 0, 0], [0, 0, 4.25]])
labels = np.array([[1.0, -1, 1, -1]])
ids = np.array([[1, 2, 1, 7]], dtype=np.uint8)

io.savemat(folder / "dense.mat", {"features": features, "labels": labels.T, "bag_ids": ids.T})
io.savemat(
    folder / "sparse.mat",
    {
        "comment": "the classic form",
        "features": sparse.csc_matrix(features),
        "labels": sparse.csc_matrix(labels),
        "bag_ids": ids,
    },
    do_compression=True,
)
io.savemat(folder / "no_labels.mat", {"features": features, "bags": ids, "labels": "text"})
