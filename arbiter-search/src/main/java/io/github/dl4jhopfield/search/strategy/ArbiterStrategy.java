package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.generator.GeneticSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.generator.genetic.crossover.CrossoverOperator;
import org.deeplearning4j.arbiter.optimize.generator.genetic.crossover.CrossoverResult;
import org.deeplearning4j.arbiter.optimize.generator.genetic.crossover.UniformCrossover;
import org.deeplearning4j.arbiter.optimize.generator.genetic.crossover.parentselection.RandomTwoParentSelection;
import org.deeplearning4j.arbiter.optimize.generator.genetic.mutation.RandomMutationOperator;
import org.deeplearning4j.arbiter.optimize.generator.genetic.population.EmptyPopulationInitializer;
import org.deeplearning4j.arbiter.optimize.generator.genetic.population.PopulationModel;
import org.deeplearning4j.arbiter.optimize.generator.genetic.selection.GeneticSelectionOperator;

/**
 * One of Arbiter's generators, asked for batches of a fixed size.
 *
 * <p>Worked around in the genetic one: its operators take no seed from the generator, so each gets
 * one seeded source; a mutation of genes that were not crossed would change the parent in the
 * population, so genes are copied before they are mutated.
 */
final class ArbiterStrategy extends BatchStrategy {
  private static final int POPULATION = 20;

  /** With so many a rank says enough of a population of {@value #POPULATION}. */
  private static final int MOST_RANKED = 1_000;

  private static final double CROSSOVER_RATE = 0.85;
  private static final double MUTATION_RATE = 0.1;

  private final String name;
  private final int batch;
  private final Places places;
  private final CandidateGenerator generator;
  private final List<Candidate<?>> open = new ArrayList<>();

  /** The last ones, of several objectives. */
  private final List<Outcome> told = new ArrayList<>();

  private ArbiterStrategy(
      String name, int batch, Space space, Function<ArbiterCube, CandidateGenerator> generator) {
    this.name = name;
    this.batch = batch;
    this.places = new Places(space);
    this.generator = generator.apply(new ArbiterCube(places.dimensions()));
  }

  /** Each value drawn on its own. */
  static ArbiterStrategy random(Space space, long seed) {
    return new ArbiterStrategy(
        "random",
        MOST_AT_ONCE,
        space,
        cube -> {
          RandomSearchGenerator generator = new RandomSearchGenerator(cube);
          generator.setRngSeed(spread(seed));
          return generator;
        });
  }

  /** A population that is crossed and mutated. */
  static ArbiterStrategy genetic(Space space, long seed, int batch) {
    return new ArbiterStrategy("genetic", batch, space, cube -> genetic(cube, seed));
  }

  private static CandidateGenerator genetic(ArbiterCube cube, long seed) {
    RandomGenerator random = new Well19937c(spread(seed));
    PopulationModel population =
        new PopulationModel.Builder()
            .populationInitializer(new EmptyPopulationInitializer())
            .populationSize(POPULATION)
            .build();
    GeneticSearchCandidateGenerator generator =
        new GeneticSearchCandidateGenerator.Builder(cube, new RankScore())
            .populationModel(population)
            .selectionOperator(
                new GeneticSelectionOperator.Builder()
                    .crossoverOperator(
                        new CopiedGenes(
                            new UniformCrossover.Builder()
                                .crossoverRate(CROSSOVER_RATE)
                                .parentSelection(new RandomTwoParentSelection(random))
                                .randomGenerator(random)
                                .build()))
                    .mutationOperator(
                        new RandomMutationOperator.Builder()
                            .mutationRate(MUTATION_RATE)
                            .randomGenerator(random)
                            .build())
                    .randomGenerator(random)
                    .build())
            .build();
    generator.setRngSeed(spread(seed));
    return generator;
  }

  /** Arbiter's generator is java.util.Random's, whose first numbers are alike for seeds 1, 2, 3. */
  private static long spread(long seed) {
    return new SplittableRandom(seed).nextLong();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  List<Map<String, Object>> propose(int most) {
    open.clear();
    List<Map<String, Object>> proposed = new ArrayList<>();
    while (proposed.size() < Math.min(most, batch) && generator.hasMoreCandidates()) {
      Candidate<?> candidate = generator.getCandidate();
      open.add(candidate);
      proposed.add(places.candidate((double[]) candidate.getValue()));
    }
    return proposed;
  }

  @Override
  void learn(List<Map<String, Object>> proposed, List<Outcome> outcomes) {
    boolean several = outcomes.stream().anyMatch(o -> o.losses().length > 1);
    if (several) {
      told.addAll(outcomes);
      told.subList(0, Math.max(0, told.size() - MOST_RANKED)).clear();
    }
    double[] ranks = Ranking.ranks(told);
    int first = told.size() - outcomes.size();
    for (int i = 0; i < outcomes.size(); i++) {
      // Several objectives have a rank among those so far; one has its own loss.
      double[] losses = outcomes.get(i).losses();
      double loss =
          losses.length == 1 ? losses[0] : losses.length == 0 ? Double.MAX_VALUE : ranks[first + i];
      Candidate<?> candidate = open.get(i);
      generator.reportResults(
          new OptimizationResult(candidate, loss, candidate.getIndex(), null, null, null));
    }
  }

  /** Copies the genes that a mutation would change in place. */
  private static final class CopiedGenes extends CrossoverOperator {
    private final CrossoverOperator operator;

    CopiedGenes(CrossoverOperator operator) {
      this.operator = operator;
    }

    @Override
    public void initializeInstance(PopulationModel population) {
      super.initializeInstance(population);
      operator.initializeInstance(population);
    }

    @Override
    public CrossoverResult crossover() {
      CrossoverResult result = operator.crossover();
      return new CrossoverResult(result.isModified(), result.getGenes().clone());
    }
  }
}
