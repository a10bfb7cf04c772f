package io.github.dl4jhopfield.keras;

/**
 * How one class of Keras layers becomes a DL4J layer or vertex. Register one for a class of your
 * own, or for a Lambda layer by its name, in {@link KerasImportOptions}.
 */
@FunctionalInterface
public interface KerasLayerMapper {

  /**
   * @param info the layer's configuration and the shapes of its inputs
   * @return the DL4J layer, its output shape and where its weights come from
   * @throws KerasImportException where an option cannot be honoured; {@link KerasLayerInfo#error}
   *     makes one that names the layer
   */
  MappedLayer map(KerasLayerInfo info);
}
