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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * Repertoires of real receptors: each a draw of background receptors, of which a positive one has a
 * share replaced by receptors that are specific to an epitope. Half of the specific receptors are
 * for testing; the other half is divided between training and validation. So what is tested is
 * whether the network knows a receptor that it has not seen, and what ends training too: validation
 * repertoires with receptors of the training part would praise a network that learned those by
 * heart.
 */
final class ReceptorRepertoires {
  private static final String FOLDER = "/io/github/dl4jhopfield/zoo/repertoire/";

  /** Whose receptors are implanted. */
  enum Part {
    TRAINING,
    VALIDATION,
    TEST
  }

  /** A receptor: its junction, and its V and J gene, empty where they are not known. */
  record Receptor(String sequence, String v, String j) {}

  private final List<Receptor> background;
  private final List<Receptor> specific;

  private ReceptorRepertoires(List<Receptor> background, List<Receptor> specific, long seed) {
    Set<String> own = specific.stream().map(Receptor::sequence).collect(Collectors.toSet());
    // a receptor is background or specific, not both
    this.background = background.stream().filter(r -> !own.contains(r.sequence())).toList();
    this.specific = new ArrayList<>(specific);
    Collections.shuffle(this.specific, new Random(seed));
  }

  /**
   * The receptors of a part. Validation has a fifth of what isn't for testing, or as many as a
   * repertoire needs.
   */
  private List<Receptor> pool(Part part, int implanted) {
    int half = specific.size() / 2;
    int held = Math.min(half, Math.max(half / 5, implanted));
    return switch (part) {
      case VALIDATION -> specific.subList(0, held);
      case TRAINING -> specific.subList(held, half);
      case TEST -> specific.subList(half, specific.size());
    };
  }

  /** The sample in the jar. */
  static ReceptorRepertoires sample(long seed) throws IOException {
    return new ReceptorRepertoires(lines("background.txt.gz"), lines("specific.txt.gz"), seed);
  }

  private static List<Receptor> lines(String name) throws IOException {
    try (InputStream in = ReceptorRepertoires.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IOException("the jar lacks " + FOLDER + name);
      }
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII));
      return distinct(
          reader
              .lines()
              .map(line -> line.split("\t", -1))
              .map(f -> new Receptor(f[0], f.length > 1 ? f[1] : "", f.length > 2 ? f[2] : ""))
              .toList());
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
    List<Receptor> background =
        receptors(RepertoireFiles.read(folder.resolve("background.tsv.gz"), read));
    ReadOptions ofEpitope = read.toBuilder().where("epitope", epitope).build();
    List<Receptor> specific =
        receptors(RepertoireFiles.read(folder.resolve("epitope_specific.tsv.gz"), ofEpitope));
    return new ReceptorRepertoires(background, specific, seed);
  }

  private static List<Receptor> receptors(Repertoire repertoire) {
    List<Receptor> all = new ArrayList<>();
    for (int i = 0; i < repertoire.size(); i++) {
      all.add(
          new Receptor(
              repertoire.sequence(i),
              name(repertoire.vGenes(), repertoire.vGene(i)),
              name(repertoire.jGenes(), repertoire.jGene(i))));
    }
    return distinct(all);
  }

  private static String name(List<String> genes, int index) {
    return index < 0 ? "" : genes.get(index);
  }

  /** One of those with the same junction, the first. */
  private static List<Receptor> distinct(List<Receptor> receptors) {
    Map<String, Receptor> first = new LinkedHashMap<>();
    receptors.forEach(r -> first.putIfAbsent(r.sequence(), r));
    return List.copyOf(first.values());
  }

  int background() {
    return background.size();
  }

  int specific() {
    return specific.size();
  }

  /**
   * Repertoires of which every second is positive; the first sequences of those are the implanted
   * ones.
   *
   * @param part whose receptors are implanted
   */
  List<BagSample> draw(
      String prefix, int count, int sequences, int implanted, Part part, SplittableRandom random) {
    List<Receptor> pool = pool(part, implanted);
    if (sequences > background.size() || implanted > pool.size()) {
      throw new IllegalArgumentException(
          "expected at most "
              + background.size()
              + " sequences, of which at most "
              + pool.size()
              + " are implanted ("
              + part.name().toLowerCase(Locale.ROOT)
              + "), found "
              + sequences
              + " and "
              + implanted);
    }
    List<BagSample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int own = i % 2 == 1 ? implanted : 0;
      List<Receptor> bag = new ArrayList<>(draw(pool, own, random));
      bag.addAll(draw(background, sequences - own, random));
      samples.add(
          BagSample.of(
              prefix + i,
              i % 2,
              MemoryBag.of(bag.stream().map(Receptor::sequence).toList())
                  .withGenes(
                      bag.stream().map(Receptor::v).toList(),
                      bag.stream().map(Receptor::j).toList())));
    }
    return samples;
  }

  private static List<Receptor> draw(List<Receptor> pool, int wanted, SplittableRandom random) {
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
