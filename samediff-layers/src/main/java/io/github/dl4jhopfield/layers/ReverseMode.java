package io.github.dl4jhopfield.layers;

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
    List<SameDiffOp> order = ancestors(sd, y);
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
      List<SDVariable> atInputs = f.doDiff(atOutputs);
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

  /** The ops that y needs, each after those whose outputs it takes. */
  private static List<SameDiffOp> ancestors(SameDiff sd, SDVariable y) {
    List<SameDiffOp> order = new ArrayList<>();
    Set<String> done = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    open.push(producer(sd, y.name()));
    while (!open.isEmpty()) {
      String name = open.peek();
      if (done.contains(name)) {
        open.pop();
        continue;
      }
      SameDiffOp op = sd.getOps().get(name);
      boolean ready = true;
      for (String in : op.getInputsToOp()) {
        String from = producer(sd, in);
        if (from != null && !done.contains(from)) {
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
