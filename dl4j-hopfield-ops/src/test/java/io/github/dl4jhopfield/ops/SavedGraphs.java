package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.internal.OpCall;
import io.github.dl4jhopfield.ops.internal.Retrieve;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Graphs that hold every op with every choice of its arguments, as the fixtures under {@code
 * saved-graphs} were made of, and the check of those files.
 *
 * <p>A fixture is the graph, its inputs as variables and constants, and beside each output {@code
 * y} what the version that made it computed: constants {@code native_y} and {@code java_y}, and
 * {@code native_gradient_x} and {@code java_gradient_x} of the loss. Made by {@link #main}, run
 * twice, first with {@code -Ddl4jhopfield.native=require}, then with {@code off}: at commit
 * 4412385, softmax1 and sequence-embedding, which are younger ops, in November 2026. A file that is
 * complete is never written again: graphs of new arguments get a file of their own.
 */
public final class SavedGraphs {
  private static final String[] NAMES = {
    "separations",
    "units",
    "functions",
    "association",
    "pooling",
    "retrieve",
    "softmax1",
    "sequence-embedding"
  };

  private SavedGraphs() {}

  /** Arguments: the folder to write the fixtures to. */
  public static void main(String[] args) throws IOException {
    boolean runsNative = NativeOps.status().nativeLoaded();
    String path = runsNative ? "native_" : "java_";
    for (String name : NAMES) {
      Path file = Path.of(args[0], name + ".fb.gz");
      if (runsNative && Files.exists(file)) {
        continue;
      }
      SameDiff graph = runsNative ? build(name) : load(Files.newInputStream(file));
      if (graph.variables().stream().anyMatch(y -> y.name().startsWith(path))) {
        continue;
      }
      Map<String, INDArray> values = values(graph);
      // ND4J saves the bytes of BFLOAT16 arrays in the wrong order
      values.forEach((y, value) -> graph.constant(path + y, value.castTo(storedType(value))));
      Path plain = Files.createTempFile("graph", ".fb");
      graph.save(plain.toFile(), false);
      try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
        Files.copy(plain, out);
      }
      Files.delete(plain);
    }
  }

  /** What came of reading a fixture. */
  record Checked(int outputs, double worst, long otherBits, long otherThanFresh) {}

  /**
   * Loads a fixture and computes its outputs and gradients on the path of this program.
   *
   * @return how many, the largest difference from the version that made it, how many numbers have
   *     other bits than there, and how many other bits than the same calls in a new graph
   */
  static Checked check(String name) throws IOException {
    String path = NativeOps.status().nativeLoaded() ? "native_" : "java_";
    SameDiff graph = load(SavedGraphs.class.getResourceAsStream("saved-graphs/" + name + ".fb.gz"));
    Map<String, INDArray> found = values(graph);
    Map<String, INDArray> fresh = values(build(name));
    if (!found.keySet().equals(fresh.keySet())) {
      throw new IllegalStateException(found.keySet() + " but a new graph has " + fresh.keySet());
    }
    double worst = 0;
    long otherBits = 0;
    long otherThanFresh = 0;
    for (Map.Entry<String, INDArray> output : found.entrySet()) {
      INDArray expected = graph.getVariable(path + output.getKey()).getArr();
      DataType type = output.getValue().dataType();
      double tolerance = OpCase.tolerance(type) / OpCase.tolerance(DataType.DOUBLE);
      worst = Math.max(worst, OpCase.difference(output.getValue(), expected) / tolerance);
      otherBits += otherBits(output.getValue(), expected);
      otherThanFresh += otherBits(output.getValue(), fresh.get(output.getKey()));
    }
    return new Checked(found.size(), worst, otherBits, otherThanFresh);
  }

  private static DataType storedType(INDArray value) {
    return value.dataType().width() < 4 ? DataType.FLOAT : value.dataType();
  }

  static List<String> names() {
    return List.of(NAMES);
  }

  private static long otherBits(INDArray a, INDArray b) {
    INDArray x = a.castTo(DataType.DOUBLE).dup('c');
    INDArray y = b.castTo(DataType.DOUBLE).dup('c');
    long other = 0;
    for (long i = 0; i < y.length(); i++) {
      long bits = Double.doubleToLongBits(x.data().getDouble(i));
      other += bits == Double.doubleToLongBits(y.data().getDouble(i)) ? 0 : 1;
    }
    return other;
  }

  private static SameDiff load(InputStream packed) throws IOException {
    HopfieldOps.initialize();
    Path plain = Files.createTempFile("graph", ".fb");
    try (InputStream in = new GZIPInputStream(packed)) {
      Files.copy(in, plain, StandardCopyOption.REPLACE_EXISTING);
      return SameDiff.load(plain.toFile(), true);
    } finally {
      Files.deleteIfExists(plain);
    }
  }

  /** Every output {@code y...}, and the gradient of the loss for every variable. */
  private static Map<String, INDArray> values(SameDiff graph) {
    List<String> outputs = new ArrayList<>();
    List<String> variables = new ArrayList<>();
    for (SDVariable v : graph.variables()) {
      switch (v.getVariableType()) {
        case ARRAY -> {
          if (v.name().matches("y\\d+(_\\d+)?")) {
            outputs.add(v.name());
          }
        }
        case VARIABLE -> variables.add(v.name());
        default -> {}
      }
    }
    Map<String, INDArray> values = new LinkedHashMap<>(graph.output(Map.of(), outputs));
    if (!variables.isEmpty()) {
      graph
          .calculateGradients(Map.of(), variables)
          .forEach((x, gradient) -> values.put("gradient_" + x, gradient));
    }
    return values;
  }

  private static SameDiff build(String name) {
    Builder builder = new Builder(name.hashCode());
    switch (name) {
      case "separations" -> builder.separations();
      case "units" -> builder.units();
      case "functions" -> builder.functions();
      case "association" -> builder.association();
      case "pooling" -> builder.pooling(kinds());
      case "retrieve" -> builder.retrieve(kinds());
      case "softmax1" -> builder.softmax1();
      case "sequence-embedding" -> builder.sequenceEmbedding();
      default -> throw new IllegalArgumentException(name);
    }
    return builder.graph();
  }

  /** The separations of the first graphs, the kinds in order. */
  private static List<Separation> kinds() {
    return List.of(
        Separation.softmax(),
        Separation.sparsemax(),
        Separation.entmax15(),
        Separation.entmax(1.3),
        Separation.learnedEntmax(1.7),
        Separation.normmax(3),
        Separation.kSubsets(2, false),
        Separation.kSubsets(2, true));
  }

  /** One graph, call by call. */
  private static final class Builder {
    private final SameDiff sd = SameDiff.create();
    private final SDHopfield ops = SDHopfield.of(sd);
    private final Random random;
    private final List<SDVariable> losses = new ArrayList<>();
    private int inputs;
    private int calls;

    Builder(long seed) {
      random = new Random(seed);
    }

    private INDArray numbers(DataType type, long... shape) {
      return OpCase.normal(random, type, shape);
    }

    private SDVariable var(long... shape) {
      return sd.var("x" + inputs++, numbers(DataType.DOUBLE, shape));
    }

    private SDVariable var(INDArray value) {
      return sd.var("x" + inputs++, value);
    }

    private SDVariable constant(INDArray value) {
      return sd.constant("x" + inputs++, value);
    }

    private SDVariable mask(long... shape) {
      return constant(OpCase.mask(random, 0.7, shape));
    }

    /** A call of outputs that have a gradient: the first of them enters the loss. */
    private void call(SDVariable... outputs) {
      named(outputs);
      losses.add(outputs[0].mul(outputs[0].add(0.3)).sum());
    }

    private void named(SDVariable... outputs) {
      int call = calls++;
      for (int i = 0; i < outputs.length; i++) {
        if (outputs[i] != null) {
          outputs[i].rename("y" + call + (outputs.length == 1 ? "" : "_" + i));
        }
      }
    }

    SameDiff graph() {
      if (!losses.isEmpty()) {
        SDVariable total = losses.get(0);
        for (SDVariable loss : losses.subList(1, losses.size())) {
          total = total.add(loss);
        }
        total.rename("loss");
        sd.setLossVariables("loss");
      }
      return sd;
    }

    private void separate(Separation s) {
      call(ops.separate(s, var(3, 5), null, 0.7, -1));
      call(ops.separate(s, var(2, 4, 3), mask(2, 4, 1), 1.3, 1));
      call(ops.separate(s, var(3, 5), mask(5), var(numbers(DataType.DOUBLE, 3, 1).add(2)), 1));
    }

    void separations() {
      List<Separation> all = new ArrayList<>(kinds());
      all.add(Separation.sequentialKSubsets(2, 0.4));
      all.forEach(this::separate);
      INDArray alpha = Nd4j.createFromArray(new double[][] {{1.2}, {1.5}, {2.4}});
      call(ops.entmax(var(3, 5), null, var(alpha), -1));
      Separation learned = Separation.learnedEntmax(1.5);
      call(ops.separate(learned, var(3, 5), mask(3, 5), var(alpha.dup()), 1.2, -1));
      SDVariable upper = var(Nd4j.createFromArray(new double[][] {{.3, .4, .6}, {.2, .1, .3}}));
      call(ops.constrainedSparsemax(var(2, 3), upper, null, -1));
      SDVariable bounds = var(Nd4j.createFromArray(new double[][] {{.5, .4, .6}, {.7, .8, .3}}));
      call(ops.constrainedSparsemax(var(2, 3), bounds, mask(2, 3), 1));
      call(ops.sequentialKSubsets(var(3, 5), var(3, 4), null, 2, false, -1));
      call(ops.sequentialKSubsets(var(3, 5), var(4), mask(5), 2, true, -1));
      call(ops.sequentialKSubsets(var(3, 5), var(1, 4), null, 3, true, -1));
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.HALF, DataType.BFLOAT16}) {
        // cast in the graph: of BFLOAT16 arrays ND4J saves the bytes in the wrong order
        SDVariable x = constant(numbers(DataType.FLOAT, 3, 5)).castTo(type);
        named(ops.maskedSoftmax(x, null, 1.5, -1));
        named(ops.entmax15(x, mask(5), 0));
      }
    }

    void units() {
      for (LagrangianUnit unit : OpCase.units()) {
        boolean noisy = unit.getKind() == LagrangianUnit.Kind.PFU;
        int groups =
            switch (unit.getMedianScope()) {
              case TENSOR -> 1;
              case SAMPLE -> 2;
              case ROW -> 6;
            };
        for (boolean masked : new boolean[] {false, true}) {
          SDVariable mask = masked ? mask(2, 3, 5) : null;
          UnitOutput<SDVariable> plain = ops.lagrangianUnit(unit, var(2, 3, 5), mask);
          call(plain.values(), plain.kept());
          if (noisy) {
            SDVariable noise = constant(numbers(DataType.DOUBLE, groups));
            UnitOutput<SDVariable> noised = ops.lagrangianUnit(unit, var(2, 3, 5), mask, noise, -1);
            call(noised.values(), noised.kept());
          }
        }
      }
    }

    private void conjugate(Separation s) {
      call(ops.conjugate(s, var(3, 5), null, 0.7, -1));
      call(ops.conjugate(s, var(3, 5), mask(3, 5), 1.5, 0));
      if (s.getKind() != Separation.Kind.K_SUBSETS) {
        for (LossReduction reduction : LossReduction.values()) {
          SDVariable labels = constant(Nd4j.createFromArray(2, -100, 4));
          call(ops.fenchelYoungLoss(s, var(3, 5), labels, -100, reduction));
        }
      }
    }

    void functions() {
      for (boolean tanhForm : new boolean[] {false, true}) {
        call(ops.gelu(var(3, 4), tanhForm));
      }
      for (DenseActivation activation : DenseActivation.values()) {
        call(ops.dense(var(2, 3, 4), var(4, 5), var(1, 5), activation));
        call(ops.dense(var(2, 3, 4), var(12, 5), null, activation, 2));
      }
      call(ops.layerNorm(var(3, 4), null, null, 1e-5, 0));
      call(ops.layerNorm(var(3, 4), var(4), var(4), 1e-3, -1));
      call(ops.l2Normalize(var(3, 4), 1e-12, 0));
      kinds().forEach(this::conjugate);
      for (int with = 0; with < 4; with++) {
        boolean affine = (with & 2) != 0;
        Projection<SDVariable> a = projection(3, 2, (with & 1) != 0, affine);
        Projection<SDVariable> b = projection(3, 4, (with & 1) != 0, affine);
        call(ops.project(var(2, 4, 3), List.of(a, b)));
        call(ops.layerNormProject(var(2, 4, 3), 1e-5, List.of(b, a)));
      }
    }

    private Projection<SDVariable> projection(int from, int to, boolean bias, boolean affine) {
      Projection<SDVariable> p = Projection.of(var(from, to)).withBias(bias ? var(to) : null);
      return affine ? p.withAffine(var(from), var(1, from)) : p;
    }

    private void associate(
        Association.Builder options, Consumer<AssociationInputs<SDVariable>> more) {
      AssociationInputs<SDVariable> in =
          AssociationInputs.of(var(2, 3, 2, 4), var(2, 5, 2, 4), var(1, 5, 2, 3));
      more.accept(in);
      AssociationOutput<SDVariable> out = ops.association(options.build(), in);
      call(out.out(), out.weights(), out.steps());
    }

    private void associate(Separation s) {
      associate(Association.builder().separation(s).beta(0.6), in -> {});
      associate(
          Association.builder().separation(s).beta(0.6).updateSteps(2).withWeights().withSteps(),
          in -> in.mask(mask(2, 1, 3, 5)));
    }

    void association() {
      kinds().forEach(this::associate);
      for (LagrangianUnit unit : OpCase.units()) {
        associate(
            Association.builder().lagrangianUnit(unit).updateSteps(1),
            in -> in.storedPadding(mask(2, 5)));
        if (unit.getKind() == LagrangianUnit.Kind.PFU) {
          int groups =
              switch (unit.getMedianScope()) {
                case TENSOR -> 1;
                case SAMPLE -> 2;
                case ROW -> 12;
              };
          associate(
              Association.builder().lagrangianUnit(unit).updateSteps(1),
              in -> in.noise(constant(numbers(DataType.DOUBLE, 2, groups))));
        }
      }
      for (Association.StopScope scope : Association.StopScope.values()) {
        associate(
            Association.builder().updateSteps(3, 5).updateStepsEps(0.05, -1).stopScope(scope),
            in -> in.queryMask(mask(2, 3)));
        associate(
            Association.builder()
                .updateSteps(Association.UNTIL_CONVERGED)
                .updateStepsEps(1e-3)
                .stopScope(scope)
                .withSteps(),
            in -> {});
      }
      for (boolean gradient : new boolean[] {false, true}) {
        associate(
            Association.builder().additiveMaskGradient(gradient),
            in -> in.additiveMask(var(2, 1, 3, 5)));
      }
      associate(
          Association.builder().updateSteps(2).updateStepsEps(-1).withSavedStates(),
          in -> in.beta(var(Nd4j.createFromArray(0.4, 0.9))));
      associate(
          Association.builder().separation(Separation.learnedEntmax(1.5)),
          in ->
              in.alpha(var(Nd4j.createFromArray(1.3, 1.8)))
                  .beta(var(Nd4j.createFromArray(0.7)))
                  .mask(mask(5))
                  .additiveMask(var(3, 5))
                  .storedPadding(mask(2, 5))
                  .queryMask(mask(2, 3)));
    }

    void pooling(List<Separation> all) {
      for (int i = 0; i < all.size(); i++) {
        boolean bias = (i & 1) == 0;
        boolean affine = (i & 2) == 0;
        PoolingInputs<SDVariable> in =
            PoolingInputs.of(
                var(2, 5, 3),
                var(i == 3 ? 2 : 1, 2, 2, 2),
                projection(3, 4, bias, affine),
                projection(3, 6, bias, affine));
        in = (i & 4) == 0 ? in.withMask(mask(2, 1, 1, 5)) : in;
        in = i % 3 == 0 ? in.withFactor(constant(numbers(DataType.DOUBLE, 2, 2, 2, 5))) : in;
        call(ops.pooling(all.get(i), 0.8, i == 5 ? null : Double.valueOf(1e-5), in));
      }
    }

    /** Which the namespace of graphs does not offer: the op itself. */
    void retrieve(List<Separation> all) {
      for (Separation s : all) {
        for (int topK = 0; topK < 4; topK += 3) {
          List<SDVariable> keys =
              List.of(
                  constant(numbers(DataType.DOUBLE, 4, 3)),
                  constant(numbers(topK == 0 ? DataType.DOUBLE : DataType.HALF, 6, 3)));
          List<SDVariable> values =
              topK == 0
                  ? null
                  : List.of(
                      constant(numbers(DataType.DOUBLE, 4, 2)),
                      constant(numbers(DataType.HALF, 6, 2)));
          OpCall<SDVariable> call =
              Call.retrieve(s, 0.9, topK, constant(numbers(DataType.DOUBLE, 2, 3)), keys, values);
          named(new Retrieve().inGraph(sd, call).outputVariables());
        }
      }
    }

    void softmax1() {
      Separation s = Separation.softmax1();
      separate(s);
      conjugate(s);
      associate(s);
      pooling(List.of(s));
      retrieve(List.of(s));
    }

    void sequenceEmbedding() {
      for (int kernel = 1; kernel < 4; kernel++) {
        for (boolean positions : new boolean[] {false, true}) {
          for (boolean scaled : new boolean[] {false, true}) {
            SDVariable residues = constant(residues());
            SDVariable scale = scaled ? constant(numbers(DataType.DOUBLE, 4)) : null;
            SequenceInputs<SDVariable> in =
                new SequenceInputs<>(residues, scale, var(kernel, positions ? 23 : 20, 2), var(2));
            call(ops.sequenceEmbedding(in, positions, kernel == 2 ? 9 : 0));
          }
        }
      }
    }

    /** Four sequences of 0 to 6 residues. */
    private INDArray residues() {
      INDArray codes = Nd4j.valueArrayOf(new long[] {4, 6}, -1, DataType.INT8);
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2 * i; j++) {
          codes.putScalar(i, j, random.nextInt(20));
        }
      }
      return codes;
    }
  }
}
