package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Target;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Times of DeepRC beside deeprc.py: a repertoire predicted, a training step. Usage:
 *
 * <pre>RepertoireSpeed predict|train [SEQUENCES] [ROUNDS]</pre>
 *
 * <p>"predict" prints the peak of the process's memory before and after too (Linux). Compile and run with the class path of the command
 * line.
 */
public final class RepertoireSpeed {
  private RepertoireSpeed() {}

  public static void main(String[] arguments) throws Exception {
    boolean predict = arguments[0].equals("predict");
    int n = arguments.length > 1 ? Integer.parseInt(arguments[1]) : predict ? 1_000_000 : 10_000;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : predict ? 1 : 10;
    SequenceBag bag =
        new SimulatedRepertoires(n, 12, 20, List.of("CAS"), 0).draw("r", 1, new SplittableRandom(1)).get(0).open();
    DeepRcParameters parameters = DeepRcParameters.DEFAULT;
    double[] times = new double[rounds];
    if (predict) {
      ComputationGraph network = DeepRC.builder().parameters(parameters).build().init();
      RepertoireScorer scorer = new RepertoireScorer(network, parameters);
      // ND4J and its libraries are loaded
      scorer.score(MemoryBag.of(List.of("CASSLGQETQYF")));
      long before = resident("VmHWM");
      for (int r = 0; r < rounds; r++) {
        long start = System.nanoTime();
        scorer.score(bag);
        times[r] = (System.nanoTime() - start) / 1e6;
      }
      System.out.printf("peak memory: %d MB before, %d MB after%n", before / 1024, resident("VmHWM") / 1024);
    } else {
      Dataset<SequenceBag> one = Dataset.of("one", List.of(Target.binary("label")), "", List.of(BagSample.of("a", 1, bag)));
      for (int r = 0; r < rounds; r++) {
        times[r] = Double.NaN;
      }
      TrainingSettings settings = new TrainingSettings(rounds + 5, 1, 0, 1, 0, 1e-3, 1e-4, 0, 0, true, 1, false, false);
      DeepRcTraining training = new DeepRcTraining(one, one.subset(), parameters, settings, 1);
      long[] last = {System.nanoTime()};
      int[] at = {-5};
      training.run(
          null,
          look -> {
            long now = System.nanoTime();
            if (at[0] >= 0) {
              times[at[0]] = (now - last[0]) / 1e6;
            }
            at[0]++;
            last[0] = now;
          });
    }
    Arrays.sort(times);
    double median = times[times.length / 2];
    System.out.printf("ours %s %d sequences: median %.1f ms, %,.0f sequences/s%n", arguments[0], n, median, n / median * 1000);
  }

  private static long resident(String field) throws java.io.IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024;
  }
}
