package io.github.dl4jhopfield.search.layers;

import static io.github.dl4jhopfield.search.layers.Values.fixed;
import static io.github.dl4jhopfield.search.layers.Values.logUniform;
import static io.github.dl4jhopfield.search.layers.Values.oneOf;
import static io.github.dl4jhopfield.search.layers.Values.uniform;
import static io.github.dl4jhopfield.search.layers.Values.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.layers.AssociationOptions;
import io.github.dl4jhopfield.layers.DiffusionMode;
import io.github.dl4jhopfield.layers.DiffusionOptions;
import io.github.dl4jhopfield.layers.Hopfield;
import io.github.dl4jhopfield.layers.HopfieldDecoderVertex;
import io.github.dl4jhopfield.layers.HopfieldEncoderLayer;
import io.github.dl4jhopfield.layers.HopfieldEncoderVertex;
import io.github.dl4jhopfield.layers.HopfieldLayer;
import io.github.dl4jhopfield.layers.HopfieldPooling;
import io.github.dl4jhopfield.layers.HopfieldPoolingVertex;
import io.github.dl4jhopfield.layers.HopfieldVertex;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.deeplearning4j.arbiter.ComputationGraphSpace;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.layers.RnnOutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.TaskCreator;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.saving.InMemoryResultSaver;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultReference;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.serde.jackson.JsonMapper;
import org.deeplearning4j.arbiter.scoring.impl.TestSetAccuracyScoreFunction;
import org.deeplearning4j.arbiter.task.ComputationGraphTaskCreator;
import org.deeplearning4j.arbiter.task.MultiLayerNetworkTaskCreator;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Spaces of layers in Arbiter: every option, JSON that reads back equal, searches that train. */
class LayerSpacesTest {
  /** A space's Builder, and the Builder whose options it must have. */
  record Builders(Class<?> space, Class<?> layer) {
    @Override
    public String toString() {
      return space.getEnclosingClass().getSimpleName();
    }
  }

  static Stream<Builders> builders() {
    return Stream.of(
        new Builders(HopfieldSpace.Builder.class, Hopfield.Builder.class),
        new Builders(HopfieldPoolingSpace.Builder.class, HopfieldPooling.Builder.class),
        new Builders(HopfieldLayerSpace.Builder.class, HopfieldLayer.Builder.class),
        new Builders(HopfieldEncoderLayerSpace.Builder.class, HopfieldEncoderLayer.Builder.class),
        new Builders(HopfieldVertexSpace.Builder.class, HopfieldVertex.Builder.class),
        new Builders(HopfieldPoolingVertexSpace.Builder.class, HopfieldPoolingVertex.Builder.class),
        new Builders(HopfieldEncoderVertexSpace.Builder.class, HopfieldEncoderVertex.Builder.class),
        new Builders(HopfieldDecoderVertexSpace.Builder.class, HopfieldDecoderVertex.Builder.class),
        new Builders(CrossSpace.Builder.class, HopfieldDecoderVertex.Cross.class),
        new Builders(DiffusionSpace.Builder.class, DiffusionOptions.class),
        new Builders(SeparationSpace.Builder.class, SeparationSpace.Choice.class),
        new Builders(LagrangianUnitSpace.Builder.class, LagrangianUnitSpace.Choice.class));
  }

  private static OptionTable table(Builders builders) {
    OptionTable methods = OptionTable.ofBuilder("test", builders.layer());
    return methods.names().isEmpty() ? OptionTable.ofFields("test", builders.layer()) : methods;
  }

  /** Methods that take a space, by name; overloads of plain spaces first. */
  private static Map<String, Method> spaceMethods(Class<?> builder) {
    Map<String, Method> methods = new LinkedHashMap<>();
    for (Method method : builder.getMethods()) {
      if (method.getParameterCount() == 1
          && ParameterSpace.class.isAssignableFrom(method.getParameterTypes()[0])
          && !method.isBridge()) {
        methods.put(method.getName(), method);
      }
    }
    return methods;
  }

  @ParameterizedTest
  @MethodSource("builders")
  void everyOptionOfTheBuilderCanBeSearched(Builders builders) {
    assertThat(new TreeSet<>(spaceMethods(builders.space()).keySet()))
        .isEqualTo(new TreeSet<>(table(builders).names()))
        .isNotEmpty();
  }

  /** Some space of values of that type. */
  private static ParameterSpace<?> some(String option, Type type)
      throws ReflectiveOperationException {
    String name = type.getTypeName();
    if (type instanceof Class<?> c && c.isEnum()) {
      return oneOf(c.getEnumConstants());
    }
    if (type instanceof Class<?> c && ParameterSpace.class.isAssignableFrom(c)) {
      return full(Class.forName(c.getName() + "$Builder"));
    }
    if (name.contains("IUpdater")) {
      return oneOf(new Adam(1e-3), new Adam(1e-2), new Sgd(0.1));
    }
    if (name.contains("IWeightNoise")) {
      return oneOf(new DropConnect(0.9), new DropConnect(0.8));
    }
    if (name.contains("DiffusionOptions")) {
      return full(DiffusionSpace.Builder.class);
    }
    return switch (name.replaceAll(".*\\.", "")) {
      case "Integer" -> whole(1, 4);
      case "Double" -> option.contains("rop") ? logUniform(0.1, 0.9) : uniform(1.1, 1.9);
      case "Boolean" -> oneOf(true, false);
      case "String" -> oneOf("a", "b");
      case "Separation" -> full(SeparationSpace.Builder.class);
      case "LagrangianUnit" -> full(LagrangianUnitSpace.Builder.class);
      case "?" -> oneOf(List.of(0, 1), List.of(1, 2));
      default -> throw new AssertionError("no space of " + name);
    };
  }

  /** A space with every option. */
  private static ParameterSpace<?> full(Class<?> builderClass) throws ReflectiveOperationException {
    Object builder = builderClass.getConstructor().newInstance();
    for (Method method : spaceMethods(builderClass).values()) {
      Type taken = method.getGenericParameterTypes()[0];
      method.invoke(
          builder,
          some(
              method.getName(),
              taken instanceof ParameterizedType space
                  ? space.getActualTypeArguments()[0]
                  : taken));
    }
    return (ParameterSpace<?>) builderClass.getMethod("build").invoke(builder);
  }

  private static void number(ParameterSpace<?> space) {
    int next = 0;
    for (ParameterSpace<?> leaf : LeafUtils.getUniqueObjects(space.collectLeaves())) {
      int[] numbers = new int[leaf.numParameters()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = next++;
      }
      leaf.setIndices(numbers);
    }
    assertThat(next).isEqualTo(space.numParameters());
  }

  @ParameterizedTest
  @MethodSource("builders")
  void arbitersJsonReadsBackEqual(Builders builders) throws Exception {
    ParameterSpace<?> space = full(builders.space());
    ObjectMapper json = JsonMapper.getMapper();
    String text = json.writeValueAsString(space);
    ParameterSpace<?> read = json.readValue(text, ParameterSpace.class);
    assertThat(read).isEqualTo(space).hasSameHashCodeAs(space).hasToString(space.toString());
    number(space);
    assertThat(read).as("indices are part of a space").isNotEqualTo(space);
    read = json.readValue(json.writeValueAsString(space), ParameterSpace.class);
    assertThat(read).isEqualTo(space);
    if (space instanceof HopfieldLayerSpaceBase || space instanceof VertexSpace) {
      SplittableRandom random = new SplittableRandom(3);
      for (int i = 0; i < 20; i++) {
        double[] places = random.doubles(space.numParameters()).toArray();
        assertThat((Object) read.getValue(places)).isEqualTo(space.getValue(places));
      }
    }
  }

  @Test
  void aDifferentSpaceIsNotEqual() {
    assertThat(new HopfieldSpace.Builder().nHeads(oneOf(1, 2)).build())
        .isEqualTo(new HopfieldSpace.Builder().nHeads(oneOf(1, 2)).build())
        .isNotEqualTo(new HopfieldSpace.Builder().nHeads(oneOf(1, 4)).build())
        .isNotEqualTo(new HopfieldSpace.Builder().hiddenSize(oneOf(1, 2)).build())
        .isNotEqualTo(new HopfieldPoolingSpace.Builder().nHeads(oneOf(1, 2)).build());
  }

  @Test
  void aCandidateHasTheDrawnOptions() {
    HopfieldLayerSpace space =
        new HopfieldLayerSpace.Builder()
            .nIn(fixed(4))
            .quantity(whole(1, 8))
            .beta(fixed(List.of(0.5, 2.0)))
            .nHeads(fixed(2))
            .separation(
                new SeparationSpace.Builder()
                    .kind(oneOf(Separation.Kind.SOFTMAX, Separation.Kind.ENTMAX))
                    .alpha(uniform(1, 2))
                    .build())
            .build();
    number(space);
    assertThat(space.numParameters()).isEqualTo(3);
    HopfieldLayer layer = space.getValue(new double[] {0.99, 0.9, 0.5});
    AssociationOptions options = layer.getAssociation();
    assertThat(options.quantity).isEqualTo(8);
    assertThat(options.beta).containsExactly(0.5, 2);
    assertThat(options.separation).isEqualTo(Separation.entmax(1.5));
    assertThat(space.getValue(new double[] {0.99, 0.1, 0.5}).getAssociation().separation)
        .isEqualTo(Separation.softmax());
  }

  @Test
  void anOptionWithoutAMeaningKeepsItsDefault() {
    HopfieldSpace space =
        new HopfieldSpace.Builder()
            .normaliseStoredPattern(oneOf(false, true))
            .normaliseStoredPatternEps(uniform(1e-3, 1e-2))
            .updateSteps(oneOf(0, 2, AssociationOptions.UNTIL_CONVERGED))
            .updateStepsEps(uniform(1e-3, 1e-2))
            .maxUpdateSteps(whole(2, 9))
            .postTransform(oneOf(PostTransform.NONE, PostTransform.L2, PostTransform.LAYER_NORM))
            .postTransformAffine(fixed(true))
            .lagrangianUnit(
                new LagrangianUnitSpace.Builder()
                    .kind(oneOf(LagrangianUnit.Kind.RELU, LagrangianUnit.Kind.PFU))
                    .sigma(uniform(0, 1))
                    .build())
            .diffusion(
                new DiffusionSpace.Builder()
                    .mode(oneOf(DiffusionMode.NONE, DiffusionMode.SPECTRAL))
                    .adaptiveEta(oneOf(false, true))
                    .adaptiveThreshold(uniform(2, 3))
                    .build())
            .build();
    number(space);
    double[] low = new double[space.numParameters()];
    double[] other = low.clone();
    for (int i : new int[] {1, 3, 4, 7, 9, 10}) {
      other[i] = 0.7; // all that means nothing beside the others
    }
    assertThat(space.getValue(other)).isEqualTo(space.getValue(low));
    AssociationOptions byDefault = new AssociationOptions();
    AssociationOptions options = space.getValue(other).getAssociation();
    assertThat(options.normaliseStoredPatternEps).isEqualTo(byDefault.normaliseStoredPatternEps);
    assertThat(options.updateStepsEps).isEqualTo(byDefault.updateStepsEps);
    assertThat(options.maxUpdateSteps).isEqualTo(byDefault.maxUpdateSteps);
    assertThat(options.postTransformAffine).isFalse();
    assertThat(options.diffusion).isEqualTo(byDefault.diffusion);

    double[] high = new double[space.numParameters()];
    Arrays.fill(high, 0.99);
    AssociationOptions all = space.getValue(high).getAssociation();
    assertThat(all.normaliseStoredPatternEps).isGreaterThan(9e-3);
    assertThat(all.updateSteps).containsExactly(-1);
    assertThat(all.maxUpdateSteps).isEqualTo(9);
    assertThat(all.postTransformAffine).isTrue();
    assertThat(all.lagrangianUnit.getSigma()).isEqualTo(0.99);
    assertThat(all.diffusion.adaptiveThreshold).isGreaterThan(2.9);
    high[2] = 0.5; // two steps: no bound, but a tolerance
    AssociationOptions two = space.getValue(high).getAssociation();
    assertThat(two.maxUpdateSteps).isEqualTo(byDefault.maxUpdateSteps);
    assertThat(two.updateStepsEps[0]).isGreaterThan(9e-3);
  }

  @Test
  void arbitersOwnSpacesOfValuesWillDo() throws Exception {
    HopfieldPoolingSpace space =
        new HopfieldPoolingSpace.Builder()
            .nIn(new DiscreteParameterSpace<>(3, 4))
            .associationActivation(new DiscreteParameterSpace<>(Activation.TANH, Activation.RELU))
            .associationDropout(new ContinuousParameterSpace(0, 0.5))
            .build();
    number(space);
    ObjectMapper json = JsonMapper.getMapper();
    ParameterSpace<?> read = json.readValue(json.writeValueAsString(space), ParameterSpace.class);
    double[] places = {0.9, 0.9, 0.5};
    // Arbiter reads the enumeration back as text
    assertThat((Object) read.getValue(places)).isEqualTo(space.getValue(places));
    assertThat(space.getValue(places).getAssociation().associationActivation)
        .isEqualTo(Activation.RELU);
  }

  @Test
  void badOptionsAreNamed() throws Exception {
    assertThatThrownBy(() -> new HopfieldSpace.Builder().option("nHead", fixed(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HopfieldSpace: expected an option of its Builder, found \"nHead\"")
        .hasMessageContaining("nHeads");
    assertThatThrownBy(() -> new HopfieldSpace.Builder().option("quantity", fixed(2)))
        .hasMessageContaining("found \"quantity\"");
    assertThatThrownBy(() -> new HopfieldSpace.Builder().nHeads(null))
        .hasMessageContaining("option nHeads: expected a space of values, found none");
    assertThatThrownBy(() -> oneOf(1, 2.0)).hasMessageContaining("found 1 and 2.0");
    assertThatThrownBy(() -> fixed(new Object())).hasMessageContaining("java.lang.Object");
    HopfieldSpace half =
        new HopfieldSpace.Builder()
            .option("nHeads", new ContinuousParameterSpace(1.5, 1.6))
            .build();
    number(half);
    assertThatThrownBy(() -> half.getValue(new double[] {0.5}))
        .hasMessageContaining("option nHeads: expected a whole number, found 1.5");
    String json =
        JsonMapper.getMapper()
            .writeValueAsString(new HopfieldSpace.Builder().nHeads(fixed(2)).build())
            .replace("nHeads", "nHaeds");
    assertThatThrownBy(() -> JsonMapper.getMapper().readValue(json, ParameterSpace.class))
        .hasMessageContaining("found \"nHaeds\"");
  }

  // --- searches ---------------------------------------------------------------------------------

  private static final int FEATURES = 4;
  private static final int STEPS = 5;

  /** Sequences one of whose steps has a mark, or not. */
  public static final class Marks implements DataSource {
    @Override
    public void configure(Properties properties) {}

    @Override
    public Object trainData() {
      return data(1);
    }

    @Override
    public Object testData() {
      return data(2);
    }

    @Override
    public Class<?> getDataType() {
      return ListDataSetIterator.class;
    }

    private static Object data(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      INDArray features = Nd4j.create(DataType.FLOAT, 64, FEATURES, STEPS);
      for (int i = 0; i < features.length(); i++) {
        features.putScalar(i, random.nextDouble(-0.5, 0.5));
      }
      INDArray labels = Nd4j.zeros(64, 2);
      for (int i = 0; i < 64; i++) {
        labels.putScalar(i, i % 2, 1);
        if (i % 2 == 1) {
          features.putScalar(new int[] {i, 0, i % STEPS}, 3);
        }
      }
      return new ListDataSetIterator<>(new DataSet(features, labels).asList(), 16);
    }
  }

  private static OutputLayerSpace output() {
    return new OutputLayerSpace.Builder()
        .nOut(2)
        .activation(Activation.SOFTMAX)
        .lossFunction(LossFunctions.LossFunction.MCXENT)
        .build();
  }

  private static List<ResultReference> search(
      ParameterSpace<?> networks, TaskCreator tasks, int candidates) {
    CandidateGenerator generator = new RandomSearchGenerator(networks);
    ((RandomSearchGenerator) generator).setRngSeed(7);
    OptimizationConfiguration configuration =
        new OptimizationConfiguration.Builder()
            .candidateGenerator(generator)
            .dataSource(Marks.class, new Properties())
            .modelSaver(new InMemoryResultSaver())
            .scoreFunction(new TestSetAccuracyScoreFunction())
            .terminationConditions(new MaxCandidatesCondition(candidates))
            .build();
    LocalOptimizationRunner runner = new LocalOptimizationRunner(2, configuration, tasks);
    runner.execute();
    return runner.getResults();
  }

  @Test
  void aSearchOverLayersTrains() throws Exception {
    MultiLayerSpace networks =
        new MultiLayerSpace.Builder()
            .seed(5)
            .updater(new Adam(0.02))
            .numEpochs(30)
            .addLayer(
                new HopfieldSpace.Builder()
                    .nOut(fixed(8))
                    .nHeads(oneOf(1, 2))
                    .hiddenSize(fixed(4))
                    .separation(oneOf(Separation.softmax(), Separation.entmax15()))
                    .build())
            .addLayer(
                new HopfieldPoolingSpace.Builder()
                    .nOut(fixed(6))
                    .quantity(whole(1, 3))
                    .hiddenSize(fixed(4))
                    .beta(logUniform(0.2, 2))
                    .build())
            .addLayer(output())
            .setInputType(InputType.recurrent(FEATURES, STEPS, RNNFormat.NCW))
            .build();
    MultiLayerSpace read = MultiLayerSpace.fromJson(networks.toJson());
    assertThat(read).isEqualTo(networks);

    List<ResultReference> found = search(read, new MultiLayerNetworkTaskCreator(), 2);
    Set<Object> candidates = new HashSet<>();
    List<Double> scores = new ArrayList<>();
    for (ResultReference reference : found) {
      OptimizationResult result = reference.getResult();
      scores.add(result.getScore());
      Model model = (Model) reference.getResultModel();
      candidates.add(((MultiLayerNetwork) model).getLayerWiseConfigurations().toJson());
    }
    assertThat(candidates).as("different networks").hasSizeGreaterThan(1);
    assertThat(scores).as("accuracies on other data").allMatch(score -> score > 0.75);
  }

  @Test
  void aSearchOverVerticesTrains() {
    VertexGraphSpace.Builder builder =
        new VertexGraphSpace.Builder()
            .addVertex(
                "pool",
                new HopfieldPoolingVertexSpace.Builder()
                    .nIn(fixed(FEATURES))
                    .nOut(oneOf(4, 6))
                    .quantity(fixed(2))
                    .hiddenSize(whole(3, 5))
                    .build(),
                "in",
                "in");
    ComputationGraphSpace networks =
        builder
            .seed(5)
            .updater(new Adam(0.02))
            .numEpochs(30)
            .addInputs("in")
            .addLayer("out", output(), "pool")
            .setOutputs("out")
            .setInputTypes(InputType.recurrent(FEATURES, STEPS, RNNFormat.NCW))
            .build();
    assertThat(networks).isInstanceOf(VertexGraphSpace.class);
    assertThat(networks.numParameters()).isEqualTo(2);
    VertexGraphSpace read = VertexGraphSpace.fromJson(networks.toJson());
    assertThat(read.toString()).contains("pool=HopfieldPoolingVertexSpace");
    assertThat(read.toJson()).isEqualTo(networks.toJson());

    List<ResultReference> found = search(read, new ComputationGraphTaskCreator(), 2);
    assertThat(found)
        .hasSizeGreaterThan(1)
        .allSatisfy(reference -> assertThat(reference.getResult().getScore()).isGreaterThan(0.75));
    assertThatThrownBy(() -> VertexGraphSpace.fromJson("{}"))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void aDecoderIsAVertexLikeAnother() {
    HopfieldDecoderVertexSpace decoder =
        new HopfieldDecoderVertexSpace.Builder()
            .nIn(fixed(6))
            .nHeads(oneOf(1, 2))
            .memorySize(fixed(FEATURES))
            .feedForwardSize(whole(8, 16))
            .cross(new CrossSpace.Builder().beta(uniform(0.5, 2)).build())
            .build();
    number(decoder);
    HopfieldDecoderVertex vertex = decoder.getValue(new double[] {0.9, 0.9, 0.5});
    assertThat(vertex.getAssociation().nHeads).isEqualTo(2);
    assertThat(vertex.getAssociation().beta).isNull();
    assertThat(vertex.getCrossAssociation().beta).containsExactly(1.25);
    assertThat(vertex.getFeedForward().size).isEqualTo(16);
  }

  @Test
  void anEncoderLayerIsOneOfManyInANetwork() {
    MultiLayerSpace networks =
        new MultiLayerSpace.Builder()
            .seed(1)
            .updater(new Sgd(0.1))
            .addLayer(
                new HopfieldEncoderLayerSpace.Builder()
                    .feedForwardSize(oneOf(8, 16))
                    .dropOut(uniform(0.5, 1))
                    .build(),
                whole(1, 3))
            .addLayer(
                new RnnOutputLayerSpace.Builder()
                    .nOut(2)
                    .activation(Activation.SOFTMAX)
                    .lossFunction(LossFunctions.LossFunction.MCXENT)
                    .build())
            .setInputType(InputType.recurrent(FEATURES, STEPS, RNNFormat.NCW))
            .build();
    number(networks);
    assertThat(networks.numParameters()).isEqualTo(3);
    double[] places = {0.99, 0.99, 0.99};
    var configuration = networks.getValue(places).getMultiLayerConfiguration();
    assertThat(configuration.getConfs()).hasSize(4);
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    assertThat(network.output(Nd4j.randn(2, FEATURES, STEPS)).shape()).containsExactly(2, 2, STEPS);
  }
}
