package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The V and J genes that a {@link DeepRC} knows, those of its training repertoires. A gene that is
 * not among them, or missing, adds nothing to its sequence's features.
 *
 * @param v names of V genes as {@link SequenceBag#vGenes()} spells them
 * @param j names of J genes
 */
public record GeneVocabulary(List<String> v, List<String> j) {
  /** No genes: sequences are their residues alone. */
  public static final GeneVocabulary NONE = new GeneVocabulary(List.of(), List.of());

  /** Copies the lists. */
  public GeneVocabulary {
    v = List.copyOf(v);
    j = List.copyOf(j);
  }

  /**
   * All genes of some repertoires, sorted.
   *
   * @throws IllegalArgumentException if they have none
   */
  static GeneVocabulary of(Dataset<SequenceBag> samples) throws IOException {
    SortedSet<String> v = new TreeSet<>();
    SortedSet<String> j = new TreeSet<>();
    for (int i = 0; i < samples.size(); i++) {
      SequenceBag bag = samples.sample(i).open();
      v.addAll(bag.vGenes());
      j.addAll(bag.jGenes());
    }
    if (v.isEmpty() && j.isEmpty()) {
      throw new IllegalArgumentException(
          samples.name() + ": expected V or J genes (option genes), found none in any repertoire");
    }
    return new GeneVocabulary(List.copyOf(v), List.copyOf(j));
  }

  /** Number of genes. */
  public int size() {
    return v.size() + j.size();
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return size() == 0;
  }

  /** Of each V gene of a bag its number here from 0 on, or -1. */
  int[] vOf(SequenceBag bag) {
    return bag.vGenes().stream().mapToInt(v::indexOf).toArray();
  }

  /** Of each J gene of a bag its number here, after those of V, or -1. */
  int[] jOf(SequenceBag bag) {
    return bag.jGenes().stream()
        .mapToInt(name -> j.contains(name) ? v.size() + j.indexOf(name) : -1)
        .toArray();
  }

  /** The number that an index of a bag's list has, or -1 where it has none. */
  static int number(int[] numbers, int index) {
    return index < 0 ? -1 : numbers[index];
  }
}
