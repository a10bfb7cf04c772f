package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

/**
 * Repertoires of real receptors: each a draw of background receptors, of which a positive one has a
 * share replaced by receptors that are specific to an epitope. Half of the specific receptors are
 * for training, half for testing, so that what is tested is whether the network knows a receptor
 * that it has not seen.
 */
final class ReceptorRepertoires {
  private static final String FOLDER = "/io/github/dl4jhopfield/zoo/repertoire/";

  private final List<String> background;
  private final List<String> trainable;
  private final List<String> testable;

  private ReceptorRepertoires(List<String> background, Set<String> specific, long seed) {
    // a receptor is background or specific, not both
    this.background = background.stream().filter(s -> !specific.contains(s)).toList();
    List<String> shuffled = new ArrayList<>(specific);
    Collections.shuffle(shuffled, new Random(seed));
    trainable = shuffled.subList(0, shuffled.size() / 2);
    testable = shuffled.subList(shuffled.size() / 2, shuffled.size());
  }

  /** The sample in the jar. */
  static ReceptorRepertoires sample(long seed) throws IOException {
    return new ReceptorRepertoires(
        lines("background.txt.gz"), new LinkedHashSet<>(lines("specific.txt.gz")), seed);
  }

  private static List<String> lines(String name) throws IOException {
    try (InputStream in = ReceptorRepertoires.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IOException("the jar lacks " + FOLDER + name);
      }
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII));
      return reader.lines().toList();
    }
  }

  /** Whether a folder holds background.tsv.gz and epitope_specific.tsv.gz. */
  static boolean isFolder(Path folder) {
    return Files.isRegularFile(folder.resolve("background.tsv.gz"))
        && Files.isRegularFile(folder.resolve("epitope_specific.tsv.gz"));
  }

  /** A folder of background.tsv.gz and epitope_specific.tsv.gz, the latter with column epitope. */
  static ReceptorRepertoires of(Path folder, String epitope, ReadOptions read, long seed)
      throws IOException {
    List<String> background =
        sequences(RepertoireFiles.read(folder.resolve("background.tsv.gz"), read));
    ReadOptions ofEpitope = read.toBuilder().where("epitope", epitope).build();
    List<String> specific =
        sequences(RepertoireFiles.read(folder.resolve("epitope_specific.tsv.gz"), ofEpitope));
    return new ReceptorRepertoires(background, new LinkedHashSet<>(specific), seed);
  }

  private static List<String> sequences(Repertoire repertoire) {
    Set<String> distinct = new LinkedHashSet<>();
    for (int i = 0; i < repertoire.size(); i++) {
      distinct.add(repertoire.sequence(i));
    }
    return List.copyOf(distinct);
  }

  int background() {
    return background.size();
  }

  int specific() {
    return trainable.size() + testable.size();
  }

  /**
   * Repertoires of which every second is positive; the first sequences of those are the implanted
   * ones.
   *
   * @param training which half of the specific receptors is implanted
   */
  List<BagSample> draw(
      String prefix,
      int count,
      int sequences,
      int implanted,
      boolean training,
      SplittableRandom random) {
    List<String> pool = training ? trainable : testable;
    if (sequences > background.size() || implanted > pool.size()) {
      throw new IllegalArgumentException(
          "expected at most "
              + background.size()
              + " sequences, of which at most "
              + pool.size()
              + " are implanted, found "
              + sequences
              + " and "
              + implanted);
    }
    List<BagSample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int own = i % 2 == 1 ? implanted : 0;
      List<String> bag = new ArrayList<>(draw(pool, own, random));
      bag.addAll(draw(background, sequences - own, random));
      samples.add(BagSample.of(prefix + i, i % 2, MemoryBag.of(bag)));
    }
    return samples;
  }

  private static List<String> draw(List<String> pool, int wanted, SplittableRandom random) {
    Set<Integer> chosen = new HashSet<>();
    int[] order = new int[wanted];
    // Floyd's sampling without replacement
    int at = 0;
    for (int j = pool.size() - wanted; j < pool.size(); j++) {
      int t = random.nextInt(j + 1);
      int pick = chosen.add(t) ? t : j;
      chosen.add(pick);
      order[at++] = pick;
    }
    return Arrays.stream(order).mapToObj(pool::get).toList();
  }
}
