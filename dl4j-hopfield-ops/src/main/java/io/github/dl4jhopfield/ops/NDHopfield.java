package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.Call.Value;
import io.github.dl4jhopfield.ops.internal.HopfieldOp;
import io.github.dl4jhopfield.ops.internal.OpCall;
import io.github.dl4jhopfield.ops.internal.runtime.OpCatalog;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The ops of this library on arrays, as {@code Nd4j.nn()} has ND4J's. Native where the native
 * library loaded, else in Java: same results. Inputs may be views of any strides and order; none is
 * changed. Results are new arrays in 'c' order.
 */
public final class NDHopfield {
  private static final NDHopfield INSTANCE = new NDHopfield();

  static {
    HopfieldOps.initialize();
  }

  private NDHopfield() {}

  /** The namespace. */
  public static NDHopfield ops() {
    return INSTANCE;
  }

  private static INDArray[] run(OpCall<INDArray> call) {
    return Nd4j.exec(OpCatalog.create(call.op()).eager(call));
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
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public INDArray maskedSoftmax(INDArray x, INDArray mask, double beta, int axis) {
    return run(Call.maskedSoftmax(x, mask, Value.of(beta), axis))[0];
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
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public INDArray maskedSoftmax(INDArray x, INDArray mask, INDArray beta, int axis) {
    return run(Call.maskedSoftmax(x, mask, Value.of(beta), axis))[0];
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
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public INDArray softmax1(INDArray x, INDArray mask, double beta, int axis) {
    return run(Call.softmax1(x, mask, Value.of(beta), axis))[0];
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
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public INDArray sparsemax(INDArray x, INDArray mask, int axis) {
    return run(Call.sparsemax(x, mask, Value.of(1), axis))[0];
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
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public INDArray entmax15(INDArray x, INDArray mask, int axis) {
    return run(Call.entmax15(x, mask, Value.of(1), axis))[0];
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
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public INDArray entmax(INDArray x, INDArray mask, double alpha, int axis) {
    return run(Call.entmax(x, mask, Value.of(1), Value.of(alpha), axis))[0];
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
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public INDArray entmax(INDArray x, INDArray mask, INDArray alpha, int axis) {
    return run(Call.entmax(x, mask, Value.of(1), Value.of(alpha), axis))[0];
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
  public INDArray normmax(INDArray x, INDArray mask, double p, int axis) {
    return run(Call.normmax(x, mask, Value.of(1), p, axis))[0];
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
  public INDArray kSubsets(INDArray x, INDArray mask, int k, boolean atMost, int axis) {
    return run(Call.kSubsets(x, mask, Value.of(1), k, atMost, axis))[0];
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
  public INDArray constrainedSparsemax(INDArray x, INDArray upper, INDArray mask, int axis) {
    return run(Call.constrainedSparsemax(x, upper, mask, axis))[0];
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
  public INDArray sequentialKSubsets(
      INDArray x, INDArray edgeScores, INDArray mask, int k, boolean atMost, int axis) {
    return run(Call.sequentialKSubsets(x, edgeScores, mask, k, atMost, axis))[0];
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
  public INDArray gelu(INDArray x, boolean tanhForm) {
    return run(Call.gelu(x, tanhForm))[0];
  }

  /**
   * A dense layer on the last axis: y = f(x W + b), in one pass.
   *
   * @param x [..., nIn], rank 1 or more; double, float, half or bfloat16 (the last two computed in
   *     float)
   * @param w [nIn, nOut], type of x
   * @param b nOut numbers in any shape, type of x; or null
   * @param activation f
   * @return y [..., nOut], type of x
   * @throws IllegalArgumentException for a wrong type or shape
   */
  public INDArray dense(INDArray x, INDArray w, INDArray b, DenseActivation activation) {
    return run(Call.dense(x, w, b, activation, 1))[0];
  }

  /**
   * y = f(x W + b) + residual, in one pass: the way around a part of a transformer.
   *
   * @param residual [..., nOut], type of x
   * @return y [..., nOut], type of x
   * @throws IllegalArgumentException for a wrong type or shape
   */
  public INDArray dense(
      INDArray x, INDArray w, INDArray b, DenseActivation activation, INDArray residual) {
    return run(Call.dense(x, w, b, activation, 1, residual))[0];
  }

  /**
   * As the method of this name without {@code inner}, where the last {@code inner} (1 or 2)
   * dimensions of x together are the nIn inputs, in C order: the lines of a patch of an image need
   * no copy.
   */
  public INDArray dense(INDArray x, INDArray w, INDArray b, DenseActivation activation, int inner) {
    return run(Call.dense(x, w, b, activation, inner))[0];
  }

  /**
   * Embeds amino-acid sequences: a convolution over the residues, SELU and the maximum over the
   * positions, in one pass; formula, shapes and source at {@link SequenceInputs}.
   *
   * @param in residues, weight [k, 20 or, with position features, 23, C], bias, scale or null
   * @param positions whether the last three features of the weight are those of the position
   * @param extent 0; or a length that shorter sequences are padded to, with positions in the
   *     padding, as the original pads to the longest sequence of a minibatch
   * @return [N, C], type of the weight
   * @throws IllegalArgumentException for a wrong type, shape or number
   */
  public INDArray sequenceEmbedding(SequenceInputs<INDArray> in, boolean positions, int extent) {
    return run(Call.sequenceEmbedding(in, positions, extent))[0];
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
  public INDArray layerNorm(INDArray x, INDArray gain, INDArray bias, double eps, int axis) {
    return run(Call.layerNorm(x, gain, bias, eps, axis))[0];
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
  public INDArray[] project(INDArray x, List<Projection<INDArray>> projections) {
    return run(Call.project(x, null, projections));
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
  public INDArray[] layerNormProject(
      INDArray x, double eps, List<Projection<INDArray>> projections) {
    return run(Call.project(x, eps, projections));
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
  public INDArray pooling(
      Separation separation, double beta, Double eps, PoolingInputs<INDArray> in) {
    return run(Call.pooling(separation, beta, eps, in))[0];
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
  public INDArray l2Normalize(INDArray x, double eps, int axis) {
    return run(Call.l2Normalize(x, eps, axis))[0];
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
  public INDArray conjugate(
      Separation separation, INDArray x, INDArray mask, double beta, int axis) {
    return run(Call.conjugate(separation, x, mask, beta, axis))[0];
  }

  /**
   * The Fenchel-Young loss of each row: Omega*(x) + Omega(t) - &lt;t, x&gt;, at least 0, and 0 just
   * where the separation of x is t. For softmax it is the cross-entropy (less the entropy of t).
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
  public INDArray fenchelYoungLoss(Separation separation, INDArray x, INDArray targets, int axis) {
    DataType type = Regularizers.computed(x.dataType());
    INDArray z = x.castTo(type);
    INDArray t = targets.castTo(type);
    if (Regularizers.invariant(separation) && !x.isEmpty()) {
      z = z.sub(z.max(true, axis));
    }
    return conjugate(separation, z, null, 1, axis)
        .add(Regularizers.of(separation, t, axis))
        .sub(z.mul(t).sum(true, axis))
        .castTo(x.dataType());
  }

  /**
   * The regulariser Omega of a separation, of weights: sum y log y for softmax, (sum y^alpha - sum
   * y) / (alpha (alpha - 1)) for entmax, |y|_p - 1 for normmax, |y|^2/2 for k-subsets.
   *
   * <p>Source: Blondel, Martins and Niculae, JMLR 2020, table 1.
   *
   * @param separation whose regulariser; not the sequential one
   * @param weights rows of weights, type floating
   * @param axis the dimension along which a row runs
   * @return one number a row: shape of x with length 1 along the axis
   */
  public INDArray regularizer(Separation separation, INDArray weights, int axis) {
    return Regularizers.of(separation, weights, axis);
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
   * @param labels class indices [...], an integer type
   * @param ignoreIndex label of rows that cost nothing and get no gradient, for example -100
   * @param reduction what becomes of the losses of the rows
   * @return losses [...], or one number, of the type of x
   * @throws IllegalArgumentException for a wrong argument, a label outside the classes included
   */
  public INDArray fenchelYoungLoss(
      Separation separation,
      INDArray x,
      INDArray labels,
      int ignoreIndex,
      LossReduction reduction) {
    Regularizers.checkLabelled(separation, labels.dataType());
    INDArray[] targets = run(Call.classTargets(x, labels, ignoreIndex));
    INDArray counted = targets[1].reshape(labels.length());
    INDArray losses =
        fenchelYoungLoss(separation, x, targets[0], -1).reshape(labels.length()).mul(counted);
    return switch (reduction) {
      case NONE -> losses.reshape(labels.shape());
      case SUM -> losses.sum();
      case MEAN -> losses.sum().div(Math.max(1, counted.sumNumber().doubleValue()));
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
  public INDArray separate(
      Separation separation, INDArray x, INDArray mask, double beta, int axis) {
    if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      return sequential(separation, x.mul(beta), mask, axis);
    }
    return run(Call.separate(separation, x, mask, Value.of(beta), null, axis))[0];
  }

  /** Sequential k-subsets with one edge score, of scores that beta has scaled. */
  private INDArray sequential(Separation separation, INDArray z, INDArray mask, int axis) {
    INDArray edges = Nd4j.scalar(z.dataType(), separation.getEdgeScore()).reshape(1);
    return sequentialKSubsets(z, edges, mask, separation.getK(), separation.isAtMost(), axis);
  }

  /**
   * As {@link #separate(Separation, INDArray, INDArray, double, int)}, with one beta a row or
   * broadcast over rows; it has a gradient.
   */
  public INDArray separate(
      Separation separation, INDArray x, INDArray mask, INDArray beta, int axis) {
    if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      return sequential(separation, x.mul(beta), mask, axis);
    }
    return run(Call.separate(separation, x, mask, Value.of(beta), null, axis))[0];
  }

  /**
   * As {@link #separate(Separation, INDArray, INDArray, double, int)}, with the alpha of a learned
   * entmax.
   *
   * @param alpha type of x; broadcasts to x with length 1 along the axis; null for separations that
   *     learn none
   */
  public INDArray separate(
      Separation separation, INDArray x, INDArray mask, INDArray alpha, double beta, int axis) {
    if (alpha == null) {
      return separate(separation, x, mask, beta, axis);
    }
    return run(Call.separate(separation, x, mask, Value.of(beta), alpha, axis))[0];
  }

  /**
   * The gradient of {@link #separate(Separation, INDArray, INDArray, double, int)} with respect to
   * x, for code that differentiates by hand; in graphs it follows by itself.
   *
   * @param separation the map; not sequential, whose gradient needs the scores
   * @param y what it gave: says all that the gradient needs, what was masked included
   * @param gradient of a loss with respect to y, shape and type of y
   * @param beta inverse temperature: finite
   * @param axis the dimension along which a row runs
   * @return the gradient of the loss with respect to x, shape and type of y
   * @throws IllegalArgumentException for a wrong type, axis, shape or number
   */
  public INDArray separateGradient(
      Separation separation, INDArray y, INDArray gradient, double beta, int axis) {
    if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      throw Checks.bad("separateGradient", "separation", "one that is not sequential", separation);
    }
    OpCall<INDArray> forward = Call.separate(separation, y, null, Value.of(beta), null, axis);
    HopfieldOp op = OpCatalog.create(forward.op() + "_bp");
    return Nd4j.exec(op.eager(OpCall.gradient(op.declaration(), forward, List.of(y, gradient))))[0];
  }

  /**
   * The ReLU unit: D(x) = max(x, 0), D'(x) = 1[x &gt; 0] (Ota et al., AISTATS 2023).
   *
   * @param x scores, rank 1 or more
   * @return D and D'; NaN gives D = NaN, D' = 0
   */
  public UnitOutput<INDArray> reluUnit(INDArray x) {
    return lagrangianUnit(LagrangianUnit.relu(), x, null);
  }

  /**
   * The partial forgetting unit with the given options (Ota et al., AISTATS 2023), without noise.
   *
   * @param x scores, rank 1 or more; the first dimension numbers the samples, rows run along the
   *     last
   * @throws IllegalArgumentException if the unit is not a PFU
   */
  public UnitOutput<INDArray> pfuUnit(INDArray x, LagrangianUnit pfu) {
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
  public UnitOutput<INDArray> lagrangianUnit(LagrangianUnit unit, INDArray x, INDArray mask) {
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
  public UnitOutput<INDArray> lagrangianUnit(
      LagrangianUnit unit, INDArray x, INDArray mask, INDArray noise, int axis) {
    INDArray[] outputs = run(Call.unit(unit, x, mask, noise, axis));
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
   * @return out and, as the options say, weights and steps
   * @throws IllegalArgumentException for a wrong type, shape or number
   */
  public AssociationOutput<INDArray> association(
      Association options, AssociationInputs<INDArray> inputs) {
    return Call.associated(options, run(Call.association(options, inputs)));
  }

  /**
   * One retrieval from a memory of any size: out = separation(beta keys q) values, in one pass over
   * the stored patterns. Natively no array of queries times stored patterns is made, and the
   * patterns may lie in files that are mapped into memory; softmax is online, the sparse
   * separations keep only scores that can still get a weight.
   *
   * <p>Source: Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, equation 3; sparse
   * ones Santos et al., ICML 2024; online softmax Milakov and Gimelshein, 2018.
   *
   * @param separation any but the sequential one
   * @param beta inverse temperature: finite
   * @param topK how many of the heaviest patterns to report of each query
   * @param queries [n, d], FLOAT or DOUBLE, rows contiguous
   * @param keys the stored patterns in their order, as blocks [rows, d] with contiguous rows, HALF
   *     or of the type of the queries
   * @param values what the weights mix, blocks [rows, dv] beside those of the keys and of their
   *     type; null: the keys
   * @return the mixtures, and what is known of the weights
   * @throws IllegalArgumentException for a wrong type, shape or number
   */
  public RetrievedPatterns retrieve(
      Separation separation,
      double beta,
      int topK,
      INDArray queries,
      List<INDArray> keys,
      List<INDArray> values) {
    INDArray[] r = run(Call.retrieve(separation, beta, topK, queries, keys, values));
    return topK == 0
        ? new RetrievedPatterns(r[0], r[1], r[2], null, null, null)
        : new RetrievedPatterns(r[0], r[1], r[2], r[3], r[4], r[5]);
  }
}
