package io.github.dl4jhopfield.reference;

import io.github.dl4jhopfield.layers.DiffusionMode;
import io.github.dl4jhopfield.layers.GraphDiffusion;
import io.github.dl4jhopfield.memory.PatternGraph;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The cases of the parts of a diffused association: graph, diffusion, attentions, energy. */
final class DiffusionCase {
  private DiffusionCase() {}

  /** The graph as the dense mode of the original; its sparse mode weighs mutual edges twice. */
  static Answer graph(ReferenceCase reference, DataType type) {
    int k = reference.integer("k", null);
    INDArray patterns = reference.input("X").toArray(type);
    PatternGraph plain = PatternGraph.of(patterns, k, false);
    PatternGraph complete = PatternGraph.of(patterns, plain.size() - 1, false);
    INDArray chosen = Nd4j.create(type, plain.size(), k);
    for (int i = 0; i < plain.size(); i++) {
      int[] heaviest = plain.heaviest(i, k);
      for (int c = 0; c < k; c++) {
        // a pattern with fewer neighbours than k names none; the original fills up with any
        chosen.putScalar(i, c, c < heaviest.length ? heaviest[c] : -1);
      }
    }
    Map<String, INDArray> found = new LinkedHashMap<>();
    found.put("similarity", complete.weightMatrix());
    found.put("W", plain.weightMatrix());
    found.put("deg", Nd4j.createFromArray(plain.degrees()));
    found.put("adj_indices", chosen);
    found.put("L", plain.laplacian());
    found.put("L_norm", PatternGraph.of(patterns, k, true).laplacian());
    found.put("W_sparse_mode", plain.weightMatrix());
    found.put("deg_sparse_mode", Nd4j.createFromArray(plain.degrees()));
    found.put("adj_sparse_mode", chosen);
    found.replaceAll((name, array) -> array.castTo(type));
    return new Answer(found, Map.of(), Map.of());
  }

  static Map<String, SDVariable> diffuse(GraphCase g, DiffusionMode mode) {
    INDArray matrix = array(g, mode == DiffusionMode.FACTORED ? "W" : "L");
    PatternGraph graph =
        mode == DiffusionMode.FACTORED
            ? PatternGraph.ofWeights(matrix, array(g, "deg"))
            : PatternGraph.ofLaplacian(matrix);
    int steps = g.reference().integer("steps", 1);
    return Map.of(
        "y",
        GraphDiffusion.diffuse(
            g.input("X"), graph, mode, g.reference().number("eta", null), steps));
  }

  static Map<String, SDVariable> attention(GraphCase g) {
    double beta = g.reference().number("beta", 1.0);
    SDVariable q = g.input("Q");
    SDVariable y =
        g.reference().inputs().containsKey("adj_indices")
            ? GraphDiffusion.attention(q, g.input("K"), g.input("V"), array(g, "adj_indices"), beta)
            : GraphDiffusion.attention(q, g.input("K"), g.input("V"), beta);
    return Map.of("y", y);
  }

  static Answer energy(ReferenceCase reference, DataType type) {
    INDArray q = reference.input("Q").toArray(type);
    INDArray k = reference.input("K").toArray(type);
    double beta = reference.number("beta", null);
    double eta = reference.number("eta", null);
    PatternGraph ofL = PatternGraph.ofLaplacian(reference.input("L").toArray(type));
    PatternGraph ofW =
        PatternGraph.ofWeights(
            reference.input("W").toArray(type), reference.input("deg").toArray(type));
    Map<String, INDArray> found = new LinkedHashMap<>();
    found.put("energy", Nd4j.scalar(type, GraphDiffusion.energy(q, k, ofL, beta, eta)));
    found.put("energy_factored", Nd4j.scalar(type, GraphDiffusion.energy(q, k, ofW, beta, eta)));
    return new Answer(found, Map.of(), Map.of());
  }

  private static INDArray array(GraphCase g, String name) {
    return g.reference().input(name).toArray(DataType.DOUBLE);
  }
}
