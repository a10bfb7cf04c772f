package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import java.util.List;

/** The options of {@link VitTraining}, apart from it so that showing them does not load ND4J. */
final class VitOptions {
  /** Option of a comparison: its units. */
  static final String STUDY_UNITS = "units";

  /** Option of a comparison: trainings of each. */
  static final String REPEATS = "repeats";

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
        ExperimentOption.choices(
            "unit",
            "none",
            AssociationTexts.units(),
            "forgetting of keys (LwPF), one for all blocks, or one for each"),
        ExperimentOption.number(
            "sigma", 0.01, 0, 1_000, "of the noise of the pfu's threshold in training"),
        ExperimentOption.choices(
            "separation",
            "softmax",
            AssociationTexts.commonSeparations(),
            "of the association, one for all blocks, or one for each"),
        ExperimentOption.number(
            "beta", 0, 0, 1e9, "inverse temperature; 0: 1 / sqrt of a head's width"),
        ExperimentOption.integer("update-steps", 0, 0, 100, "update steps of the association"),
        ExperimentOption.choice(
            "block",
            "vit",
            List.of("vit", "encoder"),
            "vit: timm's block; encoder: HopfieldEncoderLayer, normalised after each residual"),
        ExperimentOption.text(
            "from",
            "",
            "a model whose weights training begins with: width, depth, heads, patch, block, unit,"
                + " separation, beta, update steps and image size are its own; the head is new where classes differ"),
        ExperimentOption.flag("freeze", false, "trains the head alone, on the weights of --from"),
        ExperimentOption.integer("epochs", 10, 1, 1_000_000, "passes over the training images"),
        ExperimentOption.integer("batch-size", 64, 1, 1_000_000, "images of a batch"),
        ExperimentOption.integer(
            "accumulate", 1, 1, 100_000, "batches of an update, whose gradients are averaged"),
        ExperimentOption.number("learning-rate", 1e-3, 1e-9, 10, "highest learning rate"),
        ExperimentOption.number("weight-decay", 0.05, 0, 10, "decoupled weight decay"),
        ExperimentOption.number("warm-up", 0.1, 0, 0.9, "share of updates with a rising rate"),
        ExperimentOption.number("clip", 1, 0, 1e9, "greatest norm of a gradient; 0: any"),
        ExperimentOption.number("smoothing", 0, 0, 0.9, "label smoothing"),
        ExperimentOption.number("dropout", 0, 0, 0.9, "dropout in the blocks"),
        ExperimentOption.number("stochastic-depth", 0, 0, 0.9, "of the last block"),
        ExperimentOption.number("average", 0, 0, 0.99999, "decay of averaged weights; 0: none"),
        ExperimentOption.flag("augment", true, "shifts, and flips of colour images, in training"),
        ExperimentOption.integer(
            "rand-augment", 0, 0, 100, "operations of RandAugment on each image in training"),
        ExperimentOption.number("magnitude", 9, 0, 30, "of RandAugment's operations"),
        ExperimentOption.number(
            "mixup", 0, 0, 100, "images are mixed with others by a share of Beta(a, a); 0: not"),
        ExperimentOption.number(
            "cutmix", 0, 0, 100, "rectangles of others by a share of Beta(a, a); 0: none"),
        ExperimentOption.integer(
            "workers",
            1,
            0,
            256,
            "threads that prepare batches while the network trains; any number: the same result"),
        ExperimentOption.text("checkpoint", "", "file to go on from if it is there"));
  }

  /** Those of a comparison of several trainings, see {@link VitStudy}. */
  static List<ExperimentOption> study() {
    return List.of(
        ExperimentOption.choices(
            STUDY_UNITS,
            "",
            AssociationTexts.units(),
            "compares units, each with the first; none: trains --unit"),
        ExperimentOption.integer(
            REPEATS, 1, 1, 1_000, "trainings of each, with the given seed and those after it"));
  }
}
