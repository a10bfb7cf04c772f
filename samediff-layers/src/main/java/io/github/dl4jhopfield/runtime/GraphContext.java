package io.github.dl4jhopfield.runtime;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a layer sees while it defines its graph: inputs, parameters and masks as variables, whether
 * the graph is for training, and arrays that Java works out at each call.
 *
 * <p>A graph is defined once and run with any batch size and length: every dimension of an input
 * that may change is unknown (-1) here. Numbers that depend on the call (a target shape, a drawn
 * dropout mask) come through {@link #feed}.
 */
public final class GraphContext {

  /** The arrays of one call, from which a feed is worked out. */
  public static final class Call {
    private final Map<String, INDArray> inputs;
    private final Map<String, INDArray> masks;
    private final Map<String, INDArray> params;
    private final DataType dataType;

    Call(
        Map<String, INDArray> inputs,
        Map<String, INDArray> masks,
        Map<String, INDArray> params,
        DataType dataType) {
      this.inputs = inputs;
      this.masks = masks;
      this.params = params;
      this.dataType = dataType;
    }

    /** The input array of that name. */
    public INDArray input(String name) {
      return inputs.get(name);
    }

    /** The mask of the input of that name, or null. */
    public INDArray mask(String name) {
      return masks.get(name);
    }

    /** The parameter of that name, or null. */
    public INDArray param(String name) {
      return params.get(name);
    }

    String shapes() {
      StringBuilder text = new StringBuilder();
      inputs.forEach((n, a) -> text.append(Arrays.toString(a.shape())));
      return text.toString();
    }

    /** The data type of the network. */
    public DataType dataType() {
      return dataType;
    }
  }

  /** One array that Java gives at each call. */
  record Feed(Function<Call, INDArray> value, Kind kind) {}

  /** How often a feed is worked out. */
  enum Kind {
    /** At each run. */
    EACH_RUN,
    /** When shapes change. */
    BY_SHAPE,
    /** In a forward run; its backward run takes it again. */
    RANDOM
  }

  private final SameDiff sd;
  private final DataType dataType;
  private final boolean training;
  private final int unroll;
  private final boolean inspected;
  private final Map<String, SDVariable> inputs = new LinkedHashMap<>();
  private final Map<String, SDVariable> masks = new LinkedHashMap<>();
  private final Map<String, SDVariable> params = new LinkedHashMap<>();
  private final Map<String, SDVariable> fed = new LinkedHashMap<>();
  private final Map<String, Feed> feeds = new LinkedHashMap<>();
  private final Map<String, SDVariable> exposed = new LinkedHashMap<>();
  private SDVariable unfinished;

  GraphContext(SameDiff sd, DataType dataType, boolean training, int unroll, boolean inspected) {
    this.inspected = inspected;
    this.sd = sd;
    this.dataType = dataType;
    this.training = training;
    this.unroll = unroll;
  }

  /** The graph being defined. */
  public SameDiff sd() {
    return sd;
  }

  /** The data type of the network's parameters and activations. */
  public DataType dataType() {
    return dataType;
  }

  /** True in the graph that training runs: dropout and noise belong here only. */
  public boolean training() {
    return training;
  }

  /** Whether this graph is run to read inner values ({@link #expose}), which it must then have. */
  public boolean inspected() {
    return inspected;
  }

  /** The input of that name. */
  public SDVariable input(String name) {
    return inputs.get(name);
  }

  /** The mask of the input of that name; null when calls of this graph have none. */
  public SDVariable mask(String name) {
    return masks.get(name);
  }

  /** The parameter of that name; null if the layer has none of that name. */
  public SDVariable param(String name) {
    return params.get(name);
  }

  /**
   * A variable whose array Java works out from the arrays of each call. The same name gives the
   * same variable.
   *
   * @param shape as known now, -1 for what changes
   */
  public SDVariable feed(
      String name, DataType type, long[] shape, Function<Call, INDArray> valueOfCall) {
    return feed(name, type, shape, valueOfCall, Kind.EACH_RUN);
  }

  /**
   * As {@link #feed}; the array drawn or worked out in the forward pass is used again in its
   * backward pass.
   */
  public SDVariable random(
      String name, DataType type, long[] shape, Function<Call, INDArray> valueOfCall) {
    return feed(name, type, shape, valueOfCall, Kind.RANDOM);
  }

  private SDVariable feed(
      String name, DataType type, long[] shape, Function<Call, INDArray> valueOfCall, Kind kind) {
    SDVariable known = fed.get(name);
    if (known != null) {
      return known;
    }
    SDVariable variable = sd.placeHolder("feed-" + name, type, shape);
    fed.put(name, variable);
    feeds.put(variable.name(), new Feed(valueOfCall, kind));
    return variable;
  }

  /** A shape that depends on the call, for {@code sd.reshape}. */
  public SDVariable shape(String name, Function<Call, long[]> shapeOfCall) {
    return feed(
        name,
        DataType.INT64,
        new long[] {-1},
        call -> Nd4j.createFromArray(shapeOfCall.apply(call)),
        Kind.BY_SHAPE);
  }

  /** Zeros of a shape that depends on the shapes of the call. */
  public SDVariable zeros(String name, int rank, Function<Call, long[]> shapeOfCall) {
    long[] unknown = new long[rank];
    Arrays.fill(unknown, -1);
    return feed(
        name,
        dataType,
        unknown,
        call -> Nd4j.zeros(call.dataType(), shapeOfCall.apply(call)),
        Kind.BY_SHAPE);
  }

  /**
   * In the training graph, x with each entry set to zero with that probability and the others grown
   * by 1 / (1 - probability); x itself otherwise.
   *
   * @param rank of x
   * @param shapeOfCall the shape of x in a call
   */
  public SDVariable dropout(
      String name, SDVariable x, double probability, int rank, Function<Call, long[]> shapeOfCall) {
    SDVariable factor = dropoutFactor(name, probability, rank, shapeOfCall);
    return factor == null ? x : x.mul(factor);
  }

  /** What {@link #dropout} multiplies with: 0 or 1 / (1 - probability); null for 1 everywhere. */
  public SDVariable dropoutFactor(
      String name, double probability, int rank, Function<Call, long[]> shapeOfCall) {
    if (!training || probability == 0) {
      return null;
    }
    double kept = 1 - probability;
    long[] unknown = new long[rank];
    Arrays.fill(unknown, -1);
    return random(
        name,
        dataType,
        unknown,
        call -> {
          INDArray draw = Nd4j.rand(call.dataType(), shapeOfCall.apply(call));
          return draw.lt(kept).castTo(call.dataType()).muli(1 / kept);
        });
  }

  /** How many steps of an iteration this graph holds; see {@link #repeatWhile}. */
  public int unroll() {
    return unroll;
  }

  /**
   * Says that {@link #unroll} steps may not be enough: where the sum of this variable is not zero
   * after a call, the runtime defines a graph with twice the steps and runs that. Said of several
   * variables, any of them.
   */
  public void repeatWhile(SDVariable stillActive) {
    unfinished = unfinished == null ? stillActive : unfinished.sum().add(stillActive.sum());
  }

  /** Names a variable inside the graph, so that it can be read from a trained network. */
  public void expose(String name, SDVariable variable) {
    exposed.put(name, variable);
  }

  Map<String, SDVariable> inputs() {
    return inputs;
  }

  Map<String, SDVariable> masks() {
    return masks;
  }

  Map<String, SDVariable> params() {
    return params;
  }

  Map<String, Feed> feeds() {
    return feeds;
  }

  Map<String, SDVariable> exposed() {
    return exposed;
  }

  SDVariable unfinished() {
    return unfinished;
  }
}
