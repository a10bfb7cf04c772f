package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import java.util.List;

/** The options of {@link VitTraining}, apart from it so that showing them does not load ND4J. */
final class VitOptions {
  /** Units of learning with partial forgetting. */
  static final List<String> UNITS = List.of("none", "relu", "pfu");

  private VitOptions() {}

  static List<ExperimentOption> all() {
    return List.of(
        ExperimentOption.integer("width", 64, 1, 16_384, "numbers of a token"),
        ExperimentOption.integer("depth", 4, 1, 1_000, "blocks"),
        ExperimentOption.integer("heads", 4, 1, 1_024, "heads of a block"),
        ExperimentOption.integer(
            "patch",
            0,
            0,
            1_024,
            "pixels of a patch's side; 0: 7, or 4 if 7 does not divide the image"),
        ExperimentOption.integer(
            "image-size", 64, 4, 4_096, "of folders of images: pixels of a side after resizing"),
        ExperimentOption.choice(
            "damaged",
            "stop",
            List.of("stop", "skip"),
            "of folders of images: end at one that cannot be read, or leave it out and list it"),
        ExperimentOption.choice("unit", "none", UNITS, "forgetting of keys (LwPF)"),
        ExperimentOption.number(
            "sigma", 0.01, 0, 1_000, "of the noise of the pfu's threshold in training"),
        ExperimentOption.choice(
            "separation",
            "softmax",
            List.of("softmax", "sparsemax", "entmax15"),
            "separation of the association"),
        ExperimentOption.integer("update-steps", 0, 0, 100, "update steps of the association"),
        ExperimentOption.text(
            "from",
            "",
            "a model whose weights training begins with: width, depth, heads, patch, unit, separation"
                + " and image size are its own; the head is new where classes differ"),
        ExperimentOption.flag("freeze", false, "trains the head alone, on the weights of --from"),
        ExperimentOption.integer("epochs", 10, 1, 1_000_000, "passes over the training images"),
        ExperimentOption.integer("batch-size", 64, 1, 1_000_000, "images of an update"),
        ExperimentOption.number("learning-rate", 1e-3, 1e-9, 10, "highest learning rate"),
        ExperimentOption.number("weight-decay", 0.05, 0, 10, "decoupled weight decay"),
        ExperimentOption.number("warm-up", 0.1, 0, 0.9, "share of updates with a rising rate"),
        ExperimentOption.number("clip", 1, 0, 1e9, "greatest norm of a gradient; 0: any"),
        ExperimentOption.number("smoothing", 0, 0, 0.9, "label smoothing"),
        ExperimentOption.number("dropout", 0, 0, 0.9, "dropout in the blocks"),
        ExperimentOption.number("stochastic-depth", 0, 0, 0.9, "of the last block"),
        ExperimentOption.number("average", 0, 0, 0.99999, "decay of averaged weights; 0: none"),
        ExperimentOption.flag("augment", true, "shifts, and flips of colour images, in training"),
        ExperimentOption.number(
            "mixup", 0, 0, 100, "images are mixed with others by a share of Beta(a, a); 0: not"),
        ExperimentOption.number(
            "cutmix", 0, 0, 100, "rectangles of others by a share of Beta(a, a); 0: none"),
        ExperimentOption.text("checkpoint", "", "file to go on from if it is there"));
  }
}
