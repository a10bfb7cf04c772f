package io.github.dl4jhopfield.reference;

import io.github.dl4jhopfield.layers.HflayersNetwork;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A case of an hflayers module, run by our layer inside a DL4J network that has the module's
 * options and weights.
 */
final class LayerCase {
  private LayerCase() {}

  static Answer run(ReferenceCase reference, DataType type) {
    Map<String, Object> arguments = reference.hyper();
    try {
      HflayersNetwork.options(arguments, reference.op());
    } catch (IllegalArgumentException e) {
      throw new CannotRun(e.getMessage());
    }
    Map<String, INDArray> inputs = arrays(reference.inputs(), type);
    HflayersNetwork network =
        HflayersNetwork.of(reference.op(), arguments, reference.unit(), inputs);
    network.load(arrays(reference.weights(), type));
    Map<String, INDArray> outputs = network.outputs(inputs);
    if (reference.gradOut().isEmpty()) {
      return new Answer(outputs, Map.of(), Map.of());
    }
    ReferenceArray cotangent = reference.gradOut().values().iterator().next();
    INDArray y = outputs.get(reference.gradOut().keySet().iterator().next());
    if (!Arrays.equals(cotangent.shape(), y.shape())) {
      // Another shape than the original's: that is what is found wrong, or the quirk.
      return new Answer(outputs, Map.of(), Map.of());
    }
    HflayersNetwork.Gradients gradients = network.gradients(inputs, cotangent.toArray(type));
    return new Answer(outputs, gradients.inputs(), gradients.weights());
  }

  private static Map<String, INDArray> arrays(Map<String, ReferenceArray> arrays, DataType type) {
    Map<String, INDArray> result = new LinkedHashMap<>();
    arrays.forEach((name, array) -> result.put(name, array.toArray(type)));
    return result;
  }
}
