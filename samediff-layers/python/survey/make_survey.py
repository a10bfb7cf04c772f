"""Writes the survey of models: typical networks, every standard layer by its options, operators, ways to train.

    python make_survey.py --out DIR [--formats h5,keras] [--only PART ...] [--kept]

Run it in an environment with the Keras to be surveyed (a tf.keras of 2.x or Keras 3). A model NAME gives NAME.h5 and NAME.keras and one
NAME.json: {"keras", "group": "network"|"layer"|"operator"|"training", "class", "option", "inputs", "outputs", "fit"?}, arrays as in
make_fixtures.py. "fit": labels, loss and outputs after `steps` steps of training on the inputs. Weights are drawn from a seeded
generator. The Java test KerasSurveyTest imports them all and counts; with --kept only those that are committed as fixtures are written.
"""

import argparse
import json
import os
import pathlib
import sys
import traceback
import zlib

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

import registry

F32 = "float32"


def array(a):
    a = np.asarray(a)
    return {"shape": list(a.shape), "data": [float("%.9g" % v) for v in a.ravel().astype("float64")]}


def randomise(model, rng):
    values = []
    for v in model.weights:
        name = getattr(v, "path", v.name)
        w = np.asarray(v.numpy() if hasattr(v, "numpy") else v)
        if w.dtype.kind != "f" or "seed" in name:
            values.append(w)
            continue
        shape = tuple(v.shape)
        w = rng.standard_normal(shape).astype(F32)
        fan = max(1, int(np.prod(shape[:-1]))) if len(shape) > 1 else 4
        w = w / np.sqrt(fan)
        if "variance" in name:
            w = np.abs(w) + 0.5
        elif "gamma" in name:
            w = w + 1.0
        values.append(w.astype(F32))
    model.set_weights(values)
    for layer in model.layers:
        if hasattr(layer, "finalize_state") and getattr(layer, "input_mean", None) is None:
            layer.finalize_state()  # as loading the file does


def as_list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def write(entry, out, formats):
    keras = registry.keras
    rng = np.random.default_rng(zlib.crc32(entry.name.encode()))
    keras.backend.clear_session()
    model = entry.build()
    if entry.weights == "random":
        randomise(model, rng)
    xs = [entry.draw(k, rng) for k in range(len(entry.inputs))]
    given = xs[0] if len(xs) == 1 else xs
    ys = [np.asarray(y) for y in as_list(model(given, training=False))]
    record = {
        "keras": getattr(keras, "__version__", None) or registry.version(),
        "group": entry.group,
        "class": entry.cls,
        "option": entry.option,
        "weights": len(model.weights),
        "inputs": [array(x) for x in xs],
        "outputs": [array(y) for y in ys],
    }
    if entry.fit:
        optimizer, loss, extra = entry.fit()
        model.compile(optimizer=optimizer, loss=loss, **extra)
    # .keras first: Keras 3 forgets the optimizer of a model that it has written as .h5
    written = []
    for form in sorted(formats, reverse=True):
        try:
            model.save(str(out / (entry.name + "." + form)))
            written.append(form)
        except Exception as e:  # Keras itself cannot write it so
            (out / (entry.name + "." + form)).unlink(missing_ok=True)
            print("not written", entry.name, form, str(e).splitlines()[0][:100])
    if not written:
        return
    if entry.fit:
        labels = [entry.labels(y, rng) for y in ys]
        t = labels[0] if len(labels) == 1 else labels
        losses = []
        for _ in range(entry.steps):
            loss = model.train_on_batch(given, t)
            losses.append(float(loss if np.isscalar(loss) else np.asarray(loss).ravel()[0]))
        after = as_list(model(given, training=False))
        record["fit"] = {
            "labels": [array(t) for t in labels],
            "losses": losses,
            "outputs": [array(np.asarray(y)) for y in after],
        }
    (out / (entry.name + ".json")).write_text(json.dumps(record, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--formats", default="h5,keras", type=lambda s: s.split(","))
    parser.add_argument("--only", nargs="*", help="parts of names")
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--new", action="store_true", help="leave what is there")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    entries = registry.all_entries()
    done = skipped = 0
    for entry in entries:
        if args.only and not any(o in entry.name for o in args.only) or args.kept and not entry.kept:
            continue
        if args.new and (args.out / (entry.name + ".json")).exists():
            continue
        try:
            write(entry, args.out, args.formats)
            done += 1
        except Exception as e:
            skipped += 1
            print("skipped", entry.name, type(e).__name__, str(e).strip().splitlines()[0][:140] if str(e).strip() else "")
            if os.environ.get("SURVEY_DEBUG"):
                traceback.print_exc()
        sys.stdout.flush()
    print(done, "models,", skipped, "skipped")


if __name__ == "__main__":
    main()
