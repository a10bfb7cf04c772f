package io.github.dl4jhopfield.keras;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An imported model: a {@link MultiLayerNetwork} for a Keras Sequential model without masks, else a
 * {@link ComputationGraph}. Arrays have Keras's layout: [batch, time, features], [batch, height,
 * width, channels].
 */
public final class KerasImport {

  private final Model model;
  private final ImportSummary summary;
  private final List<long[]> inputShapes;

  KerasImport(Model model, ImportSummary summary, List<long[]> inputShapes) {
    this.model = model;
    this.summary = summary;
    this.inputShapes = inputShapes;
  }

  /** The network. */
  public Model model() {
    return model;
  }

  /** The network as a MultiLayerNetwork; fails if it is a graph. */
  public MultiLayerNetwork network() {
    if (model instanceof MultiLayerNetwork n) {
      return n;
    }
    throw new IllegalStateException("The imported model is a ComputationGraph; use graph()");
  }

  /** The network as a ComputationGraph; fails if it is a MultiLayerNetwork. */
  public ComputationGraph graph() {
    if (model instanceof ComputationGraph g) {
      return g;
    }
    throw new IllegalStateException("The imported model is a MultiLayerNetwork; use network()");
  }

  /** What was imported. */
  public ImportSummary summary() {
    return summary;
  }

  /** Shapes of the inputs without the batch, -1 for sizes that the model does not fix. */
  public List<long[]> inputShapes() {
    return inputShapes.stream().map(long[]::clone).toList();
  }

  /**
   * Runs the model.
   *
   * @param inputs one for each input of the Keras model, in its order and layout
   * @return one array for each output
   * @throws IllegalArgumentException if an input's shape is not the model's, or token ids are none
   */
  public INDArray[] predict(INDArray... inputs) {
    if (inputs.length != inputShapes.size()) {
      throw new IllegalArgumentException(
          "The model has " + inputShapes.size() + " inputs, found " + inputs.length);
    }
    for (int i = 0; i < inputs.length; i++) {
      long[] expected = inputShapes.get(i);
      long[] found = inputs[i].shape();
      boolean fits = found.length == expected.length + 1;
      for (int d = 0; fits && d < expected.length; d++) {
        fits = expected[d] < 0 || expected[d] == found[d + 1];
      }
      if (!fits) {
        throw new IllegalArgumentException(
            "Input "
                + (i + 1)
                + ": expected the shape "
                + KerasLayerInfo.show(expected)
                + ", found "
                + java.util.Arrays.toString(found));
      }
    }
    boolean[] tokens = TokenInputs.of(model);
    for (int i = 0; i < inputs.length; i++) {
      if (tokens[i]) {
        TokenInputs.check("Input " + (i + 1), inputs[i]);
      }
    }
    if (model instanceof MultiLayerNetwork n) {
      return new INDArray[] {n.output(inputs[0])};
    }
    return ((ComputationGraph) model).output(inputs);
  }
}
