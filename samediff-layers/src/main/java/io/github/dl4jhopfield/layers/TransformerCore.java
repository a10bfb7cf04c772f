package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.layers.AssociationCore.Parameter;
import io.github.dl4jhopfield.ops.Projection;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What Hopfield encoder and decoder layers are made of: one or two associations, each with a
 * residual connection and a normalisation after it, then a feed-forward part with the same.
 *
 * <pre>
 *   x1 = LN(x + association(x))                      encoder
 *   x1 = LN(x + self(x)), x2 = LN(x1 + cross(memory, x1))       decoder
 *   y  = LN(x2 + f(x2 W1 + b1) W2 + b2)
 * </pre>
 */
final class TransformerCore implements LayerCore {

  /** Prefix of parameters and inner values of the decoder's association with itself. */
  static final String SELF = "self";

  /** Prefix of parameters and inner values of the decoder's association with the memory. */
  static final String CROSS = "cross";

  private final List<AssociationCore> associations;
  private final FeedForwardOptions o;

  private TransformerCore(FeedForwardOptions options, AssociationCore... associations) {
    this.associations = List.of(associations);
    this.o = options;
  }

  static TransformerCore encoder(AssociationOptions association, FeedForwardOptions options) {
    return new TransformerCore(
        options, new AssociationCore(AssociationCore.Kind.ASSOCIATION, association));
  }

  static TransformerCore decoder(
      AssociationOptions self, AssociationOptions cross, FeedForwardOptions options) {
    return new TransformerCore(
        options,
        new AssociationCore(AssociationCore.Kind.ASSOCIATION, self, SELF),
        new AssociationCore(AssociationCore.Kind.ASSOCIATION, cross, CROSS));
  }

  List<AssociationCore> associations() {
    return associations;
  }

  private long width() {
    return associations.get(0).options().nIn;
  }

  @Override
  public long outputSize() {
    return width();
  }

  @Override
  public long projectedSize() {
    return associations.stream().mapToLong(LayerCore::projectedSize).sum() + o.size;
  }

  @Override
  public void validate(String owner) {
    for (AssociationCore a : associations) {
      String whose = a.prefix().isEmpty() ? "" : "association " + a.prefix() + ": ";
      a.validate(owner);
      if (a.options().nIn != width()) {
        throw LayerChecks.wrong(
            owner, whose + "nIn = " + a.options().nIn + ", the input has depth " + width());
      }
      if (a.outputSize() != width()) {
        throw LayerChecks.wrong(
            owner,
            whose
                + "a residual connection adds the association, of depth "
                + a.outputSize()
                + ", to the input, of depth "
                + width());
      }
    }
    AssociationCore self = associations.get(0);
    if (self.storedSize() != width() || self.projectionSize() != width()) {
      throw LayerChecks.wrong(
          owner,
          "an input of depth "
              + width()
              + " is its own stored pattern and pattern projection: storedPatternSize = "
              + self.storedSize()
              + ", patternProjectionSize = "
              + self.projectionSize());
    }
    LayerChecks.atLeast(owner, "feedForwardSize", o.size, 1);
    if (!(o.dropout >= 0 && o.dropout < 1)) {
      throw LayerChecks.wrong(owner, "residualDropout = " + o.dropout + ", expected 0 <= p < 1");
    }
    if (!(o.normEps > 0)) {
      throw LayerChecks.wrong(owner, "residualNormEps = " + o.normEps + ", expected above 0");
    }
    GraphActivations.validate(owner, "feedForwardActivation", o.activation);
  }

  // ---------------------------------------------------------------- parameters

  /** The names of the normalisations, in order. */
  List<String> norms() {
    List<String> names = new ArrayList<>();
    for (AssociationCore a : associations) {
      names.add(norm(a));
    }
    names.add("Output");
    return names;
  }

  private static String norm(AssociationCore a) {
    return switch (a.prefix()) {
      case SELF -> "ResidualSelf";
      case CROSS -> "ResidualCross";
      default -> "Residual";
    };
  }

  @Override
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    associations.forEach(a -> all.putAll(a.parameters()));
    for (String norm : norms()) {
      add(all, "gain" + norm, 1, width(), false, 1);
      add(all, "shift" + norm, 1, width(), false, 0);
    }
    add(all, "Winner", width(), o.size, true, 0);
    add(all, "binner", 1, o.size, false, 0);
    add(all, "Wouter", o.size, width(), true, 0);
    add(all, "bouter", 1, width(), false, 0);
    return all;
  }

  private static void add(
      Map<String, Parameter> all, String name, long rows, long columns, boolean weight, double v) {
    all.put(name, new Parameter(name, rows, columns, weight, v));
  }

  @Override
  public boolean trainable(String parameter) {
    return true;
  }

  /**
   * As the originals: associations as {@link AssociationCore#initialise}, gains 1, shifts 0, the
   * feed-forward part's weights and biases uniform within 1 / sqrt(inputs).
   */
  @Override
  public void initialise(Map<String, INDArray> table) {
    associations.forEach(a -> a.initialise(table));
    for (String norm : norms()) {
      table.get("gain" + norm).assign(1);
      table.get("shift" + norm).assign(0);
    }
    uniform(table.get("Winner"), width());
    uniform(table.get("binner"), width());
    uniform(table.get("Wouter"), o.size);
    uniform(table.get("bouter"), o.size);
  }

  private static void uniform(INDArray array, long inputs) {
    double bound = 1 / Math.sqrt(inputs);
    array.assign(Nd4j.rand(array.dataType(), array.shape()).muli(2 * bound).subi(bound));
  }

  @Override
  public int initialSteps() {
    return associations.stream().mapToInt(AssociationCore::initialSteps).max().orElse(0);
  }

  @Override
  public int maximumSteps() {
    return associations.stream().mapToInt(AssociationCore::maximumSteps).max().orElse(0);
  }

  @Override
  public boolean differsInTraining() {
    return o.dropout > 0 || associations.stream().anyMatch(AssociationCore::differsInTraining);
  }

  @Override
  public List<String> innerNames() {
    return associations.stream().flatMap(a -> a.innerNames().stream()).toList();
  }

  // ---------------------------------------------------------------- graph

  /** Defines the layer in a graph. */
  final class Graph {
    private final GraphContext c;
    private final PatternInput in;

    /**
     * @param in the layer's input (decoder: the target)
     */
    Graph(GraphContext c, PatternInput in) {
      this.c = c;
      this.in = in;
    }

    /**
     * @param memory input of the decoder's memory, null for an encoder
     * @param masks names of the inputs with the association masks, null where there is none
     * @return [B, L, nIn]
     */
    SDVariable define(PatternInput memory, String... masks) {
      SDVariable x = in.flat(c, width());
      for (int i = 0; i < associations.size(); i++) {
        AssociationCore a = associations.get(i);
        PatternInput state = new PatternInput(in.name(), in.format(), x);
        PatternInput stored = i == 0 ? state : memory;
        SDVariable y = new AssociationGraph(a, c).define(stored, state, stored, masks[i]);
        x = residual(x, y.reshape(-1, width()), norm(a));
      }
      SDVariable inner = linear(x, "inner");
      inner = GraphActivations.apply(c.sd(), o.activation, inner);
      inner = dropout("inner", inner, o.size);
      SDVariable outer = linear(inner, "outer");
      SDVariable y = residual(x, outer, "Output");
      return y.reshape(
          c.shape(
              "out",
              call -> {
                INDArray array = call.input(in.name());
                return new long[] {
                  PatternInput.batch(array), PatternInput.length(array, in.format()), width()
                };
              }));
    }

    private SDVariable linear(SDVariable x, String name) {
      return SDHopfield.of(c.sd())
          .project(x, List.of(Projection.of(c.param("W" + name)).withBias(c.param("b" + name))))[0];
    }

    private SDVariable residual(SDVariable x, SDVariable y, String norm) {
      return SDHopfield.of(c.sd())
          .layerNorm(
              x.add(dropout(norm, y, width())),
              c.param("gain" + norm).reshape(width()),
              c.param("shift" + norm).reshape(width()),
              o.normEps,
              -1);
    }

    private SDVariable dropout(String name, SDVariable x, long depth) {
      return c.dropout(
          "dropout" + name,
          x,
          o.dropout,
          2,
          call -> {
            INDArray array = call.input(in.name());
            return new long[] {
              PatternInput.batch(array) * PatternInput.length(array, in.format()), depth
            };
          });
    }
  }
}
