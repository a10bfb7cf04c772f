package io.github.dl4jhopfield.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.api.ops.impl.shape.Gather;

/**
 * Reverse-mode differentiation of a SameDiff graph, into the same graph, from each op's own {@code
 * doDiff}.
 *
 * <p>{@code SameDiff.createGradFunction} is not used: with external errors it counts the incoming
 * gradient twice, it writes a line to stdout for each op, and it copies the graph. Gradients do not
 * flow through values that are not floating point (comparisons, shapes).
 */
final class ReverseMode {

  private ReverseMode() {}

  /**
   * Adds the gradient ops.
   *
   * @param y what is differentiated
   * @param dLdY the gradient at y, of y's shape
   * @param wanted the variables whose gradients are wanted
   * @return gradient by variable name; a variable on which y does not depend has no entry
   */
  static Map<String, SDVariable> gradients(
      SameDiff sd, SDVariable y, SDVariable dLdY, Collection<SDVariable> wanted) {
    List<SameDiffOp> order = ancestors(sd, y, Set.of());
    Set<String> active = new HashSet<>();
    for (SDVariable v : wanted) {
      active.add(v.name());
    }
    for (SameDiffOp op : order) {
      boolean depends = op.getInputsToOp().stream().anyMatch(active::contains);
      if (depends) {
        for (String out : op.getOutputsOfOp()) {
          if (sd.getVariable(out).dataType().isFPType()) {
            active.add(out);
          }
        }
      }
    }
    Map<String, SDVariable> gradient = new HashMap<>();
    gradient.put(y.name(), dLdY);
    for (int i = order.size() - 1; i >= 0; i--) {
      SameDiffOp op = order.get(i);
      List<String> outs = op.getOutputsOfOp();
      boolean reached = outs.stream().anyMatch(o -> active.contains(o) && gradient.containsKey(o));
      if (!reached) {
        continue;
      }
      List<SDVariable> atOutputs = new ArrayList<>();
      for (String out : outs) {
        SDVariable g = gradient.get(out);
        atOutputs.add(g != null ? g : sd.zerosLike(sd.getVariable(out)));
      }
      DifferentialFunction f = op.getOp();
      List<SDVariable> atInputs = atInputs(sd, f, atOutputs);
      SDVariable[] args = f.args();
      for (int a = 0; a < args.length && a < atInputs.size(); a++) {
        String name = args[a].name();
        if (!active.contains(name)) {
          continue;
        }
        SDVariable before = gradient.get(name);
        gradient.put(name, before == null ? atInputs.get(a) : before.add(atInputs.get(a)));
      }
    }
    Map<String, SDVariable> result = new HashMap<>();
    for (SDVariable v : wanted) {
      if (gradient.containsKey(v.name())) {
        result.put(v.name(), gradient.get(v.name()));
      }
    }
    return result;
  }

  private static List<SDVariable> atInputs(
      SameDiff sd, DifferentialFunction f, List<SDVariable> atOutputs) {
    if (f instanceof Mmul product && !turnsResult(product)) {
      return product(sd, product, atOutputs.get(0));
    }
    if (f instanceof Gather gather) {
      return gather(sd, gather, atOutputs.get(0));
    }
    return f.doDiff(atOutputs);
  }

  /** Gradient of a gather, by adding up (ND4J's own makes a loop in the graph). */
  private static List<SDVariable> gather(SameDiff sd, Gather op, SDVariable g) {
    SDVariable x = op.arg(0);
    SDVariable indices = op.arg(1);
    long axis = op.iArgs().length > 0 ? op.iArgs()[0] : 0;
    if (axis == 0) {
      return List.of(sd.scatterAdd(sd.zerosLike(x), indices, g));
    }
    long[] shape = x.getShape();
    long[] index = indices.getShape();
    if (shape == null || index == null || index.length != 1) {
      throw new UnsupportedOperationException(
          "gather \""
              + op.getOwnName()
              + "\" along axis "
              + axis
              + ": its gradient needs an input of known rank and a vector of indices; gather along"
              + " axis 0");
    }
    int[] axisFirst = new int[shape.length];
    int at = (int) (axis < 0 ? axis + shape.length : axis);
    for (int i = 0; i < axisFirst.length; i++) {
      axisFirst[i] = i == 0 ? at : i == at ? 0 : i; // its own inverse
    }
    SDVariable zeros = sd.zerosLike(sd.permute(x, axisFirst));
    SDVariable sum = sd.scatterAdd(zeros, indices, sd.permute(g, axisFirst));
    return List.of(sd.permute(sum, axisFirst));
  }

  private static boolean turnsResult(DynamicCustomOp op) {
    long[] flags = op.iArgs();
    return flags.length > 2 && flags[2] != 0;
  }

  /** Gradients of a matrix product, as matrix products (ND4J's own op copies on the way). */
  private static List<SDVariable> product(SameDiff sd, DynamicCustomOp op, SDVariable g) {
    long[] flags = op.iArgs();
    boolean turnA = flags.length > 0 && flags[0] != 0;
    boolean turnB = flags.length > 1 && flags[1] != 0;
    SDVariable a = op.arg(0);
    SDVariable b = op.arg(1);
    SDVariable atA =
        turnA ? sd.mmul(b, g, turnB, true, false) : sd.mmul(g, b, false, !turnB, false);
    SDVariable atB =
        turnB ? sd.mmul(g, a, true, turnA, false) : sd.mmul(a, g, !turnA, false, false);
    return List.of(atA, atB);
  }

  /**
   * The ops that y needs, each after those whose outputs it takes.
   *
   * @param known variables whose values are there already
   * @throws UnsupportedOperationException if the graph has a loop
   */
  static List<SameDiffOp> ancestors(SameDiff sd, SDVariable y, Set<String> known) {
    List<SameDiffOp> order = new ArrayList<>();
    Set<String> done = new HashSet<>();
    Set<String> begun = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    String first = known.contains(y.name()) ? null : producer(sd, y.name());
    if (first == null) {
      return order;
    }
    open.push(first);
    while (!open.isEmpty()) {
      String name = open.peek();
      if (done.contains(name)) {
        open.pop();
        continue;
      }
      SameDiffOp op = sd.getOps().get(name);
      boolean ready = true;
      begun.add(name);
      for (String in : op.getInputsToOp()) {
        String from = known.contains(in) ? null : producer(sd, in);
        if (from != null && !done.contains(from)) {
          if (begun.contains(from)) {
            throw new UnsupportedOperationException(
                "the graph has a loop through \""
                    + in
                    + "\" (op "
                    + from
                    + "): loops and conditions of SameDiff cannot be run here");
          }
          open.push(from);
          ready = false;
        }
      }
      if (ready) {
        open.pop();
        done.add(name);
        order.add(op);
      }
    }
    return order;
  }

  private static String producer(SameDiff sd, String variable) {
    return sd.getVariables().get(variable).getOutputOfOp();
  }
}
