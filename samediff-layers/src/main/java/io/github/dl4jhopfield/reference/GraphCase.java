package io.github.dl4jhopfield.reference;

import io.github.dl4jhopfield.ops.SDHopfield;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A case as a SameDiff graph: its inputs as variables, the op under test, and, where the case has
 * gradients, the loss sum(first output * cotangent).
 */
public final class GraphCase {
  /** Adds the op to the graph and returns its outputs by the case's names. */
  public interface Body {
    Map<String, SDVariable> build(GraphCase graph);
  }

  private final ReferenceCase reference;
  private final DataType type;
  private final SameDiff sd = SameDiff.create();
  private final Map<String, SDVariable> inputs = new LinkedHashMap<>();

  private GraphCase(ReferenceCase reference, DataType type) {
    this.reference = reference;
    this.type = type;
    reference
        .inputs()
        .forEach(
            (name, array) -> {
              INDArray value = array.toArray(type);
              inputs.put(name, array.isFloating() ? sd.var(name, value) : sd.constant(name, value));
            });
  }

  /** Builds the graph, runs it and gives outputs and gradients. */
  public static Answer run(ReferenceCase reference, DataType type, Body body) {
    GraphCase graph = new GraphCase(reference, type);
    return graph.answer(body.build(graph));
  }

  /** The case. */
  public ReferenceCase reference() {
    return reference;
  }

  /** The ops of this library in the graph. */
  public SDHopfield hopfield() {
    return SDHopfield.of(sd);
  }

  /** The graph. */
  public SameDiff sd() {
    return sd;
  }

  /** An input of the case. */
  public SDVariable input(String name) {
    reference.input(name);
    return inputs.get(name);
  }

  /**
   * A further differentiable input, all of one value, whose shape is that of the gradient that the
   * case lists for it.
   */
  public SDVariable filled(String name, double value) {
    ReferenceArray gradient = reference.inputGrads().get(name);
    long[] shape = gradient == null ? new long[] {1} : gradient.shape();
    SDVariable variable = sd.var(name, Nd4j.valueArrayOf(shape, value, type));
    inputs.put(name, variable);
    return variable;
  }

  private Answer answer(Map<String, SDVariable> outputs) {
    Map<String, INDArray> values = new LinkedHashMap<>();
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    outputs.values().forEach(output -> names.add(output.name()));
    if (!reference.gradOut().isEmpty()) {
      Map.Entry<String, ReferenceArray> cotangent =
          reference.gradOut().entrySet().iterator().next();
      SDVariable output = outputs.get(cotangent.getKey());
      if (output == null) {
        throw new CannotRun("no output '" + cotangent.getKey() + "' here to differentiate");
      }
      SDVariable weights = sd.constant("cotangent", cotangent.getValue().toArray(type));
      SDVariable loss = output.mul(weights).sum();
      loss.markAsLoss();
      List<String> wanted = new ArrayList<>(reference.inputGrads().keySet());
      for (String name : wanted) {
        if (!inputs.containsKey(name)) {
          throw new CannotRun("no gradient with respect to '" + name + "' here");
        }
      }
      gradients.putAll(sd.calculateGradients(new HashMap<>(), wanted));
    }
    Map<String, INDArray> computed = sd.output(new HashMap<>(), names);
    outputs.forEach((name, variable) -> values.put(name, computed.get(variable.name())));
    return new Answer(values, gradients, new LinkedHashMap<>());
  }
}
