package io.github.dl4jhopfield.layers;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The part of a layer or vertex that does not depend on which of the two it is. */
interface LayerCore {

  /** Checks what needs no input type. */
  void validate(String owner);

  /** The parameters in their order in the flat array. */
  Map<String, AssociationCore.Parameter> parameters();

  /** Declares the parameters to DL4J. */
  default void declare(SDLayerParams params) {
    for (AssociationCore.Parameter p : parameters().values()) {
      if (p.weight()) {
        params.addWeightParam(p.name(), p.rows(), p.columns());
      } else {
        params.addBiasParam(p.name(), p.rows(), p.columns());
      }
    }
  }

  /** Whether training may change the parameter. */
  boolean trainable(String parameter);

  /** Starting values. */
  void initialise(Map<String, INDArray> table);

  /** Steps that the first graph holds. */
  int initialSteps();

  /** Steps after which the graph stops growing. */
  int maximumSteps();

  /** Whether the training graph differs from the inference graph. */
  boolean differsInTraining();

  /** Depth of the output. */
  long outputSize();

  /** Numbers of one pattern in all three roles and all heads. */
  long projectedSize();

  /** Names of the inner values that the graph exposes. */
  List<String> innerNames();
}
