package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.ops.Separation;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A space of separations: the kind, and numbers of which each kind uses those that it has. For
 * kinds without numbers {@code Values.oneOf(Separation.softmax(), Separation.sparsemax())} is
 * shorter.
 */
public final class SeparationSpace extends OptionSpace<Separation> {
  private static final OptionTable TABLE = OptionTable.ofFields("SeparationSpace", Choice.class);

  /** What a candidate has drawn. */
  static final class Choice {
    public Separation.Kind kind = Separation.Kind.SOFTMAX;
    public double alpha = 1.5;
    public double p = 2;
    public int k = 1;
    public boolean atMost;
    public double edgeScore;
  }

  @JsonCreator
  private SeparationSpace(@JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  public Separation getValue(double[] places) {
    Choice choice = configured(new Choice(), places);
    return switch (choice.kind) {
      case SOFTMAX -> Separation.softmax();
      case SOFTMAX1 -> Separation.softmax1();
      case SPARSEMAX -> Separation.sparsemax();
      case ENTMAX15 -> Separation.entmax15();
      case ENTMAX -> Separation.entmax(choice.alpha);
      case LEARNED_ENTMAX -> Separation.learnedEntmax(choice.alpha);
      case NORMMAX -> Separation.normmax(choice.p);
      case K_SUBSETS -> Separation.kSubsets(choice.k, choice.atMost);
      case SEQUENTIAL_K_SUBSETS -> Separation.sequentialKSubsets(choice.k, choice.edgeScore);
    };
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends Options<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** Which family. Default softmax. */
    public Builder kind(ParameterSpace<Separation.Kind> space) {
      return option("kind", space);
    }

    /** alpha of entmax, and where that of learned entmax starts. Default 1.5. */
    public Builder alpha(ParameterSpace<Double> space) {
      return option("alpha", space);
    }

    /** p of normmax. Default 2. */
    public Builder p(ParameterSpace<Double> space) {
      return option("p", space);
    }

    /** k of k-subsets. Default 1. */
    public Builder k(ParameterSpace<Integer> space) {
      return option("k", space);
    }

    /** Whether k-subsets may choose fewer than k. Default not. */
    public Builder atMost(ParameterSpace<Boolean> space) {
      return option("atMost", space);
    }

    /** Score of chosen neighbours of sequential k-subsets. Default 0. */
    public Builder edgeScore(ParameterSpace<Double> space) {
      return option("edgeScore", space);
    }

    /** The space. */
    public SeparationSpace build() {
      return new SeparationSpace(given);
    }
  }
}
