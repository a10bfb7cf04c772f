package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.internal.ClassTargets;
import io.github.dl4jhopfield.ops.internal.Conjugate;
import io.github.dl4jhopfield.ops.internal.ConstrainedSparsemax;
import io.github.dl4jhopfield.ops.internal.Dense;
import io.github.dl4jhopfield.ops.internal.Entmax;
import io.github.dl4jhopfield.ops.internal.Entmax15;
import io.github.dl4jhopfield.ops.internal.Gelu;
import io.github.dl4jhopfield.ops.internal.HopfieldAssociation;
import io.github.dl4jhopfield.ops.internal.KSubsets;
import io.github.dl4jhopfield.ops.internal.L2Normalize;
import io.github.dl4jhopfield.ops.internal.LayerNorm;
import io.github.dl4jhopfield.ops.internal.MaskedSoftmax;
import io.github.dl4jhopfield.ops.internal.Normmax;
import io.github.dl4jhopfield.ops.internal.OpCall;
import io.github.dl4jhopfield.ops.internal.OpDeclaration;
import io.github.dl4jhopfield.ops.internal.PfuUnit;
import io.github.dl4jhopfield.ops.internal.Pooling;
import io.github.dl4jhopfield.ops.internal.ProjectionOp;
import io.github.dl4jhopfield.ops.internal.ReluUnit;
import io.github.dl4jhopfield.ops.internal.Retrieve;
import io.github.dl4jhopfield.ops.internal.SeparationOp;
import io.github.dl4jhopfield.ops.internal.SequenceEmbedding;
import io.github.dl4jhopfield.ops.internal.SequentialKSubsets;
import io.github.dl4jhopfield.ops.internal.Softmax1;
import io.github.dl4jhopfield.ops.internal.Sparsemax;
import java.util.List;
import java.util.Objects;

/**
 * The calls of the ops, with arrays (T = INDArray) or graph variables (T = SDVariable): what the
 * two namespaces share.
 */
final class Call {
  private Call() {}

  /** beta, or a parameter: a number, or one number a row. */
  record Value<T>(double number, T array) {
    static <T> Value<T> of(double number) {
      return new Value<>(number, null);
    }

    static <T> Value<T> of(T array) {
      return new Value<>(1, array);
    }
  }

  private static <T> OpCall<T> separation(OpDeclaration op, T x, T mask, Value<T> beta, int axis) {
    return OpCall.<T>of(op)
        .axis(axis)
        .with(SeparationOp.X, x)
        .with(SeparationOp.MASK, mask)
        .with(SeparationOp.BETA, beta.array())
        .with(SeparationOp.BETA_NUMBER, beta.number());
  }

  static <T> OpCall<T> maskedSoftmax(T x, T mask, Value<T> beta, int axis) {
    return separation(MaskedSoftmax.DECLARATION, x, mask, beta, axis);
  }

  static <T> OpCall<T> softmax1(T x, T mask, Value<T> beta, int axis) {
    return separation(Softmax1.DECLARATION, x, mask, beta, axis);
  }

  static <T> OpCall<T> sparsemax(T x, T mask, Value<T> beta, int axis) {
    return separation(Sparsemax.DECLARATION, x, mask, beta, axis);
  }

  static <T> OpCall<T> entmax15(T x, T mask, Value<T> beta, int axis) {
    return separation(Entmax15.DECLARATION, x, mask, beta, axis);
  }

  static <T> OpCall<T> entmax(T x, T mask, Value<T> beta, Value<T> alpha, int axis) {
    if (alpha.array() == null) {
      Checks.alpha(Entmax.NAME, alpha.number());
    }
    return separation(Entmax.DECLARATION, x, mask, beta, axis)
        .with(Entmax.ALPHA, alpha.array())
        .with(Entmax.ALPHA_NUMBER, alpha.number());
  }

  static <T> OpCall<T> normmax(T x, T mask, Value<T> beta, double p, int axis) {
    return separation(Normmax.DECLARATION, x, mask, beta, axis)
        .with(Normmax.P, Checks.p(Normmax.NAME, p));
  }

  static <T> OpCall<T> kSubsets(T x, T mask, Value<T> beta, int k, boolean atMost, int axis) {
    return separation(KSubsets.DECLARATION, x, mask, beta, axis)
        .with(KSubsets.K, Checks.k(KSubsets.NAME, k))
        .with(KSubsets.AT_MOST, atMost);
  }

  static <T> OpCall<T> constrainedSparsemax(T x, T upper, T mask, int axis) {
    return OpCall.<T>of(ConstrainedSparsemax.DECLARATION)
        .axis(axis)
        .with(ConstrainedSparsemax.X, x)
        .with(ConstrainedSparsemax.UPPER, upper)
        .with(ConstrainedSparsemax.MASK, mask);
  }

  static <T> OpCall<T> separate(Separation s, T x, T mask, Value<T> beta, T alpha, int axis) {
    if (alpha != null && s.getKind() != Separation.Kind.LEARNED_ENTMAX) {
      throw new IllegalArgumentException(
          "separate: argument alpha: expected none for " + s + ", found an array");
    }
    return switch (s.getKind()) {
      case SOFTMAX -> maskedSoftmax(x, mask, beta, axis);
      case SOFTMAX1 -> softmax1(x, mask, beta, axis);
      case SPARSEMAX -> sparsemax(x, mask, beta, axis);
      case ENTMAX15 -> entmax15(x, mask, beta, axis);
      case ENTMAX -> entmax(x, mask, beta, Value.of(s.getAlpha()), axis);
      case LEARNED_ENTMAX ->
          entmax(x, mask, beta, alpha == null ? Value.of(s.getAlpha()) : Value.of(alpha), axis);
      case NORMMAX -> normmax(x, mask, beta, s.getP(), axis);
      case K_SUBSETS -> kSubsets(x, mask, beta, s.getK(), s.isAtMost(), axis);
      case SEQUENTIAL_K_SUBSETS ->
          throw new IllegalStateException(s + " is made of scaled scores by the namespaces");
    };
  }

  static <T> OpCall<T> sequentialKSubsets(
      T x, T edgeScores, T mask, int k, boolean atMost, int axis) {
    return OpCall.<T>of(SequentialKSubsets.DECLARATION)
        .axis(axis)
        .with(SequentialKSubsets.X, x)
        .with(SequentialKSubsets.EDGES, edgeScores)
        .with(SequentialKSubsets.MASK, mask)
        .with(SequentialKSubsets.AT_MOST, atMost)
        .with(SequentialKSubsets.K, Checks.k(SequentialKSubsets.NAME, k));
  }

  static <T> OpCall<T> gelu(T x, boolean tanhForm) {
    return OpCall.<T>of(Gelu.DECLARATION).with(Gelu.X, x).with(Gelu.TANH_FORM, tanhForm);
  }

  static <T> OpCall<T> dense(T x, T w, T b, DenseActivation activation, int inner) {
    return dense(x, w, b, activation, inner, null);
  }

  static <T> OpCall<T> dense(T x, T w, T b, DenseActivation activation, int inner, T residual) {
    Objects.requireNonNull(activation, "activation");
    return OpCall.<T>of(Dense.DECLARATION)
        .with(Dense.X, x)
        .with(Dense.W, w)
        .with(Dense.B, b)
        .with(Dense.RESIDUAL, residual)
        .with(Dense.ACTIVATION, activation)
        .with(Dense.INNER, inner);
  }

  static <T> OpCall<T> l2Normalize(T x, double eps, int axis) {
    if (!(eps > 0)) {
      throw Checks.bad(L2Normalize.NAME, "eps", "a number above 0", eps);
    }
    return OpCall.<T>of(L2Normalize.DECLARATION)
        .axis(axis)
        .with(L2Normalize.X, x)
        .with(L2Normalize.EPS, eps);
  }

  static <T> OpCall<T> layerNorm(T x, T gain, T bias, double eps, int axis) {
    if ((gain == null) != (bias == null)) {
      throw Checks.bad(
          LayerNorm.NAME,
          "gain and bias",
          "both or neither",
          gain == null ? "bias only" : "gain only");
    }
    return OpCall.<T>of(LayerNorm.DECLARATION)
        .axis(axis)
        .with(LayerNorm.X, x)
        .with(LayerNorm.GAIN, gain)
        .with(LayerNorm.BIAS, bias)
        .with(LayerNorm.EPS, eps);
  }

  /**
   * Projections of one x.
   *
   * @param eps of a layer norm before them, or null: none
   */
  static <T> OpCall<T> project(T x, Double eps, List<Projection<T>> projections) {
    if (projections.isEmpty()) {
      throw Checks.bad(ProjectionOp.NAME, "projections", "at least one", 0);
    }
    OpCall<T> call = OpCall.<T>of(ProjectionOp.DECLARATION).with(ProjectionOp.X, x);
    for (Projection<T> p : projections) {
      if (!p.isLike(projections.get(0))) {
        throw Checks.bad(
            ProjectionOp.NAME,
            "projections",
            "a bias on all or none, gain and shift on all or none",
            "some with and some without");
      }
      call.with(ProjectionOp.WEIGHT, p.weight())
          .with(ProjectionOp.BIAS, p.bias())
          .with(ProjectionOp.GAIN, p.gain())
          .with(ProjectionOp.SHIFT, p.shift());
    }
    return call.with(ProjectionOp.COUNT, projections.size())
        .with(ProjectionOp.NORMALISE, eps != null)
        .with(ProjectionOp.EPS, eps == null ? 0 : eps);
  }

  /**
   * Pooling.
   *
   * @param eps of a layer norm before the projections, or null: none
   */
  static <T> OpCall<T> pooling(Separation s, double beta, Double eps, PoolingInputs<T> in) {
    Checks.finite(Pooling.NAME, "beta", beta);
    Projection<T> key = in.key();
    Projection<T> value = in.value();
    if (!value.isLike(key)) {
      throw Checks.bad(
          Pooling.NAME,
          "key and value",
          "a bias on both or neither, gain and shift on both or neither",
          "one with and one without");
    }
    return OpCall.<T>of(Pooling.DECLARATION)
        .with(Pooling.SEPARATION, s)
        .with(Pooling.BETA, beta)
        .with(Pooling.NORMALISE, eps != null)
        .with(Pooling.EPS, eps == null ? 0 : eps)
        .with(Pooling.X, in.x())
        .with(Pooling.Q, in.q())
        .with(Pooling.KEY_WEIGHT, key.weight())
        .with(Pooling.KEY_BIAS, key.bias())
        .with(Pooling.KEY_GAIN, key.gain())
        .with(Pooling.KEY_SHIFT, key.shift())
        .with(Pooling.VALUE_WEIGHT, value.weight())
        .with(Pooling.VALUE_BIAS, value.bias())
        .with(Pooling.VALUE_GAIN, value.gain())
        .with(Pooling.VALUE_SHIFT, value.shift())
        .with(Pooling.MASK, in.mask())
        .with(Pooling.FACTOR, in.factor());
  }

  static <T> OpCall<T> conjugate(Separation s, T x, T mask, double beta, int axis) {
    return OpCall.<T>of(Conjugate.DECLARATION)
        .axis(axis)
        .with(Conjugate.X, x)
        .with(Conjugate.MASK, mask)
        .with(Conjugate.BETA, beta)
        .with(Conjugate.SEPARATION, s);
  }

  /** A retrieval; without values the keys are the values. */
  static <T> OpCall<T> retrieve(
      Separation s, double beta, int topK, T queries, List<T> keys, List<T> values) {
    Checks.finite(Retrieve.NAME, "beta", beta);
    if (topK < 0) {
      throw Checks.bad(Retrieve.NAME, "topK", "0 or more", topK);
    }
    OpCall<T> call =
        OpCall.<T>of(Retrieve.DECLARATION)
            .with(Retrieve.QUERIES, queries)
            .with(Retrieve.BETA, beta)
            .with(Retrieve.SEPARATION, s)
            .with(Retrieve.TOP_K, topK)
            .with(Retrieve.BLOCKS, keys.size());
    keys.forEach(block -> call.with(Retrieve.KEYS, block));
    if (values != null) {
      if (values.size() != keys.size()) {
        throw Checks.bad(
            Retrieve.NAME, "values", keys.size() + " blocks, as many as of keys", values.size());
      }
      values.forEach(block -> call.with(Retrieve.VALUES, block));
    }
    return call;
  }

  /** One-hot targets and which rows count, of class labels. */
  static <T> OpCall<T> classTargets(T x, T labels, int ignoreIndex) {
    return OpCall.<T>of(ClassTargets.DECLARATION)
        .with(ClassTargets.X, x)
        .with(ClassTargets.LABELS, labels)
        .with(ClassTargets.IGNORED, ignoreIndex);
  }

  static <T> OpCall<T> sequenceEmbedding(SequenceInputs<T> in, boolean positions, long extent) {
    return OpCall.<T>of(SequenceEmbedding.DECLARATION)
        .with(SequenceEmbedding.WEIGHT, in.weight())
        .with(SequenceEmbedding.BIAS, in.bias())
        .with(SequenceEmbedding.RESIDUES, in.residues())
        .with(SequenceEmbedding.SCALE, in.scale())
        .with(SequenceEmbedding.POSITIONS, positions)
        .with(SequenceEmbedding.EXTENT, extent);
  }

  static <T> OpCall<T> association(Association options, AssociationInputs<T> in) {
    OpCall<T> call =
        OpCall.<T>of(HopfieldAssociation.DECLARATION)
            .with(HopfieldAssociation.Q, in.q())
            .with(HopfieldAssociation.K, in.k())
            .with(HopfieldAssociation.V, in.v())
            .with(HopfieldAssociation.MASK, in.mask())
            .with(HopfieldAssociation.ADDITIVE, in.additiveMask())
            .with(HopfieldAssociation.PADDING, in.storedPadding())
            .with(HopfieldAssociation.QUERY_MASK, in.queryMask())
            .with(HopfieldAssociation.BETA, in.beta())
            .with(HopfieldAssociation.ALPHA, in.alpha())
            .with(HopfieldAssociation.NOISE, in.noise());
    return HopfieldAssociation.with(call, options, in.additiveMask() != null);
  }

  /** The outputs of an association by their names. */
  static <T> AssociationOutput<T> associated(Association options, T[] outputs) {
    int next = 1;
    T weights = options.isWeights() ? outputs[next++] : null;
    return new AssociationOutput<>(outputs[0], weights, options.isSteps() ? outputs[next] : null);
  }

  static <T> OpCall<T> unit(LagrangianUnit unit, T x, T mask, T noise, int axis) {
    return switch (unit.getKind()) {
      case NONE ->
          throw new IllegalArgumentException(
              "lagrangianUnit: argument unit: expected relu or pfu, found none");
      case RELU ->
          OpCall.<T>of(ReluUnit.DECLARATION)
              .axis(axis)
              .with(ReluUnit.X, x)
              .with(ReluUnit.MASK, mask);
      case PFU ->
          PfuUnit.with(OpCall.<T>of(PfuUnit.DECLARATION), unit)
              .axis(axis)
              .with(PfuUnit.X, x)
              .with(PfuUnit.MASK, mask)
              .with(PfuUnit.NOISE, noise);
    };
  }
}
