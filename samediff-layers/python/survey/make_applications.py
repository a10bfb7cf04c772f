"""Writes models of keras.applications with random weights and the smallest images that they take, for KerasSurvey to import.

    python make_applications.py --out DIR [--only NAME ...]

Each NAME gives NAME.keras (Keras 3) or NAME.h5 (Keras 2) and NAME.json as make_survey.py does. The files are 10 to 200 MB each: not committed.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy as np

import registry
from make_survey import array, randomise

SIZES = {
    "MobileNet": 32, "MobileNetV2": 32, "MobileNetV3Small": 32, "ResNet50": 32, "ResNet50V2": 32, "DenseNet121": 32, "EfficientNetB0": 32,
    "EfficientNetV2B0": 32, "Xception": 71, "NASNetMobile": 32, "ConvNeXtTiny": 32, "VGG16": 32, "InceptionV3": 75,
}


def calm(model, rng):
    """Weights under which a hundred layers neither vanish nor explode."""
    values = []
    for v in model.weights:
        name = getattr(v, "path", v.name)
        w = np.asarray(v.numpy())
        shape = w.shape
        if "variance" in name:
            w = (0.5 + rng.random(shape)).astype("float32")
        elif "mean" in name or "beta" in name or "bias" in name:
            w = (0.1 * rng.standard_normal(shape)).astype("float32")
        elif "gamma" in name:
            w = (0.8 + 0.4 * rng.random(shape)).astype("float32")
        elif w.dtype.kind == "f" and len(shape) > 1:
            depthwise = "depthwise" in name
            fan = np.prod(shape[:-2]) if depthwise else np.prod(shape[:-1])
            w = (rng.standard_normal(shape) * np.sqrt(1.5 / fan)).astype("float32")
        values.append(w)
    model.set_weights(values)
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="*")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    keras = registry.keras
    for name, size in SIZES.items():
        if args.only and name not in args.only or (args.out / (name + ".json")).exists():
            continue
        start = time.time()
        keras.backend.clear_session()
        try:
            model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=10)
        except Exception as e:
            print("skipped", name, str(e).splitlines()[0][:200])
            continue
        rng = np.random.default_rng(7)
        calm(model, rng)
        x = (rng.random((2, size, size, 3)) * 255 if "Efficient" in name or "ConvNeXt" in name or "V3Small" in name else rng.standard_normal((2, size, size, 3))).astype("float32")
        y = np.asarray(model(x, training=False))
        inner = keras.Model(model.inputs, model.layers[-2].output)
        hidden = np.asarray(inner(x, training=False))
        model.save(str(args.out / (name + (".keras" if registry.THREE else ".h5"))))
        record = {"keras": "", "group": "application", "class": name, "option": "", "weights": len(model.weights), "inputs": [array(x)], "outputs": [array(y)]}
        (args.out / (name + ".json")).write_text(json.dumps(record))
        print(name, model.count_params(), "spread of the last hidden layer %.3g, of the output %.3g" % (hidden.std(), y.std()), "%.0f s" % (time.time() - start))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
