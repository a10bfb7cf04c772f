package io.github.dl4jhopfield.layers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Cases of the reference file, for tests. */
final class Golden {

  /** One case. */
  record Case(
      String group,
      String name,
      String op,
      String unit,
      double tolerance,
      boolean quirk,
      Map<String, Object> hyper,
      Map<String, INDArray> inputs,
      Map<String, INDArray> weights,
      Map<String, INDArray> outputs,
      Map<String, INDArray> gradOut,
      Map<String, INDArray> inputGrads,
      Map<String, INDArray> weightGrads) {

    @Override
    public String toString() {
      return name;
    }
  }

  private Golden() {}

  /** The file beside the repository, or null. */
  static File file() {
    String root = System.getProperty("hopfield.root");
    File file = new File(root == null ? ".." : root, "../shared/reference/golden.json");
    return file.isFile() ? file : null;
  }

  static List<Case> cases(String group) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<Case> cases = new ArrayList<>();
    for (JsonNode c : mapper.readTree(file()).get("cases")) {
      if (!c.get("group").asText().equals(group)) {
        continue;
      }
      @SuppressWarnings("unchecked")
      Map<String, Object> hyper = mapper.convertValue(c.get("hyper"), Map.class);
      cases.add(
          new Case(
              group,
              c.get("name").asText(),
              c.get("op").asText(),
              c.get("unit").isNull() ? null : c.get("unit").asText(),
              c.get("tolerance").asDouble(),
              c.get("quirk").asBoolean(),
              hyper,
              arrays(c.get("inputs")),
              arrays(c.get("weights")),
              arrays(c.get("outputs")),
              arrays(c.get("grad_out")),
              arrays(c.get("input_grads")),
              arrays(c.get("weight_grads"))));
    }
    return cases;
  }

  private static Map<String, INDArray> arrays(JsonNode node) {
    Map<String, INDArray> result = new LinkedHashMap<>();
    node.fields().forEachRemaining(e -> result.put(e.getKey(), array(e.getValue())));
    return result;
  }

  private static INDArray array(JsonNode node) {
    JsonNode data = node.get("data");
    double[] values = new double[data.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode v = data.get(i);
      values[i] = v.isTextual() ? Double.parseDouble(v.asText()) : v.asDouble();
    }
    long[] shape = new long[node.get("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = node.get("shape").get(i).asLong();
    }
    INDArray array = Nd4j.createFromArray(values).reshape(shape);
    return node.get("dtype").asText().equals("bool") ? array.castTo(DataType.BOOL) : array;
  }

  /** Largest difference, over the larger of 1 and the reference's largest value. */
  static double difference(INDArray ours, INDArray reference) {
    if (!java.util.Arrays.equals(ours.shape(), reference.shape())) {
      return Double.POSITIVE_INFINITY;
    }
    double worst = 0;
    double largest = 1;
    double[] a = ours.dup('c').castTo(DataType.DOUBLE).data().asDouble();
    double[] b = reference.dup('c').castTo(DataType.DOUBLE).data().asDouble();
    for (int i = 0; i < b.length; i++) {
      double d = Math.abs(a[i] - b[i]);
      worst = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(worst, d);
      largest = Math.max(largest, Math.abs(b[i]));
    }
    return worst / largest;
  }
}
