package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.MergeTensors;
import io.github.dl4jhopfield.keras.layers.Operation;
import io.github.dl4jhopfield.keras.layers.OperationLayer;
import io.github.dl4jhopfield.keras.layers.OperationVertex;
import io.github.dl4jhopfield.keras.layers.RecurrentCell;
import io.github.dl4jhopfield.keras.layers.RecurrentSequence;
import io.github.dl4jhopfield.keras.layers.RecurrentVertex;
import io.github.dl4jhopfield.keras.layers.ShapeChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.databind.JsonNode;

/** LSTM, GRU, SimpleRNN, RNN of cells, and Bidirectional. */
final class RecurrentMappers {

  private static final long OPEN = Long.MIN_VALUE;

  /**
   * One cell of a recurrent layer.
   *
   * @param options where its options are
   * @param kind "LSTM", "GRU" or "SimpleRNN"
   * @param name pattern of its weights' names, before the name
   * @param path of its weights in an archive
   */
  private record Cell(KerasLayerInfo options, String kind, String name, String path) {}

  /** A recurrent layer in one direction. */
  private record Direction(
      List<Cell> cells, boolean backwards, boolean sequences, boolean states, boolean zeros) {}

  private RecurrentMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    for (String name : List.of("LSTM", "SimpleRNN", "GRU", "RNN")) {
      m.put(name, RecurrentMappers::recurrent);
    }
    m.put("Bidirectional", RecurrentMappers::bidirectional);
  }

  // --- options ------------------------------------------------------------------------------

  private static Direction direction(
      KerasLayerInfo i, String type, JsonNode config, String name, String path, boolean turn) {
    KerasLayerInfo o = i.inner(type, config, List.of(i.inputShape(0)));
    if (o.flag("time_major", false)) {
      throw i.error("option time_major is not imported");
    }
    List<Cell> cells = new ArrayList<>();
    if (type.equals("RNN")) {
      JsonNode cell = config.path("cell");
      String cellType = cell.path("class_name").asText("?");
      if (cellType.equals("StackedRNNCells")) {
        Map<String, Integer> numbers = new HashMap<>();
        for (JsonNode c : cell.path("config").path("cells")) {
          String one = c.path("class_name").asText("?");
          String snake = KerasModelConfig.snake(one);
          int n = numbers.merge(snake, 1, Integer::sum) - 1;
          cells.add(
              cell(
                  i,
                  c,
                  name + c.path("config").path("name").asText("*") + "/",
                  path + "cell/cells/" + (n == 0 ? snake : snake + "_" + n) + "/"));
        }
      } else {
        cells.add(cell(i, cell, name, path + "cell/"));
      }
    } else {
      cells.add(new Cell(o, type, name, path + "cell/"));
    }
    return new Direction(
        cells,
        o.flag("go_backwards", false) != turn,
        o.flag("return_sequences", false),
        o.flag("return_state", false),
        o.flag("zero_output_for_mask", false)
            || i.kerasMajor() < 3
                && i.type().equals("Bidirectional")
                && o.flag("return_sequences", false));
  }

  private static Cell cell(KerasLayerInfo i, JsonNode cell, String name, String path) {
    String type = cell.path("class_name").asText("?");
    if (!List.of("LSTMCell", "GRUCell", "SimpleRNNCell").contains(type)) {
      throw i.error("a cell " + type + ": only LSTMCell, GRUCell and SimpleRNNCell are imported");
    }
    KerasLayerInfo o = i.inner(type, cell.path("config"), List.of(i.inputShape(0)));
    return new Cell(o, type.substring(0, type.length() - 4), name, path);
  }

  private static RecurrentCell options(
      KerasLayerInfo i, Cell cell, long nIn, boolean backwards, boolean zeros) {
    KerasLayerInfo o = cell.options();
    RecurrentCell.Kind kind =
        switch (cell.kind()) {
          case "LSTM" -> RecurrentCell.Kind.LSTM;
          case "GRU" ->
              o.flag("reset_after", i.kerasMajor() >= 3 || i.keras().atLeast(2, 4))
                  ? RecurrentCell.Kind.GRU_RESET_AFTER
                  : RecurrentCell.Kind.GRU_RESET_BEFORE;
          default -> RecurrentCell.Kind.SIMPLE;
        };
    String activation = CoreMappers.activationName(o, "activation");
    String gates =
        kind == RecurrentCell.Kind.SIMPLE
            ? "linear"
            : CoreMappers.activationName(o, "recurrent_activation");
    for (String name : List.of(activation, gates)) {
      if (!RecurrentCell.knows(name)) {
        throw i.error("the activation " + name + " is not imported in a recurrent layer");
      }
    }
    return new RecurrentCell(kind, nIn, o.size("units"), activation, gates, backwards, zeros);
  }

  private static void weights(MappedLayer m, int stage, Cell cell, RecurrentCell options) {
    long wide = options.kind().gates() * options.units();
    add(m, stage, cell, "kernel", 0, "W", options.nIn(), wide);
    add(m, stage, cell, "recurrent_kernel", 1, "R", options.units(), wide);
    if (cell.options().flag("use_bias", true)) {
      long[] shape =
          options.kind().biases() == 1
              ? new long[] {wide}
              : new long[] {options.kind().biases(), wide};
      add(m, stage, cell, "bias", 2, "b", shape);
    } else {
      m.constantOfStage(stage, "b", 0);
    }
  }

  private static void add(
      MappedLayer m,
      int stage,
      Cell cell,
      String name,
      int number,
      String parameter,
      long... shape) {
    m.weights.add(
        new MappedLayer.Weight(
            cell.name() + name,
            cell.path() + "vars/" + number,
            shape,
            stage,
            parameter,
            MappedLayer.AS_IS));
  }

  private static void notes(KerasLayerInfo i, MappedLayer m, JsonNode config) {
    JsonNode cell = config.path("cell").path("config");
    for (JsonNode c : new JsonNode[] {config, cell}) {
      if (c.path("dropout").asDouble(0) > 0 || c.path("recurrent_dropout").asDouble(0) > 0) {
        m.addNote("The dropout inside \"" + i.name() + "\" (training only) is left out.");
      }
    }
    if (config.path("stateful").asBoolean(false)) {
      m.addNote(
          "\"" + i.name() + "\" is stateful in Keras; here each call starts from states of zeros.");
    }
  }

  // --- one direction ------------------------------------------------------------------------

  private static MappedLayer recurrent(KerasLayerInfo i) {
    i.requireInputs(1, 20);
    if (i.inputShape(0).length != 2) {
      throw i.error(
          "expected an input [batch, time, features], found "
              + KerasLayerInfo.show(i.inputShape()));
    }
    if (i.inputNamed("constants") >= 0) {
      throw i.error("constants are not imported");
    }
    Direction d = direction(i, i.type(), i.config(), "**/", "", false);
    MappedLayer plain = ofDl4j(i, d);
    if (plain != null) {
      return plain;
    }
    long time = i.inputShape()[0];
    Cell last = d.cells().get(d.cells().size() - 1);
    long units = last.options().size("units");
    MappedLayer m = d.sequences() ? MappedLayer.empty(time, units) : MappedLayer.empty(units);
    int initial = i.inputCount() > 1 ? 1 : -1;
    List<int[]> states = new ArrayList<>();
    int result = addDirection(i, m, d, initial, states);
    if (d.states()) {
      m.output(result, m.outputShape);
      for (int[] s : states) {
        m.output(s[0], s[1]);
      }
    } else {
      bringLast(m, result);
    }
    if (d.sequences() && !d.backwards()) {
      m.passesMask();
    }
    notes(i, m, i.config());
    return m;
  }

  /** The last stage is the result of a layer that has one. */
  private static void bringLast(MappedLayer m, int result) {
    if (result != m.stages.size() - 1) {
      m.output(result, m.outputShape);
    }
  }

  /**
   * Adds the stages of one direction; gives the number of the stage with its result, [batch, time,
   * units] or [batch, units].
   *
   * @param initial number of the call's input that holds its first state; -1 for zeros
   * @param states filled with stage and size of each last state, where they are wanted
   */
  private static int addDirection(
      KerasLayerInfo i, MappedLayer m, Direction d, int initial, List<int[]> states) {
    long nIn = i.features(0);
    int at = MappedLayer.input(0);
    int state = initial;
    boolean more = d.cells().size() > 1;
    if (more && d.backwards() && i.hasMask(0)) {
      throw i.error("a mask of several cells that go backwards is not imported");
    }
    int result = -1;
    for (int k = 0; k < d.cells().size(); k++) {
      boolean ends = k == d.cells().size() - 1;
      RecurrentCell options = options(i, d.cells().get(k), nIn, d.backwards() && k == 0, d.zeros());
      int count = options.kind().states();
      boolean whole = d.states() || state >= 0;
      boolean sequence = d.sequences() || !ends;
      int stage = m.stages.size();
      if (state >= 0) {
        int[] takes = new int[count + 1];
        int[] masks = new int[count + 1];
        takes[0] = at;
        for (int s = 0; s < count; s++) {
          if (state >= i.inputCount()) {
            throw i.error("expected more first states than " + (i.inputCount() - 1));
          }
          takes[s + 1] = MappedLayer.input(state++);
          masks[s + 1] = -1;
        }
        m.then(new RecurrentVertex(options), takes, masks);
      } else {
        RecurrentSequence.Result kind =
            whole
                ? RecurrentSequence.Result.ALL
                : sequence ? RecurrentSequence.Result.SEQUENCE : RecurrentSequence.Result.LAST;
        m.then(new RecurrentSequence(options, kind), new int[] {at}, 0);
      }
      weights(m, stage, d.cells().get(k), options);
      result = stage;
      if (whole) {
        result = slice(m, stage, sequence ? OPEN : -count - 1, sequence ? -count : 0);
        for (int s = 0; s < count && d.states(); s++) {
          states.add(new int[] {slice(m, stage, s - count, 0), (int) options.units()});
        }
      }
      at = result;
      nIn = options.units();
    }
    return result;
  }

  /** Steps of a stage: up to an end before the last, or with end 0 one step alone. */
  private static int slice(MappedLayer m, int stage, long from, long end) {
    Operation o =
        Operation.of("slice", 1)
            .sizes(0, OPEN, OPEN, 1, end == 0 ? 1 : 0, from, end == 0 ? 0 : end, 1);
    m.then(new OperationLayer(o), new int[] {stage}, -1);
    return m.stages.size() - 1;
  }

  // --- DL4J's own, where they are the same --------------------------------------------------

  private static IActivation activation(KerasLayerInfo o, String key) {
    return CoreMappers.elementwiseActivation(CoreMappers.activationName(o, key));
  }

  /** DL4J's LSTM or SimpleRnn: no masks, no states, forward in time; null for anything else. */
  private static MappedLayer ofDl4j(KerasLayerInfo i, Direction d) {
    boolean lstm = i.type().equals("LSTM");
    boolean plain =
        (lstm || i.type().equals("SimpleRNN"))
            && !i.hasMask()
            && i.inputCount() == 1
            && !d.backwards()
            && !d.states()
            && activation(i, "activation") != null
            && (!lstm || activation(i, "recurrent_activation") != null);
    if (!plain) {
      return null;
    }
    long nIn = i.features(0);
    int n = i.size("units");
    BaseRecurrentLayer.Builder<?> b =
        lstm
            ? new LSTM.Builder().gateActivationFunction(activation(i, "recurrent_activation"))
            : new SimpleRnn.Builder();
    b.nIn(nIn).nOut(n).activation(activation(i, "activation")).dataFormat(RNNFormat.NWC);
    BaseRecurrentLayer layer = b.build();
    long time = i.inputShape()[0];
    int gates = lstm ? 4 : 1;
    MappedLayer m = d.sequences() ? MappedLayer.of(layer, time, n) : MappedLayer.of(layer, n);
    if (!d.sequences()) {
      m.then(new ShapeChange(ShapeChange.Kind.LAST));
    }
    m.nested("**/kernel", "cell/vars/0", "W", w -> gates(w, lstm), nIn, gates * n);
    m.nested("**/recurrent_kernel", "cell/vars/1", "RW", w -> gates(w, lstm), n, gates * n);
    if (i.flag("use_bias", true)) {
      m.nested("**/bias", "cell/vars/2", "b", w -> gates(w.reshape(1, gates * n), lstm), gates * n);
    } else {
      m.constant("b", 0);
    }
    notes(i, m, i.config());
    return m;
  }

  /**
   * Keras orders the gates input, forget, candidate, output; DL4J candidate, forget, output, input.
   */
  private static INDArray gates(INDArray w, boolean lstm) {
    if (!lstm) {
      return w;
    }
    long n = w.size(1) / 4;
    INDArray[] g = new INDArray[4];
    for (int k = 0; k < 4; k++) {
      g[k] = w.get(NDArrayIndex.all(), NDArrayIndex.interval(k * n, (k + 1) * n));
    }
    return Nd4j.concat(1, g[2], g[1], g[3], g[0]);
  }

  // --- both directions ----------------------------------------------------------------------

  private static MappedLayer bidirectional(KerasLayerInfo i) {
    i.requireInputs(1, 20);
    JsonNode inner = i.option("layer");
    String type = inner == null ? "?" : inner.path("class_name").asText("?");
    if (!List.of("LSTM", "GRU", "SimpleRNN", "RNN").contains(type) || i.inputShape(0).length != 2) {
      throw i.error(
          "around "
              + type
              + " of "
              + KerasLayerInfo.show(i.inputShape())
              + ": expected LSTM, GRU, SimpleRNN or RNN of [batch, time, features]");
    }
    // Keras 2 forces zeros for masked steps of a sequence here
    Direction ahead =
        direction(i, type, inner.path("config"), "**/forward_*/**/", "forward_layer/", false);
    JsonNode other = i.option("backward_layer");
    Direction back =
        other == null
            ? direction(i, type, inner.path("config"), "**/backward_*/**/", "backward_layer/", true)
            : direction(
                i,
                other.path("class_name").asText("?"),
                other.path("config"),
                "**/" + other.path("config").path("name").asText("backward_*") + "/**/",
                "backward_layer/",
                false);
    if (back.sequences() != ahead.sequences() || back.backwards() == ahead.backwards()) {
      throw i.error("its two layers should differ in go_backwards only");
    }
    long time = i.inputShape()[0];
    long one = ahead.cells().get(ahead.cells().size() - 1).options().size("units");
    long two = back.cells().get(back.cells().size() - 1).options().size("units");
    boolean sequences = ahead.sequences();
    JsonNode modeGiven = i.config().get("merge_mode");
    String mode = modeGiven == null ? "concat" : modeGiven.isNull() ? "none" : modeGiven.asText();
    long width = mode.equals("concat") ? one + two : one;
    MappedLayer m = sequences ? MappedLayer.empty(time, width) : MappedLayer.empty(width);
    List<int[]> states = new ArrayList<>();
    int given = i.inputCount() - 1;
    int first = addDirection(i, m, ahead, given > 0 ? 1 : -1, states);
    int second = addDirection(i, m, back, given > 0 ? 1 + given / 2 : -1, states);
    if (sequences) {
      // each in the order of time; one of them runs backwards
      boolean turnSecond = back.backwards();
      m.then(
          new OperationLayer(Operation.of("flip", 1).sizes(1)),
          new int[] {turnSecond ? second : first},
          -1);
      if (turnSecond) {
        second = m.stages.size() - 1;
      } else {
        first = m.stages.size() - 1;
      }
      m.passesMask();
    }
    if (mode.equals("none")) {
      m.output(first, m.outputShape).output(second, m.outputShape);
    } else {
      m.then(merge(i, mode, sequences ? 2 : 1), new int[] {first, second}, -1, -1);
      m.output(m.stages.size() - 1, m.outputShape);
    }
    if (ahead.states()) {
      for (int[] s : states) {
        m.output(s[0], s[1]);
      }
    }
    notes(i, m, inner.path("config"));
    return m;
  }

  private static GraphVertex merge(KerasLayerInfo i, String mode, int axis) {
    return switch (mode) {
      case "concat" -> new OperationVertex(Operation.of("concatenate", 2).sizes(axis));
      case "sum" -> new MergeTensors("add", 0, 2);
      case "mul" -> new MergeTensors("multiply", 0, 2);
      case "ave" -> new MergeTensors("average", 0, 2);
      default -> throw i.error("merge_mode = " + mode + " is not known");
    };
  }
}
