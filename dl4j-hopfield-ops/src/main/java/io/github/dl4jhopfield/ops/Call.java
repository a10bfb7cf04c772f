package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.custom.ClassTargets;
import io.github.dl4jhopfield.ops.custom.Conjugate;
import io.github.dl4jhopfield.ops.custom.ConstrainedSparsemax;
import io.github.dl4jhopfield.ops.custom.Dense;
import io.github.dl4jhopfield.ops.custom.Entmax;
import io.github.dl4jhopfield.ops.custom.Entmax15;
import io.github.dl4jhopfield.ops.custom.Gelu;
import io.github.dl4jhopfield.ops.custom.HopfieldAssociation;
import io.github.dl4jhopfield.ops.custom.KSubsets;
import io.github.dl4jhopfield.ops.custom.L2Normalize;
import io.github.dl4jhopfield.ops.custom.LayerNorm;
import io.github.dl4jhopfield.ops.custom.MaskedSoftmax;
import io.github.dl4jhopfield.ops.custom.Normmax;
import io.github.dl4jhopfield.ops.custom.PfuUnit;
import io.github.dl4jhopfield.ops.custom.Pooling;
import io.github.dl4jhopfield.ops.custom.ProjectionOp;
import io.github.dl4jhopfield.ops.custom.ReluUnit;
import io.github.dl4jhopfield.ops.custom.Retrieve;
import io.github.dl4jhopfield.ops.custom.SeparationOp;
import io.github.dl4jhopfield.ops.custom.SequenceEmbedding;
import io.github.dl4jhopfield.ops.custom.SequentialKSubsets;
import io.github.dl4jhopfield.ops.custom.Sparsemax;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One call of an op, with arrays (T = INDArray) or graph variables (T = SDVariable): what the two
 * namespaces share.
 */
record Call<T>(String op, List<T> inputs, long[] iArgs, double[] tArgs) {

  /** beta, or a parameter: a number, or one number a row. */
  record Value<T>(double number, T array) {
    static <T> Value<T> of(double number) {
      return new Value<>(number, null);
    }

    static <T> Value<T> of(T array) {
      return new Value<>(0, array);
    }
  }

  static <T> Call<T> separation(String op, T x, T mask, Value<T> beta, int axis) {
    return separation(op, x, mask, beta, null, axis, new long[0], new double[0]);
  }

  static <T> Call<T> separation(
      String op,
      T x,
      T mask,
      Value<T> beta,
      T parameter,
      int axis,
      long[] moreIArgs,
      double[] moreTArgs) {
    List<T> inputs = new ArrayList<>(4);
    inputs.add(x);
    for (T optional : new ArrayList<>(java.util.Arrays.asList(mask, beta.array(), parameter))) {
      if (optional != null) {
        inputs.add(optional);
      }
    }
    long[] iArgs = new long[2 + moreIArgs.length];
    iArgs[0] = axis;
    iArgs[1] = SeparationOp.flags(mask != null, beta.array() != null, parameter != null);
    System.arraycopy(moreIArgs, 0, iArgs, 2, moreIArgs.length);
    double[] tArgs = new double[1 + moreTArgs.length];
    tArgs[0] = beta.array() == null ? beta.number() : 1;
    System.arraycopy(moreTArgs, 0, tArgs, 1, moreTArgs.length);
    return new Call<>(op, inputs, iArgs, tArgs);
  }

  static <T> Call<T> entmax(T x, T mask, Value<T> beta, Value<T> alpha, int axis) {
    if (alpha.array() == null) {
      Checks.alpha(Entmax.NAME, alpha.number());
    }
    return separation(
        Entmax.NAME,
        x,
        mask,
        beta,
        alpha.array(),
        axis,
        new long[0],
        new double[] {alpha.array() == null ? alpha.number() : 1});
  }

  static <T> Call<T> normmax(T x, T mask, Value<T> beta, double p, int axis) {
    Checks.p(Normmax.NAME, p);
    return separation(Normmax.NAME, x, mask, beta, null, axis, new long[0], new double[] {p});
  }

  static <T> Call<T> kSubsets(T x, T mask, Value<T> beta, int k, boolean atMost, int axis) {
    Checks.k(KSubsets.NAME, k);
    return separation(
        KSubsets.NAME, x, mask, beta, null, axis, new long[] {atMost ? 1 : 0}, new double[] {k});
  }

  static <T> Call<T> constrainedSparsemax(T x, T upper, T mask, int axis) {
    if (upper == null) {
      throw Checks.bad(ConstrainedSparsemax.NAME, "upper", "an array", "none");
    }
    List<T> inputs = new ArrayList<>(List.of(x, upper));
    if (mask != null) {
      inputs.add(mask);
    }
    return new Call<>(
        ConstrainedSparsemax.NAME,
        inputs,
        new long[] {axis, SeparationOp.flags(mask != null, false, false)},
        new double[0]);
  }

  static <T> Call<T> separate(Separation s, T x, T mask, Value<T> beta, T alpha, int axis) {
    if (alpha != null && s.getKind() != Separation.Kind.LEARNED_ENTMAX) {
      throw new IllegalArgumentException(
          "separate: argument alpha: expected none for " + s + ", found an array");
    }
    return switch (s.getKind()) {
      case SOFTMAX -> separation(MaskedSoftmax.NAME, x, mask, beta, axis);
      case SPARSEMAX -> separation(Sparsemax.NAME, x, mask, beta, axis);
      case ENTMAX15 -> separation(Entmax15.NAME, x, mask, beta, axis);
      case ENTMAX -> entmax(x, mask, beta, Value.of(s.getAlpha()), axis);
      case LEARNED_ENTMAX ->
          entmax(x, mask, beta, alpha == null ? Value.of(s.getAlpha()) : Value.of(alpha), axis);
      case NORMMAX -> normmax(x, mask, beta, s.getP(), axis);
      case K_SUBSETS -> kSubsets(x, mask, beta, s.getK(), s.isAtMost(), axis);
      case SEQUENTIAL_K_SUBSETS ->
          throw new IllegalStateException(s + " is made of scaled scores by the namespaces");
    };
  }

  static <T> Call<T> sequentialKSubsets(
      T x, T edgeScores, T mask, int k, boolean atMost, int axis) {
    Checks.k(SequentialKSubsets.NAME, k);
    if (edgeScores == null) {
      throw Checks.bad(SequentialKSubsets.NAME, "edgeScores", "an array", "none");
    }
    List<T> inputs = new ArrayList<>(List.of(x, edgeScores));
    if (mask != null) {
      inputs.add(mask);
    }
    return new Call<>(
        SequentialKSubsets.NAME,
        inputs,
        new long[] {axis, mask == null ? 0 : 1, atMost ? 1 : 0},
        new double[] {k});
  }

  static <T> Call<T> gelu(T x, boolean tanhForm) {
    return new Call<>(Gelu.NAME, List.of(x), new long[] {-1, tanhForm ? 1 : 0}, new double[0]);
  }

  static <T> Call<T> dense(T x, T w, T b, DenseActivation activation, int inner) {
    Objects.requireNonNull(activation, "activation");
    if (w == null) {
      throw Checks.bad(Dense.NAME, "W", "an array", "none");
    }
    return new Call<>(
        Dense.NAME,
        b == null ? List.of(x, w) : List.of(x, w, b),
        Dense.iArgs(b != null, activation, inner),
        new double[0]);
  }

  static <T> Call<T> sequenceEmbedding(SequenceInputs<T> in, boolean positions, long extent) {
    return new Call<>(
        SequenceEmbedding.NAME,
        in.scale() == null
            ? List.of(in.weight(), in.bias(), in.residues())
            : List.of(in.weight(), in.bias(), in.residues(), in.scale()),
        SequenceEmbedding.iArgs(positions, in.scale() != null, extent),
        new double[0]);
  }

  static <T> Call<T> l2Normalize(T x, double eps, int axis) {
    if (!(eps > 0)) {
      throw Checks.bad(L2Normalize.NAME, "eps", "a number above 0", eps);
    }
    return new Call<>(L2Normalize.NAME, List.of(x), new long[] {axis}, new double[] {eps});
  }

  static <T> Call<T> layerNorm(T x, T gain, T bias, double eps, int axis) {
    if ((gain == null) != (bias == null)) {
      throw Checks.bad(
          LayerNorm.NAME,
          "gain and bias",
          "both or neither",
          gain == null ? "bias only" : "gain only");
    }
    return new Call<>(
        LayerNorm.NAME,
        gain == null ? List.of(x) : List.of(x, gain, bias),
        new long[] {axis, gain == null ? 0 : 1},
        new double[] {eps});
  }

  /**
   * Projections of one x.
   *
   * @param eps of a layer norm before them, or null: none
   */
  static <T> Call<T> project(T x, Double eps, List<Projection<T>> projections) {
    if (projections.isEmpty()) {
      throw Checks.bad(ProjectionOp.NAME, "projections", "at least one", 0);
    }
    boolean bias = projections.get(0).bias() != null;
    boolean affine = projections.get(0).gain() != null;
    List<T> inputs = new ArrayList<>();
    inputs.add(x);
    for (Projection<T> p : projections) {
      if (!p.isLike(projections.get(0))) {
        throw Checks.bad(
            ProjectionOp.NAME,
            "projections",
            "a bias on all or none, gain and shift on all or none",
            "some with and some without");
      }
      p.addTo(inputs);
    }
    return new Call<>(
        ProjectionOp.NAME,
        inputs,
        ProjectionOp.iArgs(eps != null, bias, affine, projections.size()),
        new double[] {eps == null ? 0 : eps});
  }

  /**
   * Pooling.
   *
   * @param eps of a layer norm before the projections, or null: none
   */
  static <T> Call<T> pooling(Separation s, double beta, Double eps, PoolingInputs<T> in) {
    Checks.finite(Pooling.NAME, "beta", beta);
    if (s.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      throw Checks.bad(Pooling.NAME, "separation", "one that is not sequential", s);
    }
    boolean bias = in.key().bias() != null;
    boolean affine = in.key().gain() != null;
    List<T> inputs = new ArrayList<>(List.of(in.x(), in.q()));
    if (!in.value().isLike(in.key())) {
      throw Checks.bad(
          Pooling.NAME,
          "key and value",
          "a bias on both or neither, gain and shift on both or neither",
          "one with and one without");
    }
    in.key().addTo(inputs);
    in.value().addTo(inputs);
    if (in.mask() != null) {
      inputs.add(in.mask());
    }
    if (in.factor() != null) {
      inputs.add(in.factor());
    }
    return new Call<>(
        Pooling.NAME,
        inputs,
        Pooling.iArgs(s, eps != null, bias, affine, in.mask() != null, in.factor() != null),
        new double[] {eps == null ? 0 : eps, beta, s.parameter()});
  }

  static <T> Call<T> conjugate(Separation s, T x, T mask, double beta, int axis) {
    if (s.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      throw Checks.bad(Conjugate.NAME, "separation", "one that is not sequential", s);
    }
    List<T> inputs = new ArrayList<>(List.of(x));
    if (mask != null) {
      inputs.add(mask);
    }
    return new Call<>(
        Conjugate.NAME,
        inputs,
        new long[] {axis, mask == null ? 0 : 1, s.getKind().ordinal(), s.isAtMost() ? 1 : 0},
        new double[] {beta, s.parameter()});
  }

  /** A retrieval; without values the keys are the values. */
  static <T> Call<T> retrieve(
      Separation s, double beta, int topK, T queries, List<T> keys, List<T> values) {
    Checks.finite(Retrieve.NAME, "beta", beta);
    if (s.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      throw Checks.bad(Retrieve.NAME, "separation", "one that is not sequential", s);
    }
    if (topK < 0) {
      throw Checks.bad(Retrieve.NAME, "topK", "0 or more", topK);
    }
    List<T> inputs = new ArrayList<>();
    inputs.add(queries);
    inputs.addAll(keys);
    if (values != null) {
      inputs.addAll(values);
    }
    return new Call<>(
        Retrieve.NAME,
        inputs,
        new long[] {
          0,
          values == null ? 0 : 1L << Retrieve.VALUES,
          s.getKind().ordinal(),
          s.isAtMost() ? 1 : 0,
          topK,
          keys.size()
        },
        new double[] {beta, s.parameter()});
  }

  /** One-hot targets and which rows count, of class labels. */
  static <T> Call<T> classTargets(T x, T labels, int ignoreIndex) {
    return new Call<>(
        ClassTargets.NAME, List.of(x, labels), new long[] {0, 0, ignoreIndex}, new double[0]);
  }

  static <T> Call<T> association(Association options, AssociationInputs<T> in) {
    List<T> inputs = new ArrayList<>(List.of(in.q(), in.k(), in.v()));
    List<T> optional = new ArrayList<>();
    optional.add(in.mask());
    optional.add(in.additiveMask());
    optional.add(in.storedPadding());
    optional.add(in.queryMask());
    optional.add(in.beta());
    optional.add(in.alpha());
    optional.add(in.noise());
    boolean[] given = new boolean[optional.size()];
    for (int i = 0; i < given.length; i++) {
      given[i] = optional.get(i) != null;
      if (given[i]) {
        inputs.add(optional.get(i));
      }
    }
    return new Call<>(
        HopfieldAssociation.NAME,
        inputs,
        HopfieldAssociation.iArgs(options, given),
        HopfieldAssociation.tArgs(options));
  }

  /** The outputs of an association by their names. */
  static <T> AssociationOutput<T> associated(Association options, T[] outputs) {
    int next = 1;
    T weights = options.isWeights() ? outputs[next++] : null;
    return new AssociationOutput<>(outputs[0], weights, options.isSteps() ? outputs[next] : null);
  }

  static <T> Call<T> unit(LagrangianUnit unit, T x, T mask, T noise, int axis) {
    List<T> inputs = new ArrayList<>(3);
    inputs.add(x);
    if (mask != null) {
      inputs.add(mask);
    }
    return switch (unit.getKind()) {
      case NONE ->
          throw new IllegalArgumentException(
              "lagrangianUnit: argument unit: expected relu or pfu, found none");
      case RELU ->
          new Call<>(ReluUnit.NAME, inputs, new long[] {axis, mask == null ? 0 : 1}, new double[0]);
      case PFU -> {
        if (noise != null) {
          inputs.add(noise);
        }
        yield new Call<>(
            PfuUnit.NAME,
            inputs,
            PfuUnit.iArgs(unit, mask != null, noise != null, axis),
            PfuUnit.tArgs(unit));
      }
    };
  }
}
