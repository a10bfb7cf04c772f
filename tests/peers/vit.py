"""Predictions of a ViT-Tiny in TensorFlow beside those of the same model imported, interleaved.

    python vit.py KERAS_ENV [--rounds N] [--seconds S] [--blocks N] [--size N] [--batch N] [--classpath CP]

The model is written by the Keras of KERAS_ENV with random weights and saved as `.keras`: 224 x 224 x 3, patch 16, class token, 12
blocks of width 192 with 3 heads, MLP of 768 with gelu, 1000 classes. TensorFlow runs it as a `tf.function`, with and without XLA; we
import it (`HopfieldKerasImport`) and ask a `Predictor` with one worker. Both have 2 threads and the same batch. Medians over all rounds
of one run on one machine; the ratio is the faster TensorFlow / ours. The outputs are compared in each round. CP is that of the command
line (`cli/target/lib/*` after a build).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHON = os.path.join(ROOT, "samediff-layers", "python", "src")


def vit(keras, hop, blocks, size):
    layers = keras.layers
    width, heads, patch = 192, 3, 16
    i = keras.Input((size, size, 3))
    x = layers.Conv2D(width, patch, strides=patch, name="patches")(i)
    x = layers.Reshape(((size // patch) ** 2, width))(x)
    x = hop.PositionEmbedding()(hop.ClassToken()(x))
    for b in range(blocks):
        h = layers.LayerNormalization(epsilon=1e-6)(x)
        x = layers.Add()([x, layers.MultiHeadAttention(heads, width // heads, name=f"attention_{b}")(h, h)])
        h = layers.LayerNormalization(epsilon=1e-6)(x)
        h = layers.Dense(4 * width, activation="gelu")(h)
        x = layers.Add()([x, layers.Dense(width)(h)])
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    x = layers.Flatten()(layers.Cropping1D((0, (size // patch) ** 2))(x))
    return keras.Model(i, layers.Dense(1000, name="classes")(x))


def write(folder, blocks, size, batch):
    """The model, an input and Keras's output."""
    import dl4j_hopfield_keras as hop
    import keras
    import numpy as np

    rng = np.random.default_rng(1)
    model = vit(keras, hop, blocks, size)
    model.set_weights([w + (0.02 * rng.standard_normal(w.shape)).astype("float32") for w in model.get_weights()])
    model.save(f"{folder}/vit.keras")
    x = rng.standard_normal((batch, size, size, 3)).astype("float32")
    np.save(f"{folder}/x.npy", x)
    np.save(f"{folder}/y.npy", np.asarray(model(x, training=False)))


def tensorflow(folder, xla, seconds):
    import dl4j_hopfield_keras  # noqa: F401, registers the layers
    import keras
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    model = keras.saving.load_model(f"{folder}/vit.keras")
    predict = tf.function(lambda x: model(x, training=False), jit_compile=xla)
    x = tf.constant(np.load(f"{folder}/x.npy"))
    for _ in range(5):
        y = predict(x).numpy()
    print("difference", np.abs(y - np.load(f"{folder}/y.npy")).max())
    end = time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        predict(x).numpy()
        print("ms", (time.perf_counter() - start) * 1e3)
        if time.perf_counter() >= end:
            return


def run(command, **more):
    env = dict(os.environ, OMP_NUM_THREADS="2", OMP_WAIT_POLICY="PASSIVE", **more)
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    lines = [line.split() for line in done.stdout.splitlines()]
    difference = [float(line[1]) for line in lines if line[:1] == ["difference"]]
    return [float(line[1]) for line in lines if line[:1] == ["ms"]], max(difference, default=0)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("keras_env")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--seconds", type=float, default=8, help="per round and side")
    ap.add_argument("--blocks", type=int, default=12)
    ap.add_argument("--size", type=int, default=224)
    ap.add_argument("--batch", type=int, default=8)
    ap.add_argument("--classpath", default=os.path.join(ROOT, "cli/target/lib/*"))
    args = ap.parse_args()
    keras = {"PYTHONPATH": f"{HERE}:{PYTHON}", "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    # what the launcher sets: memory that an op gave back is kept
    malloc = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "268435456", "MALLOC_TRIM_THRESHOLD_": "536870912"}
    python = f"{args.keras_env}/bin/python"
    times = {"tf.function": [], "tf.function, XLA": [], "ours": []}
    differences = dict.fromkeys(times, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        run([python, "-c", f"import vit; vit.write({folder!r}, {args.blocks}, {args.size}, {args.batch})"], **keras)
        for _ in range(args.rounds):
            for who in times:
                if who == "ours":
                    java = ["java", "-Xmx3g", "-cp", args.classpath, f"{HERE}/VitPredict.java", folder, str(args.seconds)]
                    ms, difference = run(java, **malloc)
                else:
                    code = f"import vit; vit.tensorflow({folder!r}, {who.endswith('XLA')}, {args.seconds})"
                    ms, difference = run([python, "-c", code], **keras)
                times[who] += ms
                differences[who] = max(differences[who], difference)
    median = {who: statistics.median(ms) for who, ms in times.items()}
    theirs = min(median["tf.function"], median["tf.function, XLA"])
    print(json.dumps({
        "model": f"ViT-Tiny {args.size}, {args.blocks} blocks, batch {args.batch}",
        "median_ms": {who: round(ms, 1) for who, ms in median.items()},
        "runs": {who: len(ms) for who, ms in times.items()},
        "largest_difference": differences,
        "ratio": round(theirs / median["ours"], 2),
    }))


if __name__ == "__main__":
    main()
