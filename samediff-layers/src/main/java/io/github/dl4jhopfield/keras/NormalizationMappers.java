package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.AxisNormalization;
import io.github.dl4jhopfield.keras.layers.AxisNormalization.Kind;
import io.github.dl4jhopfield.keras.layers.FixedNormalization;
import io.github.dl4jhopfield.keras.layers.LastAxisNormalization;
import io.github.dl4jhopfield.keras.layers.ScaleParameter;
import io.github.dl4jhopfield.keras.layers.StatisticsNormalization;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Batch, layer, group, unit, root-mean-square and spectral normalisation. */
final class NormalizationMappers {

  private NormalizationMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("BatchNormalization", NormalizationMappers::batch);
    m.put("SyncBatchNormalization", NormalizationMappers::batch);
    m.put("LayerNormalization", NormalizationMappers::layer);
    m.put("GroupNormalization", NormalizationMappers::group);
    m.put("UnitNormalization", NormalizationMappers::unit);
    m.put("RMSNormalization", NormalizationMappers::rootMeanSquare);
    m.put("SpectralNormalization", NormalizationMappers::spectral);
    m.put("LayerScale", NormalizationMappers::layerScale);
  }

  private static long size(KerasLayerInfo i, int axis) {
    long size = i.inputShape()[axis - 1];
    if (size < 1) {
      throw i.error(
          "needs a known size along axis "
              + axis
              + "; its input has shape "
              + KerasLayerInfo.show(i.inputShape()));
    }
    return size;
  }

  // --- of the batch -------------------------------------------------------------------------

  private static MappedLayer batch(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    i.refuse("renorm", "false");
    i.refuse("virtual_batch_size", null);
    int[] axes = i.axes("axis", -1);
    if (axes.length != 1) {
      throw i.error("statistics along several axes are not imported");
    }
    int rank = i.inputShape().length + 1;
    int axis = axes[0];
    long size = size(i, axis);
    boolean scale = i.flag("scale", true);
    boolean centre = i.flag("center", true);
    boolean last = axis == rank - 1;
    MappedLayer result = MappedLayer.of(batch(i, axis, size, last), i.inputShape()).passesMask();
    if (i.hasMask() && i.kerasMajor() >= 3) {
      result.note(
          "\""
              + i.name()
              + "\" (BatchNormalization) trains on with the statistics of all steps; Keras 3 leaves"
              + " masked ones out.");
    }
    if (scale) {
      result.weight("gamma", "gamma", size);
    }
    if (centre) {
      result.weight("beta", "beta", size);
    }
    result.weight("moving_mean", "mean", size);
    result.weight("moving_variance", "var", size);
    if (!scale) {
      result.constant("gamma", 1);
    }
    if (!centre) {
      result.constant("beta", 0);
    }
    return result;
  }

  private static Layer batch(KerasLayerInfo i, int axis, long size, boolean last) {
    int rank = i.inputShape().length + 1;
    double epsilon = i.number("epsilon", 1e-3);
    double momentum = i.number("momentum", 0.99);
    if (last && !i.flag("trainable", true)) {
      return new FixedNormalization(size, epsilon);
    }
    // TensorFlow's fused kernel, which Keras 2 takes for images, counts n - 1
    boolean unbiased = i.kerasMajor() < 3 && rank == 4 && (last || axis == 1);
    if (!last || rank != 2 && rank != 4 || unbiased) {
      return new StatisticsNormalization(axis, size, epsilon, momentum, unbiased);
    }
    BatchNormalization.Builder b =
        new BatchNormalization.Builder()
            .nIn(size)
            .nOut(size)
            .eps(epsilon)
            .decay(momentum)
            .useLogStd(false);
    if (rank == 4) {
      b.dataFormat(CNN2DFormat.NHWC);
    }
    return b.build();
  }

  // --- of each sample -----------------------------------------------------------------------

  /** Sizes along some axes, 1 along the others, without the batch. */
  private static long[] along(KerasLayerInfo i, int... axes) {
    long[] shape = new long[i.inputShape().length];
    Arrays.fill(shape, 1);
    for (int axis : axes) {
      shape[axis - 1] = size(i, axis);
    }
    return shape;
  }

  private static long[] sizes(KerasLayerInfo i, int... axes) {
    return Arrays.stream(axes).mapToLong(a -> size(i, a)).toArray();
  }

  private static MappedLayer layer(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    int[] axes = i.axes("axis", -1);
    int rank = i.inputShape().length + 1;
    boolean scale = i.flag("scale", true);
    boolean centre = i.flag("center", true);
    double epsilon = i.number("epsilon", 1e-3);
    if (i.flag("rms_scaling", false)) {
      return general(i, Kind.LAYER_ROOT, axes, epsilon, true, false);
    }
    if (axes.length > 1 || axes[0] != rank - 1) {
      return general(i, Kind.LAYER, axes, epsilon, scale, centre);
    }
    long size = i.features(0);
    MappedLayer result =
        MappedLayer.of(new LastAxisNormalization(size, epsilon, scale, centre), i.inputShape())
            .passesMask();
    if (scale) {
      result.weight("gamma", "gamma", size);
    }
    if (centre) {
      result.weight("beta", "beta", size);
    }
    return result;
  }

  private static MappedLayer general(
      KerasLayerInfo i, Kind kind, int[] axes, double epsilon, boolean scale, boolean centre) {
    MappedLayer m =
        MappedLayer.of(
                new AxisNormalization(kind, axes, epsilon, scale, centre, along(i, axes), 1),
                i.inputShape())
            .passesMask();
    String gamma = kind == Kind.ROOT_MEAN_SQUARE ? "scale" : "gamma";
    // Keras 2 keeps the order in which the axes are given, and reshapes
    int[] asGiven = i.kerasMajor() < 3 ? i.axesAsGiven("axis", -1) : axes;
    if (scale) {
      m.weight(gamma, "gamma", sizes(i, asGiven));
    }
    if (centre) {
      m.weight("beta", "beta", sizes(i, asGiven));
    }
    return m;
  }

  private static MappedLayer rootMeanSquare(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    return general(
        i, Kind.ROOT_MEAN_SQUARE, i.axes("axis", -1), i.number("epsilon", 1e-6), true, false);
  }

  private static MappedLayer unit(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    int[] axes = i.axes("axis", -1);
    long[] ones = new long[i.inputShape().length];
    Arrays.fill(ones, 1);
    return MappedLayer.of(
            new AxisNormalization(Kind.UNIT, axes, 0, false, false, ones, 1), i.inputShape())
        .passesMask();
  }

  private static MappedLayer group(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    int[] axes = i.axes("axis", -1);
    if (axes.length != 1) {
      throw i.error("groups along several axes are not imported");
    }
    long size = size(i, axes[0]);
    int groups = i.integer("groups", 32);
    groups = groups == -1 ? (int) size : groups;
    if (groups < 1 || size % groups != 0) {
      throw i.error(groups + " groups of " + size + " channels");
    }
    boolean scale = i.flag("scale", true);
    boolean centre = i.flag("center", true);
    double epsilon = i.number("epsilon", 1e-3);
    MappedLayer m =
        MappedLayer.of(
                new AxisNormalization(
                    Kind.GROUP, axes, epsilon, scale, centre, along(i, axes), groups),
                i.inputShape())
            .passesMask();
    if (scale) {
      m.weight("gamma", "gamma", size);
    }
    if (centre) {
      m.weight("beta", "beta", size);
    }
    return m;
  }

  private static MappedLayer layerScale(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    long size = i.features(0);
    JsonNode given = i.option("projection_dim");
    if (given != null && given.asLong() != size) {
      throw i.error("projection_dim = " + given + " for " + size + " features");
    }
    return MappedLayer.of(new ScaleParameter(size, i.number("init_values", 1e-6)), i.inputShape())
        .weight("*gamma*", "gamma", size)
        .passesMask();
  }

  // --- of a kernel --------------------------------------------------------------------------

  /** In inference the wrapped layer with the kernel as it was saved. */
  private static MappedLayer spectral(KerasLayerInfo i) {
    JsonNode inner = i.option("layer");
    String type = inner == null ? "?" : inner.path("class_name").asText("?");
    KerasLayerMapper mapper = KerasLayers.builtIn(type);
    if (mapper == null || !List.of("Dense", "Conv1D", "Conv2D", "Conv3D").contains(type)) {
      throw i.error("around " + type + " it is not imported");
    }
    MappedLayer m = mapper.map(i.inner(type, inner.path("config"), List.of(i.inputShape())));
    List<MappedLayer.Weight> own = List.copyOf(m.weights);
    m.weights.clear();
    long[] kernel = null;
    int n = 0;
    for (MappedLayer.Weight w : own) {
      m.weights.add(
          new MappedLayer.Weight(
              "**/" + w.name(),
              "layer/vars/" + n++,
              w.shape(),
              w.stage(),
              w.parameter(),
              w.change()));
      kernel = w.name().equals("kernel") ? w.shape() : kernel;
    }
    m.weights.add(new MappedLayer.Weight(null, "vars/0", kernel, 0, null, MappedLayer.AS_IS));
    m.weights.add(
        new MappedLayer.Weight(
            "vector_u",
            "vars/1",
            new long[] {1, kernel[kernel.length - 1]},
            0,
            null,
            MappedLayer.AS_IS));
    m.addNote(
        "\""
            + i.name()
            + "\" (SpectralNormalization) keeps the kernel as it was saved; training on does not"
            + " normalise it again.");
    return m;
  }
}
