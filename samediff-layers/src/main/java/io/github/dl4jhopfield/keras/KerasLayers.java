package io.github.dl4jhopfield.keras;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** The Keras classes that are translated out of the box. */
final class KerasLayers {

  private static final Map<String, KerasLayerMapper> MAPPERS = new HashMap<>();

  static {
    CoreMappers.register(MAPPERS);
    NormalizationMappers.register(MAPPERS);
    PreprocessingMappers.register(MAPPERS);
    ShapeMappers.register(MAPPERS);
    ConvolutionMappers.register(MAPPERS);
    RecurrentMappers.register(MAPPERS);
    MergeMappers.register(MAPPERS);
    AttentionMappers.register(MAPPERS);
    EinsumMappers.register(MAPPERS);
    OperatorMappers.register(MAPPERS);
    HopfieldMappers.register(MAPPERS);
  }

  private KerasLayers() {}

  /**
   * @param type "Dense", or "package>Class" for a class that a user registered in Keras
   * @return null if there is none
   */
  static KerasLayerMapper builtIn(String type) {
    // tf.keras writes its newer optimizers and some layers as "Custom>..." or "Keras>..."
    return MAPPERS.get(type.startsWith("Keras>") ? type.substring(6) : type);
  }

  /** For documentation and tests. */
  static TreeSet<String> names() {
    return new TreeSet<>(MAPPERS.keySet());
  }
}
