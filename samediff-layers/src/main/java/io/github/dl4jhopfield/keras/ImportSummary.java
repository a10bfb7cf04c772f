package io.github.dl4jhopfield.keras;

import java.util.List;

/**
 * What was imported, layer by layer, for people and for tables.
 *
 * @param file name of the file
 * @param kerasVersion as the file says, "?" if it does not
 * @param modelType "Sequential" or "Functional"
 * @param layers in order of computation
 * @param notes what the import left out or changed, one sentence each
 */
public record ImportSummary(
    String file, String kerasVersion, String modelType, List<LayerRow> layers, List<String> notes) {

  /**
   * One layer.
   *
   * @param name Keras's name, with the model's name before it if nested
   * @param type Keras class
   * @param importedAs DL4J class, "-" if it needs none
   * @param inputShape "(?, 5, 6)"
   * @param outputShape as inputShape
   * @param parameters number of its parameters
   * @param weightsMatched arrays of the file that were copied; all that the layer has
   */
  public record LayerRow(
      String name,
      String type,
      String importedAs,
      String inputShape,
      String outputShape,
      long parameters,
      int weightsMatched) {}

  /** Parameters of the whole model. */
  public long parameters() {
    return layers.stream().mapToLong(LayerRow::parameters).sum();
  }

  /** Arrays copied from the file. */
  public int weightsMatched() {
    return layers.stream().mapToInt(LayerRow::weightsMatched).sum();
  }
}
