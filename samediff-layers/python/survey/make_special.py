"""Writes what is special about files and not about layers: half precision, quantised models, names that are not ASCII, weights alone.

    python make_special.py OUT.zip

For Keras 3. Each NAME gives NAME.keras and NAME.h5 and one NAME.json as make_survey.py does.
"""

import json
import os
import pathlib
import sys
import tempfile
import zipfile

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers as L

from make_survey import array

X = np.arange(12, dtype="float32").reshape(2, 6) / 10


def small():
    return keras.Sequential([keras.Input((6,)), L.Dense(5, activation="relu"), L.Dense(3)])


def put(folder, name, model):
    y = np.asarray(model(X)).astype("float32")
    for form in ("keras", "h5"):
        model.save(str(folder / (name + "." + form)))
    record = {"group": "special", "class": name, "option": "", "inputs": [array(X)], "outputs": [array(y)]}
    (folder / (name + ".json")).write_text(json.dumps(record))


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for policy in ("bfloat16", "float16", "mixed_bfloat16", "mixed_float16", "float64"):
            keras.config.set_dtype_policy(policy)
            put(folder, policy, small())
        keras.config.set_dtype_policy("float32")
        for mode in ("int8", "int4", "float8"):
            model = small()
            model.quantize(mode)
            put(folder, mode, model)
        i = keras.Input((6,))
        put(folder, "names", keras.Model(i, L.Dense(2, name="größe")(L.Dense(4, name="層")(i))))
        small().save_weights(str(folder / "alone.weights.h5"))
        with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
            for f in sorted(folder.iterdir()):
                info = zipfile.ZipInfo(f.name, (2020, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                z.writestr(info, f.read_bytes())


if __name__ == "__main__":
    main()
