package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.CategoryCounts;
import io.github.dl4jhopfield.keras.layers.FixedAffine;
import io.github.dl4jhopfield.keras.layers.Operation;
import io.github.dl4jhopfield.keras.layers.OperationLayer;
import io.github.dl4jhopfield.keras.layers.ShapeChange;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;

/** What models have before their first trained layer: scaling, resizing, classes, augmentation. */
final class PreprocessingMappers {

  private static final List<String> AUGMENTATIONS =
      List.of(
          "RandomFlip",
          "RandomRotation",
          "RandomZoom",
          "RandomContrast",
          "RandomTranslation",
          "RandomBrightness",
          "RandomHeight",
          "RandomWidth",
          "RandomShear",
          "RandomHue",
          "RandomSaturation",
          "RandomSharpness",
          "RandomGrayscale",
          "RandomColorJitter",
          "RandomColorDegeneration",
          "RandomErasing",
          "RandomGaussianBlur",
          "RandomInvert",
          "RandomPerspective",
          "RandomPosterization",
          "RandomElasticTransform",
          "RandAugment",
          "AugMix",
          "CutMix",
          "MixUp");

  private PreprocessingMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("Rescaling", PreprocessingMappers::rescaling);
    m.put("Normalization", PreprocessingMappers::normalization);
    m.put("Resizing", PreprocessingMappers::resizing);
    m.put("CenterCrop", i -> crop(i, false));
    m.put("RandomCrop", i -> crop(i, true));
    m.put("CategoryEncoding", PreprocessingMappers::categories);
    m.put("Discretization", PreprocessingMappers::discretization);
    for (String name : AUGMENTATIONS) {
      m.put(name, CoreMappers::untrainedIdentity);
    }
  }

  private static double[] numbers(KerasLayerInfo i, String key) {
    JsonNode n = i.option(key);
    double[] values = new double[n.size()];
    for (int k = 0; k < values.length; k++) {
      if (!n.get(k).isNumber()) {
        throw i.error("option " + key + ": expected numbers, found " + KerasLayerInfo.shorten(n));
      }
      values[k] = n.get(k).doubleValue();
    }
    return values;
  }

  private static MappedLayer rescaling(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    boolean lists =
        i.option("scale") != null && i.option("scale").isArray()
            || i.option("offset") != null && i.option("offset").isArray();
    if (!lists) {
      return MappedLayer.of(
              ShapeChange.rescale(i.number("scale", 1), i.number("offset", 0)), i.inputShape())
          .passesMask();
    }
    MappedLayer m = null;
    for (String key : new String[] {"scale", "offset"}) {
      JsonNode n = i.option(key);
      double[] values =
          n != null && n.isArray()
              ? numbers(i, key)
              : new double[] {i.number(key, key.equals("scale") ? 1 : 0)};
      if (values.length != 1 && values.length != i.features(0)) {
        throw i.error(values.length + " values of " + key + " for " + i.features(0) + " features");
      }
      OperationLayer layer =
          new OperationLayer(
              Operation.on(key.equals("scale") ? "multiply" : "add", 0, -1)
                  .constant(new Operation.Constant(new long[] {values.length}, values)));
      m = m == null ? MappedLayer.of(layer, i.inputShape()) : m.then(layer);
    }
    return m.passesMask();
  }

  private static MappedLayer normalization(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    long[] in = i.inputShape();
    long[] shape = new long[in.length];
    Arrays.fill(shape, 1);
    long size = 1;
    boolean whole = i.config().has("axis") && i.config().get("axis").isNull();
    int[] axes = whole ? new int[0] : i.axes("axis", -1);
    long[] sizes = new long[axes.length];
    for (int k = 0; k < axes.length; k++) {
      sizes[k] = in[axes[k] - 1];
      if (sizes[k] < 1) {
        throw i.error("needs a known size along axis " + axes[k]);
      }
      shape[axes[k] - 1] = sizes[k];
      size *= sizes[k];
    }
    boolean invert = i.flag("invert", false);
    if (i.has("mean") || i.has("variance")) {
      return given(i, size, shape, invert);
    }
    return MappedLayer.of(new FixedAffine(shape, invert), in)
        .weight("mean", "mean", sizes)
        .weight("variance", "var", sizes)
        .ignored("count")
        .passesMask();
  }

  /** With statistics in the options instead of weights. */
  private static MappedLayer given(KerasLayerInfo i, long size, long[] shape, boolean invert) {
    double[][] pair = new double[2][];
    for (int k = 0; k < 2; k++) {
      String key = k == 0 ? "mean" : "variance";
      JsonNode n = i.option(key);
      if (n == null) {
        throw i.error("mean and variance should be given together");
      }
      while (n.isArray() && n.size() == 1 && n.get(0).isArray()) {
        n = n.get(0);
      }
      double[] values = new double[n.isArray() ? n.size() : 1];
      for (int v = 0; v < values.length; v++) {
        values[v] = (n.isArray() ? n.get(v) : n).asDouble();
      }
      if (values.length != 1 && values.length != size) {
        throw i.error(values.length + " values of " + key + " for " + size + " features");
      }
      pair[k] = values;
    }
    int wide = Math.max(pair[0].length, pair[1].length);
    double[] factor = new double[wide];
    double[] offset = new double[wide];
    for (int v = 0; v < wide; v++) {
      double mean = pair[0][pair[0].length == 1 ? 0 : v];
      double deviation = Math.max(Math.sqrt(pair[1][pair[1].length == 1 ? 0 : v]), 1e-7);
      factor[v] = invert ? deviation : 1 / deviation;
      offset[v] = invert ? mean : -mean / deviation;
    }
    long[] of = wide == 1 ? new long[] {1} : shape;
    return MappedLayer.of(
            new OperationLayer(
                Operation.on("multiply", 0, -1).constant(new Operation.Constant(of, factor))),
            i.inputShape())
        .then(
            new OperationLayer(
                Operation.on("add", 0, -1).constant(new Operation.Constant(of, offset))))
        .passesMask();
  }

  // --- images -------------------------------------------------------------------------------

  /** Images of another size. */
  static MappedLayer resize(KerasLayerInfo i, long height, long width, String interpolation) {
    i.requireRank(4);
    if (!List.of("nearest", "bilinear", "bicubic", "area").contains(interpolation)) {
      throw i.error(
          "interpolation = "
              + interpolation
              + ": only nearest, bilinear, bicubic and area are imported");
    }
    return MappedLayer.of(
        new OperationLayer(Operation.of("resize", 1).sizes(height, width).text(interpolation)),
        height,
        width,
        i.features(0));
  }

  private static MappedLayer resizing(KerasLayerInfo i) {
    i.requireRank(4);
    i.requireText("data_format", "channels_last");
    for (String off : List.of("pad_to_aspect_ratio", "antialias")) {
      if (i.flag(off, false)) {
        throw i.error(off + " is not imported");
      }
    }
    long height = i.size("height");
    long width = i.size("width");
    String kind = i.text("interpolation", "bilinear");
    if (!i.flag("crop_to_aspect_ratio", false)) {
      return resize(i, height, width, kind);
    }
    long[] in = i.inputShape();
    if (in[0] < 1 || in[1] < 1) {
      throw i.error("crop_to_aspect_ratio needs images of a known size");
    }
    // the largest part of the image of that shape
    long cutHeight = Math.min(in[0], (long) (in[1] * (double) height / width));
    long cutWidth = Math.min(in[1], (long) (in[0] * (double) width / height));
    MappedLayer cropped = window(i, cutHeight, cutWidth);
    return MappedLayer.of(cropped.stages.get(0).layer(), height, width, in[2])
        .then(new OperationLayer(Operation.of("resize", 1).sizes(height, width).text(kind)));
  }

  private static MappedLayer window(KerasLayerInfo i, long height, long width) {
    long[] in = i.inputShape();
    long top = (in[0] - height) / 2;
    long left = (in[1] - width) / 2;
    return MappedLayer.of(
        new OperationLayer(
            Operation.of("pad", 1)
                .sizes(0, 0, -top, height - in[0] + top, -left, width - in[1] + left, 0, 0)),
        height,
        width,
        in[2]);
  }

  private static MappedLayer crop(KerasLayerInfo i, boolean random) {
    i.requireRank(4);
    i.requireText("data_format", "channels_last");
    long height = i.size("height");
    long width = i.size("width");
    long[] in = i.inputShape();
    if (in[0] < 1 || in[1] < 1) {
      throw i.error("needs images of a known size");
    }
    if (in[0] < height || in[1] < width) {
      if (random) {
        throw i.error("images smaller than the crop are not imported");
      }
      return resizedBefore(i, in, height, width);
    }
    MappedLayer m = window(i, height, width);
    if (random) {
      m.note("\"" + i.name() + "\" (RandomCrop) always takes the middle.");
    }
    return m;
  }

  /** CenterCrop of a smaller image: Keras resizes it, with the largest part of that shape. */
  private static MappedLayer resizedBefore(KerasLayerInfo i, long[] in, long height, long width) {
    long cutHeight = Math.min(in[0], (long) (in[1] * (double) height / width));
    long cutWidth = Math.min(in[1], (long) (in[0] * (double) width / height));
    MappedLayer cropped = window(i, cutHeight, cutWidth);
    return MappedLayer.of(cropped.stages.get(0).layer(), height, width, in[2])
        .then(new OperationLayer(Operation.of("resize", 1).sizes(height, width).text("bilinear")));
  }

  // --- classes ------------------------------------------------------------------------------

  private static MappedLayer categories(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    i.requireText("output_mode", "multi_hot", "one_hot", "count");
    if (i.flag("sparse", false)) {
      throw i.error("sparse results are not imported");
    }
    int classes = i.size("num_tokens");
    String mode = i.text("output_mode", "multi_hot");
    return MappedLayer.of(
        new CategoryCounts(null, classes, mode),
        CategoryCounts.shape(mode, i.inputShape(), classes));
  }

  private static MappedLayer discretization(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    i.requireText("output_mode", "int", "one_hot", "multi_hot", "count");
    if (!i.has("bin_boundaries") || i.flag("sparse", false)) {
      throw i.error("needs bin_boundaries in its options, and results that are not sparse");
    }
    double[] boundaries = numbers(i, "bin_boundaries");
    String mode = i.text("output_mode", "int");
    int classes = boundaries.length + 1;
    return MappedLayer.of(
        new CategoryCounts(boundaries, classes, mode),
        CategoryCounts.shape(mode, i.inputShape(), classes));
  }
}
