package io.github.dl4jhopfield.keras;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a Keras layer becomes: a DL4J layer (one input) or vertex, its output shape, where each of
 * its parameters comes from, and what happens to a mask.
 */
public final class MappedLayer {

  /**
   * One Keras weight and the parameter that it fills.
   *
   * @param name its name within the layer, "kernel" or "query/kernel"
   * @param path its path within the layer in a {@code .keras} archive, "vars/0"; null for the n-th
   *     of the layer's own
   * @param shape as Keras has it
   * @param stage which of the DL4J layers it belongs to (0: the first)
   * @param parameter the DL4J parameter, or null for a weight that DL4J does not need
   * @param change from Keras's array to the parameter's; the identity may leave a reshape to the
   *     importer
   */
  record Weight(
      String name,
      String path,
      long[] shape,
      int stage,
      String parameter,
      UnaryOperator<INDArray> change) {}

  /** A weight that has the parameter's layout. */
  static final UnaryOperator<INDArray> AS_IS = w -> w;

  /** What becomes of the mask. */
  enum MaskOut {
    NONE,
    FIRST,
    SECOND,
    ALL,
    ALL_KEEP,
    CONCATENATED,
    NOT_ZERO,
    NOT_VALUE
  }

  /**
   * One DL4J layer or vertex.
   *
   * @param inputs what it takes: the number of a stage before it, or {@link #input}; null for the
   *     stage before it (the first: all inputs in the {@link #inputOrder})
   * @param maskOf for each of its inputs the number of the call's input whose mask goes with it, -1
   *     for none; null for the first stage: as {@link #usesMask} says
   */
  record Stage(Layer layer, GraphVertex vertex, int[] inputs, int[] maskOf) {}

  /** A result of a layer that has several. */
  record Output(int stage, long[] shape) {}

  /** As the input of a stage: input k of the call. */
  static int input(int k) {
    return -1 - k;
  }

  final List<Stage> stages = new ArrayList<>();
  final List<Weight> weights = new ArrayList<>();
  final long[] outputShape;
  MaskOut maskOut = MaskOut.NONE;
  double maskValue;
  boolean[] usesMask = {};
  int[] inputOrder;
  final Map<String, Double> constants = new LinkedHashMap<>();

  /** Of a stage that takes the parameters of another: the number of that one. */
  final Map<Integer, Integer> sameWeights = new LinkedHashMap<>();

  final Map<Integer, Map<String, Double>> constantsOfStages = new LinkedHashMap<>();
  String note;
  boolean ownMaskAsInput;
  boolean stopsGradient;
  boolean sizesOnly;

  /** Where it is not empty: all results, the first first. */
  final List<Output> outputs = new ArrayList<>();

  private MappedLayer(long[] outputShape) {
    this.outputShape = outputShape.clone();
  }

  /** A layer with one input. The layer must know its sizes (nIn): no input types are set. */
  public static MappedLayer of(Layer layer, long... outputShape) {
    MappedLayer m = new MappedLayer(outputShape);
    m.stages.add(new Stage(layer, null, null, null));
    return m;
  }

  /** A vertex. */
  public static MappedLayer of(GraphVertex vertex, long... outputShape) {
    MappedLayer m = new MappedLayer(outputShape);
    m.stages.add(new Stage(null, vertex, null, null));
    return m;
  }

  /** Nothing: the output is the input. */
  public static MappedLayer identity(long... shape) {
    return new MappedLayer(shape);
  }

  /** Another layer after the first. */
  public MappedLayer then(Layer layer) {
    stages.add(new Stage(layer, null, null, null));
    return this;
  }

  /** A layer on chosen inputs; see {@link Stage}. */
  MappedLayer then(Layer layer, int[] inputs, int... maskOf) {
    stages.add(new Stage(layer, null, inputs, maskOf));
    return this;
  }

  /** A vertex on chosen inputs; see {@link Stage}. */
  MappedLayer then(GraphVertex vertex, int[] inputs, int... maskOf) {
    stages.add(new Stage(null, vertex, inputs, maskOf));
    return this;
  }

  /** Nothing yet: stages come by {@link #then}. */
  static MappedLayer empty(long... outputShape) {
    return new MappedLayer(outputShape);
  }

  /** A result of its own; the first of them is the layer's first. */
  MappedLayer output(int stage, long... shape) {
    outputs.add(new Output(stage, shape.clone()));
    return this;
  }

  /** Another sentence for the summary. */
  void addNote(String sentence) {
    note = note == null ? sentence : note + " " + sentence;
  }

  /** A weight of that Keras name and shape that fills a parameter of the first layer. */
  public MappedLayer weight(String kerasName, String parameter, long... shape) {
    weights.add(new Weight(kerasName, null, shape, 0, parameter, AS_IS));
    return this;
  }

  /** As {@link #weight(String, String, long...)}, with a change of layout. */
  public MappedLayer weight(
      String kerasName, String parameter, UnaryOperator<INDArray> change, long... shape) {
    weights.add(new Weight(kerasName, null, shape, 0, parameter, change));
    return this;
  }

  /** A weight of a sub-layer; path is its place in a {@code .keras} archive. */
  MappedLayer nested(
      String kerasName,
      String path,
      String parameter,
      UnaryOperator<INDArray> change,
      long... shape) {
    weights.add(new Weight(kerasName, path, shape, 0, parameter, change));
    return this;
  }

  /** A weight that is not needed, a number. */
  MappedLayer ignored(String kerasName) {
    weights.add(new Weight(kerasName, null, new long[0], 0, null, AS_IS));
    return this;
  }

  /** A weight of a later stage. */
  MappedLayer weightOfStage(int stage, String kerasName, String parameter, long... shape) {
    weights.add(new Weight(kerasName, null, shape, stage, parameter, AS_IS));
    return this;
  }

  /** The layer hands the mask of its first input on. */
  public MappedLayer passesMask() {
    maskOut = MaskOut.FIRST;
    return this;
  }

  /** The layer wants the mask of these inputs as its DL4J mask. */
  public MappedLayer usesMask(boolean... ofInput) {
    usesMask = ofInput;
    return this;
  }

  MappedLayer maskOut(MaskOut out) {
    maskOut = out;
    return this;
  }

  MappedLayer maskOut(MaskOut out, double value) {
    maskOut = out;
    maskValue = value;
    return this;
  }

  /** The vertex takes the Keras inputs in this order; an input may appear more than once. */
  MappedLayer inputOrder(int... order) {
    inputOrder = order;
    return this;
  }

  /** A parameter of the first layer that Keras does not have and that keeps this value. */
  MappedLayer constant(String parameter, double value) {
    constants.put(parameter, value);
    return this;
  }

  /** As {@link #constant}, of a later stage. */
  MappedLayer constantOfStage(int stage, String parameter, double value) {
    constantsOfStages.computeIfAbsent(stage, k -> new LinkedHashMap<>()).put(parameter, value);
    return this;
  }

  /** A sentence for the summary. */
  MappedLayer note(String sentence) {
    note = sentence;
    return this;
  }

  /** The vertex takes the mask that the layer computes as its second input. */
  MappedLayer ownMaskAsInput() {
    ownMaskAsInput = true;
    return this;
  }

  /** The result is the shape of a tensor. */
  MappedLayer sizesOnly() {
    sizesOnly = true;
    return this;
  }

  /** The layer has no gradient for its input. */
  MappedLayer stopsGradient() {
    stopsGradient = true;
    return this;
  }

  boolean usesMask(int input) {
    return input < usesMask.length && usesMask[input];
  }
}
