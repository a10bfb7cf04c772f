package io.github.dl4jhopfield.zoo.repertoire;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Repertoires of random sequences, of which the positive ones hold some with a motif.
 *
 * <p>Each residue is drawn uniformly of the 20, each length uniformly of [least, most]. In a
 * positive repertoire a share of the sequences, the first of them, gets a motif at a position drawn
 * uniformly; which of the motifs is drawn too. A dot in a motif leaves the residue there as it is.
 */
final class SimulatedRepertoires {
  private final int sequences;
  private final int least;
  private final int most;
  private final List<String> motifs;
  private final int implanted;

  SimulatedRepertoires(int sequences, int least, int most, List<String> motifs, double share) {
    this.sequences = sequences;
    this.least = least;
    this.most = most;
    this.motifs = motifs;
    this.implanted = (int) Math.round(share * sequences);
  }

  int implanted() {
    return implanted;
  }

  /** Repertoires of which every second is positive. */
  List<BagSample> draw(String prefix, int count, SplittableRandom random) {
    List<BagSample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(BagSample.of(prefix + i, i % 2, bag(i % 2 == 1, random.split())));
    }
    return samples;
  }

  private SequenceBag bag(boolean positive, SplittableRandom random) {
    int[] starts = new int[sequences + 1];
    for (int i = 0; i < sequences; i++) {
      starts[i + 1] = starts[i] + random.nextInt(least, most + 1);
    }
    byte[] codes = new byte[starts[sequences]];
    for (int j = 0; j < codes.length; j++) {
      codes[j] = (byte) random.nextInt(20);
    }
    for (int i = 0; positive && i < implanted; i++) {
      String motif = motifs.get(random.nextInt(motifs.size()));
      int at = starts[i] + random.nextInt(starts[i + 1] - starts[i] - motif.length() + 1);
      for (int j = 0; j < motif.length(); j++) {
        if (motif.charAt(j) != '.') {
          codes[at + j] =
              (byte) io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids.code(motif.charAt(j));
        }
      }
    }
    return new MemoryBag(codes, starts);
  }
}
