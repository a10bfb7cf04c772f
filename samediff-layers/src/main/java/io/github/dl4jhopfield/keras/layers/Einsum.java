package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A product of two arrays in Einstein's notation, "abc,cd->abd", as one batched matrix product:
 * letters in both and in the result count through the batch, letters in both only are summed over.
 */
final class Einsum {

  /** The shape of an operand in a call. */
  interface Shape extends Function<GraphContext.Call, long[]> {}

  private final String left;
  private final String right;
  private final String result;
  private final String batch;
  private final String rows;
  private final String summed;
  private final String columns;

  /**
   * @param equation with an ellipsis resolved by {@link #withoutEllipsis}
   * @throws IllegalArgumentException where it is not a product of two operands
   */
  Einsum(String equation) {
    String e = equation.replace(" ", "");
    int arrow = e.indexOf("->");
    int comma = e.indexOf(',');
    if (arrow < 0 || comma < 0 || comma > arrow || !e.matches("[a-zA-Z]*,[a-zA-Z]*->[a-zA-Z]*")) {
      throw new IllegalArgumentException("equation " + equation + ": expected \"ab,bc->ac\"");
    }
    left = e.substring(0, comma);
    right = e.substring(comma + 1, arrow);
    result = e.substring(arrow + 2);
    StringBuilder b = new StringBuilder();
    StringBuilder m = new StringBuilder();
    StringBuilder k = new StringBuilder();
    StringBuilder n = new StringBuilder();
    for (char c : left.toCharArray()) {
      boolean inRight = right.indexOf(c) >= 0;
      boolean inResult = result.indexOf(c) >= 0;
      (inRight && inResult ? b : inRight ? k : m).append(c);
      if (!inRight && !inResult || left.indexOf(c) != left.lastIndexOf(c)) {
        throw new IllegalArgumentException("equation " + equation + ": \"" + c + "\" of one side");
      }
    }
    for (char c : right.toCharArray()) {
      if (left.indexOf(c) < 0) {
        n.append(c);
      }
      if (left.indexOf(c) < 0 && result.indexOf(c) < 0
          || right.indexOf(c) != right.lastIndexOf(c)) {
        throw new IllegalArgumentException("equation " + equation + ": \"" + c + "\" of one side");
      }
    }
    batch = b.toString();
    rows = m.toString();
    summed = k.toString();
    columns = n.toString();
    if (result.length() != batch.length() + rows.length() + columns.length()) {
      throw new IllegalArgumentException("equation " + equation + ": letters of the result");
    }
  }

  String left() {
    return left;
  }

  String right() {
    return right;
  }

  String result() {
    return result;
  }

  /** "...x,xy->...y" for an operand of that rank: letters for the ellipsis. */
  static String withoutEllipsis(String equation, int rankOfLeft) {
    String e = equation.replace(" ", "");
    if (!e.contains("...")) {
      return e;
    }
    int named = e.substring(0, e.indexOf(',')).replace("...", "").length();
    StringBuilder letters = new StringBuilder();
    for (char c = 'A'; letters.length() < rankOfLeft - named; c++) {
      if (e.indexOf(c) < 0) {
        letters.append(c);
      }
    }
    return e.replace("...", letters);
  }

  /** Sizes of the result; -1 where not known. */
  long[] shape(long[] l, long[] r) {
    Map<Character, Long> sizes = new HashMap<>();
    for (int i = 0; i < left.length(); i++) {
      sizes.put(left.charAt(i), l[i]);
    }
    for (int i = 0; i < right.length(); i++) {
      sizes.merge(right.charAt(i), r[i], Math::max);
    }
    long[] out = new long[result.length()];
    for (int i = 0; i < out.length; i++) {
      out[i] = sizes.get(result.charAt(i));
    }
    return out;
  }

  SDVariable apply(
      GraphContext c,
      String name,
      SDVariable l,
      Shape shapeOfLeft,
      SDVariable r,
      Shape shapeOfRight) {
    SameDiff sd = c.sd();
    SDVariable a =
        sd.reshape(
            permuted(sd, l, left, batch + rows + summed),
            c.shape(name + "-left", call -> folded(call, shapeOfLeft, shapeOfRight, rows, summed)));
    SDVariable b =
        sd.reshape(
            permuted(sd, r, right, batch + summed + columns),
            c.shape(
                name + "-right", call -> folded(call, shapeOfLeft, shapeOfRight, summed, columns)));
    SDVariable y = sd.mmul(a, b);
    String order = batch + rows + columns;
    SDVariable apart =
        sd.reshape(
            y, c.shape(name + "-apart", call -> sizes(call, shapeOfLeft, shapeOfRight, order)));
    return permuted(sd, apart, order, result);
  }

  private long[] folded(GraphContext.Call call, Shape l, Shape r, String first, String second) {
    return new long[] {
      product(sizes(call, l, r, batch)),
      product(sizes(call, l, r, first)),
      product(sizes(call, l, r, second))
    };
  }

  private static long product(long[] sizes) {
    long n = 1;
    for (long d : sizes) {
      n *= d;
    }
    return n;
  }

  private long[] sizes(GraphContext.Call call, Shape l, Shape r, String letters) {
    long[] a = l.apply(call);
    long[] b = r.apply(call);
    long[] out = new long[letters.length()];
    for (int i = 0; i < out.length; i++) {
      int at = left.indexOf(letters.charAt(i));
      out[i] = at >= 0 ? a[at] : b[right.indexOf(letters.charAt(i))];
    }
    return out;
  }

  private static SDVariable permuted(SameDiff sd, SDVariable x, String from, String to) {
    List<Integer> order = new ArrayList<>();
    for (char c : to.toCharArray()) {
      order.add(from.indexOf(c));
    }
    boolean same = true;
    for (int i = 0; i < order.size(); i++) {
      same &= order.get(i) == i;
    }
    return same ? x : sd.permute(x, order.stream().mapToInt(Integer::intValue).toArray());
  }
}
