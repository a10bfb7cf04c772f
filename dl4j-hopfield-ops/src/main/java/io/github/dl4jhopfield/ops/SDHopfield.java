package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.Call.Value;
import io.github.dl4jhopfield.ops.internal.OpCall;
import io.github.dl4jhopfield.ops.internal.runtime.OpCatalog;
import java.util.List;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The ops of this library in a SameDiff graph, as {@code sd.nn()} has ND4J's; each has a gradient.
 * A graph can be saved, loaded and trained on in another program, with native ops or without.
 */
public final class SDHopfield {
  static {
    HopfieldOps.initialize();
  }

  private final SameDiff sameDiff;

  private SDHopfield(SameDiff sameDiff) {
    this.sameDiff = Objects.requireNonNull(sameDiff, "sameDiff");
  }

  /** The namespace for a graph. */
  public static SDHopfield of(SameDiff sameDiff) {
    return new SDHopfield(sameDiff);
  }

  private SDVariable[] run(String name, OpCall<SDVariable> call) {
    SDVariable x = call.reference();
    if (x.dataType() != null && !x.dataType().isFPType()) {
      throw Checks.bad(call.op(), "x", "data type DOUBLE, FLOAT, HALF or BFLOAT16", x.dataType());
    }
    SDVariable[] outputs = OpCatalog.create(call.op()).inGraph(sameDiff, call).outputVariables();
    if (name != null) {
      outputs[0] = sameDiff.updateVariableNameAndReference(outputs[0], name);
    }
    return outputs;
  }

  /**
   * y_i = exp(beta x_i) / sum_j exp(beta x_j) over the unmasked entries of each row.
   *
   * <p>Source: Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, equation 3. Unlike
   * there, a row whose entries are all masked gives zeros, not NaN.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16 (the last two
   *     computed in more)
   * @param mask null, or an array that broadcasts to x: not 0 = keep, 0 = ignore. An ignored entry
   *     gets 0 whatever it holds, and so does a score of -inf
   * @param beta inverse temperature: finite
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x. A row with nothing to keep gives zeros; NaN stays in its row;
   *     entries of +inf share a row equally
   * @throws IllegalArgumentException for a wrong type, axis, shape or number (shapes are checked
   *     when the graph runs)
   */
  public SDVariable maskedSoftmax(SDVariable x, SDVariable mask, double beta, int axis) {
    return maskedSoftmax(null, x, mask, beta, axis);
  }

  /** As {@link #maskedSoftmax(SDVariable, SDVariable, double, int)}, with a name for the output. */
  public SDVariable maskedSoftmax(
      String name, SDVariable x, SDVariable mask, double beta, int axis) {
    return run(name, Call.maskedSoftmax(x, mask, Value.of(beta), axis))[0];
  }

  /**
   * y_i = exp(beta x_i) / sum_j exp(beta x_j) over the unmasked entries of each row.
   *
   * <p>Source: Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, equation 3. Unlike
   * there, a row whose entries are all masked gives zeros, not NaN.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16 (the last two
   *     computed in more)
   * @param mask null, or an array that broadcasts to x: not 0 = keep, 0 = ignore. An ignored entry
   *     gets 0 whatever it holds, and so does a score of -inf
   * @param beta inverse temperature as an array of the type of x that broadcasts to x with length 1
   *     along the axis (one a head, say); it has a gradient
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x. A row with nothing to keep gives zeros; NaN stays in its row;
   *     entries of +inf share a row equally
   * @throws IllegalArgumentException for a wrong type, axis, shape or number (shapes are checked
   *     when the graph runs)
   */
  public SDVariable maskedSoftmax(SDVariable x, SDVariable mask, SDVariable beta, int axis) {
    return maskedSoftmax(null, x, mask, beta, axis);
  }

  /**
   * As {@link #maskedSoftmax(SDVariable, SDVariable, SDVariable, int)}, with a name for the output.
   */
  public SDVariable maskedSoftmax(
      String name, SDVariable x, SDVariable mask, SDVariable beta, int axis) {
    return run(name, Call.maskedSoftmax(x, mask, Value.of(beta), axis))[0];
  }

  /**
   * y_i = exp(beta x_i) / (1 + sum_j exp(beta x_j)) over the unmasked entries of each row: softmax
   * over one more pattern, whose score is 0 and whose value is nothing.
   *
   * <p>Source: Hu et al., Outlier-Efficient Hopfield Layers for Large Transformer-Based Models,
   * ICML 2024, equation 2.2; Miller, Attention is off by one, 2023.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16
   * @param mask null, or an array that broadcasts to x: not 0 = keep
   * @param beta inverse temperature: finite
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x; a row sums to less than 1
   * @throws IllegalArgumentException for a wrong type, axis, shape or number (shapes are checked
   *     when the graph runs)
   */
  public SDVariable softmax1(SDVariable x, SDVariable mask, double beta, int axis) {
    return softmax1(null, x, mask, beta, axis);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable softmax1(String name, SDVariable x, SDVariable mask, double beta, int axis) {
    return run(name, Call.softmax1(x, mask, Value.of(beta), axis))[0];
  }

  /**
   * The projection of beta x onto the simplex: y = argmin_p |p - beta x|^2.
   *
   * <p>Source: Martins and Astudillo, From Softmax to Sparsemax, ICML 2016, equation 1.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16 (the last two
   *     computed in more)
   * @param mask null, or an array that broadcasts to x: not 0 = keep, 0 = ignore. An ignored entry
   *     gets 0 whatever it holds, and so does a score of -inf
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x. A row with nothing to keep gives zeros; NaN stays in its row;
   *     entries of +inf share a row equally
   * @throws IllegalArgumentException for a wrong type, axis, shape or number (shapes are checked
   *     when the graph runs)
   */
  public SDVariable sparsemax(SDVariable x, SDVariable mask, int axis) {
    return sparsemax(null, x, mask, axis);
  }

  /** As {@link #sparsemax(SDVariable, SDVariable, int)}, with a name for the output. */
  public SDVariable sparsemax(String name, SDVariable x, SDVariable mask, int axis) {
    return run(name, Call.sparsemax(x, mask, Value.of(1), axis))[0];
  }

  /**
   * 1.5-entmax: y_i = [beta x_i / 2 - tau]_+^2 with tau such that each row sums to 1.
   *
   * <p>Source: Peters, Niculae and Martins, Sparse Sequence-to-Sequence Models, ACL 2019.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16 (the last two
   *     computed in more)
   * @param mask null, or an array that broadcasts to x: not 0 = keep, 0 = ignore. An ignored entry
   *     gets 0 whatever it holds, and so does a score of -inf
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x. A row with nothing to keep gives zeros; NaN stays in its row;
   *     entries of +inf share a row equally
   * @throws IllegalArgumentException for a wrong type, axis, shape or number (shapes are checked
   *     when the graph runs)
   */
  public SDVariable entmax15(SDVariable x, SDVariable mask, int axis) {
    return entmax15(null, x, mask, axis);
  }

  /** As {@link #entmax15(SDVariable, SDVariable, int)}, with a name for the output. */
  public SDVariable entmax15(String name, SDVariable x, SDVariable mask, int axis) {
    return run(name, Call.entmax15(x, mask, Value.of(1), axis))[0];
  }

  /**
   * alpha-entmax: y_i = [(alpha - 1) beta x_i - tau]_+^(1 / (alpha - 1)) with tau such that each
   * row sums to 1; alpha = 1 is softmax, alpha = 2 sparsemax, exactly.
   *
   * <p>Source: Peters, Niculae and Martins, ACL 2019; gradient of alpha from Correia, Niculae and
   * Martins, EMNLP 2019, proposition 1. The original bisects; here tau is found by Newton's method
   * to the last digits of double.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16 (the last two
   *     computed in more)
   * @param mask null, or an array that broadcasts to x: not 0 = keep, 0 = ignore. An ignored entry
   *     gets 0 whatever it holds, and so does a score of -inf
   * @param alpha from 1 on
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x. A row with nothing to keep gives zeros; NaN stays in its row;
   *     entries of +inf share a row equally
   * @throws IllegalArgumentException for a wrong type, axis, shape or number (shapes are checked
   *     when the graph runs)
   */
  public SDVariable entmax(SDVariable x, SDVariable mask, double alpha, int axis) {
    return entmax(null, x, mask, alpha, axis);
  }

  /** As {@link #entmax(SDVariable, SDVariable, double, int)}, with a name for the output. */
  public SDVariable entmax(String name, SDVariable x, SDVariable mask, double alpha, int axis) {
    return run(name, Call.entmax(x, mask, Value.of(1), Value.of(alpha), axis))[0];
  }

  /**
   * alpha-entmax: y_i = [(alpha - 1) beta x_i - tau]_+^(1 / (alpha - 1)) with tau such that each
   * row sums to 1; alpha = 1 is softmax, alpha = 2 sparsemax, exactly.
   *
   * <p>Source: Peters, Niculae and Martins, ACL 2019; gradient of alpha from Correia, Niculae and
   * Martins, EMNLP 2019, proposition 1. The original bisects; here tau is found by Newton's method
   * to the last digits of double.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16 (the last two
   *     computed in more)
   * @param mask null, or an array that broadcasts to x: not 0 = keep, 0 = ignore. An ignored entry
   *     gets 0 whatever it holds, and so does a score of -inf
   * @param alpha from 1 on, an array of the type of x that broadcasts to x with length 1 along the
   *     axis; it has a gradient. Rows with alpha below 1 give NaN
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x. A row with nothing to keep gives zeros; NaN stays in its row;
   *     entries of +inf share a row equally
   * @throws IllegalArgumentException for a wrong type, axis, shape or number (shapes are checked
   *     when the graph runs)
   */
  public SDVariable entmax(SDVariable x, SDVariable mask, SDVariable alpha, int axis) {
    return entmax(null, x, mask, alpha, axis);
  }

  /** As {@link #entmax(SDVariable, SDVariable, SDVariable, int)}, with a name for the output. */
  public SDVariable entmax(String name, SDVariable x, SDVariable mask, SDVariable alpha, int axis) {
    return run(name, Call.entmax(x, mask, Value.of(1), Value.of(alpha), axis))[0];
  }

  /**
   * normmax: y_i = w_i / sum w, w_i = [x_i - tau]_+^(1/(p-1)), tau such that sum [x_i -
   * tau]_+^(p/(p-1)) = 1.
   *
   * <p>Source: Blondel, Martins and Niculae, JMLR 2020, section 4.4; in Hopfield networks Santos et
   * al., ICML 2024. Newton instead of the bisection there.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16
   * @param mask null, or an array that broadcasts to x: not 0 = keep
   * @param p above 1
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x; rules of masked entries, NaN and infinities as in {@link
   *     #maskedSoftmax}
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable normmax(SDVariable x, SDVariable mask, double p, int axis) {
    return normmax(null, x, mask, p, axis);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable normmax(String name, SDVariable x, SDVariable mask, double p, int axis) {
    return run(name, Call.normmax(x, mask, Value.of(1), p, axis))[0];
  }

  /**
   * k-subsets: the projection of x onto weights in [0, 1] that sum to k, or to at most k.
   *
   * <p>Source: Santos et al., ICML 2024, equation 17 (the budget of the entmax package).
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16
   * @param mask null, or an array that broadcasts to x: not 0 = keep
   * @param k how many, at least 1; with no more than k entries to choose from, all get 1
   * @param atMost whether the sum may stay below k
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x; rules of masked entries, NaN and infinities as in {@link
   *     #maskedSoftmax}
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable kSubsets(SDVariable x, SDVariable mask, int k, boolean atMost, int axis) {
    return kSubsets(null, x, mask, k, atMost, axis);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable kSubsets(
      String name, SDVariable x, SDVariable mask, int k, boolean atMost, int axis) {
    return run(name, Call.kSubsets(x, mask, Value.of(1), k, atMost, axis))[0];
  }

  /**
   * The projection of x onto the simplex with an upper bound for each entry; where the bounds allow
   * less than 1, y = upper.
   *
   * <p>Source: Malaviya, Ferreira and Martins, Sparse and Constrained Attention, ACL 2018, equation
   * 6.
   *
   * @param x scores, any shape of rank 1 or more; double, float, half or bfloat16
   * @param upper largest value of each entry, shape and type of x; below 0 counts as 0
   * @param mask null, or an array that broadcasts to x: not 0 = keep
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x; rules of masked entries, NaN and infinities as in {@link
   *     #maskedSoftmax}
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable constrainedSparsemax(
      SDVariable x, SDVariable upper, SDVariable mask, int axis) {
    return constrainedSparsemax(null, x, upper, mask, axis);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable constrainedSparsemax(
      String name, SDVariable x, SDVariable upper, SDVariable mask, int axis) {
    return run(name, Call.constrainedSparsemax(x, upper, mask, axis))[0];
  }

  /**
   * Sequential k-subsets: weights in [0, 1] that sum to k (or at most k), where choosing neighbours
   * i and i + 1 together earns w_i; SparseMAP on a chain, argmax_p max_q &lt;p, x&gt; + E_q[sum w_i
   * c_i c_(i+1)] - (|p|^2 + |1 - p|^2) / 2. With w = 0 its curvature is twice that of {@link
   * #kSubsets}.
   *
   * <p>Source: Santos et al., Sparse and Structured Hopfield Networks, ICML 2024, section 4.3.
   * Exact by an active set, as SparseMAP (Niculae et al., ICML 2018).
   *
   * @param x rank 1 or more; double, float, half or bfloat16
   * @param edgeScores w, of the type of x; broadcasts to x with length n - 1 along the axis; it has
   *     a gradient
   * @param mask null, or an array that broadcasts to x: not 0 = keep
   * @param k how many, at least 1
   * @param atMost whether the sum may stay below k
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x; a masked entry is never chosen and breaks the chain
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable sequentialKSubsets(
      SDVariable x, SDVariable edgeScores, SDVariable mask, int k, boolean atMost, int axis) {
    return sequentialKSubsets(null, x, edgeScores, mask, k, atMost, axis);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable sequentialKSubsets(
      String name,
      SDVariable x,
      SDVariable edgeScores,
      SDVariable mask,
      int k,
      boolean atMost,
      int axis) {
    return run(name, Call.sequentialKSubsets(x, edgeScores, mask, k, atMost, axis))[0];
  }

  /**
   * GELU: x Phi(x), or x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
   *
   * <p>Source: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
   *
   * @param x rank 1 or more; double, float, half or bfloat16
   * @param tanhForm whether to take the tanh approximation
   * @return y, shape and type of x
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable gelu(SDVariable x, boolean tanhForm) {
    return gelu(null, x, tanhForm);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable gelu(String name, SDVariable x, boolean tanhForm) {
    return run(name, Call.gelu(x, tanhForm))[0];
  }

  /**
   * A dense layer on the last axis: y = f(x W + b), in one pass.
   *
   * @param x [..., nIn], rank 1 or more; double, float, half or bfloat16 (the last two computed in
   *     float)
   * @param w [nIn, nOut], type of x
   * @param b nOut numbers in any shape, type of x; or null
   * @param activation f
   * @return y [..., nOut], type of x; gradients reach x, w and b
   * @throws IllegalArgumentException for a wrong type or shape
   */
  public SDVariable dense(SDVariable x, SDVariable w, SDVariable b, DenseActivation activation) {
    return dense(null, x, w, b, activation, 1);
  }

  /**
   * y = f(x W + b) + residual, in one pass: the way around a part of a transformer.
   *
   * @param residual [..., nOut], type of x
   * @return y [..., nOut], type of x; gradients reach x, w, b and residual
   * @throws IllegalArgumentException for a wrong type or shape
   */
  public SDVariable dense(
      SDVariable x, SDVariable w, SDVariable b, DenseActivation activation, SDVariable residual) {
    return run(null, Call.dense(x, w, b, activation, 1, residual))[0];
  }

  /**
   * As the method of this name without {@code inner}, where the last {@code inner} (1 or 2)
   * dimensions of x together are the nIn inputs, in C order: the lines of a patch of an image need
   * no copy.
   */
  public SDVariable dense(
      SDVariable x, SDVariable w, SDVariable b, DenseActivation activation, int inner) {
    return dense(null, x, w, b, activation, inner);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable dense(
      String name,
      SDVariable x,
      SDVariable w,
      SDVariable b,
      DenseActivation activation,
      int inner) {
    return run(name, Call.dense(x, w, b, activation, inner))[0];
  }

  /**
   * Embeds amino-acid sequences: a convolution over the residues, SELU and the maximum over the
   * positions, in one pass; formula, shapes and source at {@link SequenceInputs}.
   *
   * @param in residues, weight [k, 20 or, with position features, 23, C], bias, scale or null
   * @param positions whether the last three features of the weight are those of the position
   * @param extent 0; or a length that shorter sequences are padded to, with positions in the
   *     padding, as the original pads to the longest sequence of a minibatch
   * @return [N, C], type of the weight; gradients reach weight and bias
   * @throws IllegalArgumentException for a wrong type, shape or number
   */
  public SDVariable sequenceEmbedding(
      SequenceInputs<SDVariable> in, boolean positions, int extent) {
    return sequenceEmbedding(null, in, positions, extent);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable sequenceEmbedding(
      String name, SequenceInputs<SDVariable> in, boolean positions, int extent) {
    return run(name, Call.sequenceEmbedding(in, positions, extent))[0];
  }

  /**
   * Layer norm: gain (x - mean) / sqrt(variance + eps) + bias of each row, variance over n.
   *
   * <p>Source: Ba, Kiros and Hinton, Layer Normalization, 2016, equation 4.
   *
   * @param x rank 1 or more; double, float, half or bfloat16
   * @param gain n numbers, or null with bias
   * @param bias n numbers, or null with gain
   * @param eps a small number against division by 0
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable layerNorm(
      SDVariable x, SDVariable gain, SDVariable bias, double eps, int axis) {
    return layerNorm(null, x, gain, bias, eps, axis);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable layerNorm(
      String name, SDVariable x, SDVariable gain, SDVariable bias, double eps, int axis) {
    return run(name, Call.layerNorm(x, gain, bias, eps, axis))[0];
  }

  /**
   * Linear projections of the same patterns: y_i = (gain_i x + shift_i) W_i + b_i. Heads lie side
   * by side in a pattern, as {@link AssociationInputs} takes them after a reshape.
   *
   * @param x [..., F], rank 1 or more; double, float, half or bfloat16
   * @param projections one or more; of biases all or none, of gains and shifts all or none
   * @return one array a projection, [..., P_i], of the type of x; NaN stays in its pattern
   * @throws IllegalArgumentException for a wrong type, shape or number
   */
  public SDVariable[] project(SDVariable x, List<Projection<SDVariable>> projections) {
    return run(null, Call.project(x, null, projections));
  }

  /**
   * Linear projections of the same patterns after one layer norm: y_i = (gain_i h + shift_i) W_i +
   * b_i with h = (x - mean) / sqrt(variance + eps) over the features of each pattern, variance over
   * n. In one pass: the normalised patterns are not kept, the backward pass computes them again.
   *
   * <p>Source: Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, appendix A.6 (state
   * and stored patterns are normalised, then mapped); layer norm of Ba, Kiros and Hinton, 2016.
   *
   * @param x [..., F], rank 1 or more; double, float, half or bfloat16
   * @param eps a small number against division by 0
   * @param projections one or more; of biases all or none, of gains and shifts all or none
   * @return one array a projection, [..., P_i], of the type of x; NaN stays in its pattern
   * @throws IllegalArgumentException for a wrong type, shape or number
   */
  public SDVariable[] layerNormProject(
      SDVariable x, double eps, List<Projection<SDVariable>> projections) {
    return run(null, Call.project(x, eps, projections));
  }

  /**
   * Hopfield pooling: a few state patterns retrieve from many stored patterns, which are
   * projections of one array, as are the values: out = (f separation(beta q k')) v with k_j =
   * (gain_k h_j + shift_k) W_k + b_k, v_j = (gain_v h_j + shift_v) W_v + b_v, where h_j is pattern
   * j of x, as it is or after a layer norm over its features, and f a factor of each weight, 1 if
   * not given.
   *
   * <p>The same as {@link #project} (or {@link #layerNormProject}) and {@link #association} after
   * it, but natively neither k nor v is made: with q W_k' as state patterns the patterns of x are
   * scored as they are, and the mixture of them is mapped by W_v. So x is read twice forward (once
   * with softmax) and twice backward, and a number for each score is kept. Worth it where L is
   * small beside d and F, as in pooling; with many state patterns the two ops are faster.
   *
   * <p>The gradient of the key's bias and shift is exactly 0 where a separation does not change
   * when all its scores move alike (all but k-subsets "at most"), where others give rounding noise.
   *
   * <p>Source: Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, section 3 (pooling)
   * and appendix A.6.
   *
   * @param separation any but the sequential one; of a learned entmax the start
   * @param beta inverse temperature: finite
   * @param eps a small number against division by 0 in the layer norm, or null: no layer norm
   * @param in the arrays; double, float, half or bfloat16 (the last two computed in float)
   * @return [B, L, H, dv], of the type of x; zeros where all is masked; NaN in a pattern gives NaN
   *     in its sample
   * @throws IllegalArgumentException for a wrong type, shape or number
   */
  public SDVariable pooling(
      Separation separation, double beta, Double eps, PoolingInputs<SDVariable> in) {
    return run(null, Call.pooling(separation, beta, eps, in))[0];
  }

  /**
   * x / max(|x|, eps) of each row.
   *
   * <p>Source: the l2 post-transformation of Santos et al., Hopfield-Fenchel-Young Networks, 2024.
   *
   * @param x rank 1 or more; double, float, half or bfloat16
   * @param eps a small number against division by 0
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return y, shape and type of x
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable l2Normalize(SDVariable x, double eps, int axis) {
    return l2Normalize(null, x, eps, axis);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable l2Normalize(String name, SDVariable x, double eps, int axis) {
    return run(name, Call.l2Normalize(x, eps, axis))[0];
  }

  /**
   * The convex conjugate Omega*(beta x) of a separation's regulariser; its gradient is beta times
   * the separation. For softmax it is log sum exp; energies of Hopfield networks and losses are
   * made of it.
   *
   * <p>Source: Blondel, Martins and Niculae, Learning with Fenchel-Young losses, JMLR 2020;
   * energies Santos et al., 2024, equation 8.
   *
   * @param separation whose regulariser; not the sequential one
   * @param x rank 1 or more; double, float, half or bfloat16
   * @param mask null, or an array that broadcasts to x: not 0 = keep
   * @param beta inverse temperature: finite
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return one number a row: shape of x with length 1 along the axis; 0 for a row with nothing to
   *     keep
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable conjugate(
      Separation separation, SDVariable x, SDVariable mask, double beta, int axis) {
    return conjugate(null, separation, x, mask, beta, axis);
  }

  /** As the method of this name without one, with a name for the output. */
  public SDVariable conjugate(
      String name, Separation separation, SDVariable x, SDVariable mask, double beta, int axis) {
    return run(name, Call.conjugate(separation, x, mask, beta, axis))[0];
  }

  /**
   * The Fenchel-Young loss of each row: Omega*(x) + Omega(t) - &lt;t, x&gt;, at least 0, and 0 just
   * where the separation of x is t; its gradient is separation(x) - t. For softmax it is the
   * cross-entropy (less the entropy of t).
   *
   * <p>Source: Blondel, Martins and Niculae, JMLR 2020, definition 2.
   *
   * @param separation whose regulariser; not the sequential one
   * @param x rank 1 or more; double, float, half or bfloat16
   * @param targets rows of target weights, type and shape of x: one-hot or any weights that the
   *     separation could give (summing to k for k-subsets)
   * @param axis the dimension along which a row runs; negative counts from the last
   * @return one number a row: shape of x with length 1 along the axis
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable fenchelYoungLoss(
      Separation separation, SDVariable x, SDVariable targets, int axis) {
    SDVariable z = Regularizers.computed(x);
    SDVariable t = Regularizers.computed(targets);
    if (Regularizers.invariant(separation)) {
      z = z.sub(z.max(true, axis));
    }
    SDVariable losses =
        conjugate(separation, z, null, 1, axis)
            .add(Regularizers.of(separation, t, axis))
            .sub(z.mul(t).sum(true, axis));
    return z.dataType() == x.dataType() ? losses : losses.castTo(x.dataType());
  }

  /**
   * The Fenchel-Young loss of class labels: cross-entropy for softmax, the sparsemax and entmax
   * losses for those separations. Its gradient with respect to x is separation(x) minus the one-hot
   * label.
   *
   * <p>Source: Blondel, Martins and Niculae, JMLR 2020, definition 2; Peters, Niculae and Martins,
   * ACL 2019, equation 12.
   *
   * @param separation whose loss; k-subsets with k = 1 only, not the sequential one
   * @param x scores [..., number of classes]
   * @param labels class indices [...], an integer type; one outside the classes fails the run of
   *     the graph
   * @param ignoreIndex label of rows that cost nothing and get no gradient, for example -100
   * @param reduction what becomes of the losses of the rows
   * @return losses [...], or one number, of the type of x
   * @throws IllegalArgumentException for a wrong argument
   */
  public SDVariable fenchelYoungLoss(
      Separation separation,
      SDVariable x,
      SDVariable labels,
      int ignoreIndex,
      LossReduction reduction) {
    Regularizers.checkLabelled(separation, labels.dataType());
    SDVariable[] targets = run(null, Call.classTargets(x, labels, ignoreIndex));
    SDVariable counted = sameDiff.squeeze(targets[1], -1);
    SDVariable losses =
        sameDiff.squeeze(fenchelYoungLoss(separation, x, targets[0], -1), -1).mul(counted);
    return switch (reduction) {
      case NONE -> losses;
      case SUM -> losses.sum();
      case MEAN ->
          losses
              .sum()
              .div(
                  sameDiff
                      .math()
                      .max(counted.sum(), sameDiff.constant(Nd4j.scalar(x.dataType(), 1))));
    };
  }

  /**
   * Any separation of beta x; see the method of its name for formula and rules. A learned alpha
   * stands at its start value; pass the variable to the overload with alpha.
   *
   * @param separation the map
   * @param x scores, rank 1 or more
   * @param mask null, or an array that broadcasts to x: not 0 = keep
   * @param beta inverse temperature: finite
   * @param axis the dimension along which a row runs
   * @return weights, shape and type of x
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public SDVariable separate(
      Separation separation, SDVariable x, SDVariable mask, double beta, int axis) {
    if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      return sequential(separation, x.mul(beta), mask, axis);
    }
    return run(null, Call.separate(separation, x, mask, Value.of(beta), null, axis))[0];
  }

  /** Sequential k-subsets with one edge score, of scores that beta has scaled. */
  private SDVariable sequential(Separation separation, SDVariable z, SDVariable mask, int axis) {
    SDVariable edges =
        sameDiff.constant(Nd4j.scalar(z.dataType(), separation.getEdgeScore()).reshape(1));
    return sequentialKSubsets(z, edges, mask, separation.getK(), separation.isAtMost(), axis);
  }

  /**
   * As {@link #separate(Separation, SDVariable, SDVariable, double, int)}, with one beta a row or
   * broadcast over rows; it has a gradient.
   */
  public SDVariable separate(
      Separation separation, SDVariable x, SDVariable mask, SDVariable beta, int axis) {
    if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      return sequential(separation, x.mul(beta), mask, axis);
    }
    return run(null, Call.separate(separation, x, mask, Value.of(beta), null, axis))[0];
  }

  /**
   * As {@link #separate(Separation, SDVariable, SDVariable, double, int)}, with the alpha of a
   * learned entmax.
   *
   * @param alpha type of x; broadcasts to x with length 1 along the axis; null for separations that
   *     learn none
   */
  public SDVariable separate(
      Separation separation,
      SDVariable x,
      SDVariable mask,
      SDVariable alpha,
      double beta,
      int axis) {
    return run(null, Call.separate(separation, x, mask, Value.of(beta), alpha, axis))[0];
  }

  /**
   * The ReLU unit: D(x) = max(x, 0), D'(x) = 1[x &gt; 0] (Ota et al., AISTATS 2023).
   *
   * @param x scores, rank 1 or more
   * @return D and D'; NaN gives D = NaN, D' = 0
   */
  public UnitOutput<SDVariable> reluUnit(SDVariable x) {
    return lagrangianUnit(LagrangianUnit.relu(), x, null);
  }

  /**
   * The partial forgetting unit with the given options (Ota et al., AISTATS 2023), without noise.
   *
   * @param x scores, rank 1 or more; the first dimension numbers the samples, rows run along the
   *     last
   * @throws IllegalArgumentException if the unit is not a PFU
   */
  public UnitOutput<SDVariable> pfuUnit(SDVariable x, LagrangianUnit pfu) {
    if (pfu.getKind() != LagrangianUnit.Kind.PFU) {
      throw new IllegalArgumentException("pfuUnit: argument pfu: expected a PFU, found " + pfu);
    }
    return lagrangianUnit(pfu, x, null);
  }

  /**
   * A Lagrangian unit, without noise; rows run along the last dimension.
   *
   * @param unit ReLU or PFU
   * @param x scores, rank 1 or more
   * @param mask null, or an array that broadcasts to x: not 0 = keep; masked entries give D = D' =
   *     0 and enter no median
   * @return D and D', shape and type of x
   */
  public UnitOutput<SDVariable> lagrangianUnit(LagrangianUnit unit, SDVariable x, SDVariable mask) {
    return lagrangianUnit(unit, x, mask, null, -1);
  }

  /**
   * A Lagrangian unit with the noise of training.
   *
   * @param noise null, or standard normal numbers of the type of x, one a median scope (one in all,
   *     one a sample, or one a row); the unit scales them by sigma squared. The ReLU unit ignores
   *     it
   * @param axis the dimension along which a row runs
   */
  public UnitOutput<SDVariable> lagrangianUnit(
      LagrangianUnit unit, SDVariable x, SDVariable mask, SDVariable noise, int axis) {
    SDVariable[] outputs = run(null, Call.unit(unit, x, mask, noise, axis));
    return new UnitOutput<>(outputs[0], outputs[1]);
  }

  /**
   * The Hopfield association, fused: scaled scores, masks, Lagrangian unit, separation, update
   * steps with early stop, mixing of the values. Formula, options and sources: {@link Association};
   * shapes: {@link AssociationInputs}.
   *
   * <p>Native memory does not grow with queries times stored patterns, unless the weights (or the
   * gradient of an additive mask) are asked for; the backward pass computes the scores again. A
   * state pattern with nothing to attend to gives zeros; a score of -inf counts as masked; NaN
   * stays in the results of its state pattern.
   *
   * @param options what it does
   * @param inputs q, k, v and what else there is
   * @return out and, as the options say, weights and steps; gradients reach q, k, v, beta, alpha
   *     and the additive mask
   * @throws IllegalArgumentException for a wrong type, shape or number (shapes are checked when the
   *     graph runs)
   */
  public AssociationOutput<SDVariable> association(
      Association options, AssociationInputs<SDVariable> inputs) {
    return association(null, options, inputs);
  }

  /** As the method of this name without one, with a name for {@code out}. */
  public AssociationOutput<SDVariable> association(
      String name, Association options, AssociationInputs<SDVariable> inputs) {
    return Call.associated(options, run(name, Call.association(options, inputs)));
  }
}
