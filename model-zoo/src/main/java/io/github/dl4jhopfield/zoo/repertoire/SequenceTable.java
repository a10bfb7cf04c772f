package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The sequences of a repertoire with what DeepRC thinks of them, as an AIRR Rearrangement table:
 * the standard's required columns, empty where nothing is known, then {@code deeprc_logit}, {@code
 * deeprc_attention} (0 for what was not pooled) and, of the sequences with the highest attention,
 * {@code deeprc_residues}: what each residue adds to the logit ({@link IntegratedGradients}).
 */
final class SequenceTable {
  private static final List<String> COLUMNS =
      List.of(
          "sequence_id",
          "sequence",
          "rev_comp",
          "productive",
          "v_call",
          "d_call",
          "j_call",
          "sequence_alignment",
          "germline_alignment",
          "junction",
          "junction_aa",
          "v_cigar",
          "d_cigar",
          "j_cigar",
          "cdr3_aa",
          "duplicate_count",
          "repertoire_id",
          "deeprc_logit",
          "deeprc_attention",
          "deeprc_residues");

  /** Sequences whose residues are explained. */
  private static final int EXPLAINED = 100;

  private SequenceTable() {}

  static void write(
      Path file,
      String id,
      Repertoire repertoire,
      RepertoireScorer.Scored scored,
      IntegratedGradients gradients)
      throws IOException {
    double[] attention = new double[repertoire.size()];
    for (int i = 0; i < scored.pooled().length; i++) {
      attention[scored.pooled()[i]] = scored.attention()[i];
    }
    SequenceBag bag = SequenceBag.of(repertoire);
    Map<Integer, double[]> explained = new HashMap<>();
    if (gradients != null) {
      int most = Math.min(EXPLAINED, repertoire.size());
      for (int i : RepertoireScorer.highest(scored.logits(), most)) {
        explained.put(i, gradients.of(bag, i));
      }
    }
    boolean cdr3 = "cdr3".equals(repertoire.report().region());
    AtomicFiles.write(
        file,
        stream -> {
          BufferedWriter out =
              new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
          out.write(String.join("\t", COLUMNS) + "\n");
          for (int i = 0; i < repertoire.size(); i++) {
            String[] row = new String[COLUMNS.size()];
            Arrays.fill(row, "");
            set(row, "sequence_id", Integer.toString(i + 1));
            set(row, "v_call", gene(repertoire.vGenes(), repertoire.vGene(i)));
            set(row, "j_call", gene(repertoire.jGenes(), repertoire.jGene(i)));
            set(row, cdr3 ? "cdr3_aa" : "junction_aa", repertoire.sequence(i));
            set(row, "duplicate_count", Long.toString(repertoire.count(i)));
            set(row, "repertoire_id", id);
            set(row, "deeprc_logit", number(scored.logits()[i]));
            set(row, "deeprc_attention", number(attention[i]));
            if (explained.containsKey(i)) {
              set(
                  row,
                  "deeprc_residues",
                  String.join(
                      ",",
                      Arrays.stream(explained.get(i)).mapToObj(SequenceTable::number).toList()));
            }
            out.write(String.join("\t", row) + "\n");
          }
          out.flush();
        });
  }

  private static void set(String[] row, String column, String value) {
    row[COLUMNS.indexOf(column)] = value;
  }

  private static String gene(List<String> genes, int index) {
    return index < 0 ? "" : genes.get(index);
  }

  private static String number(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.6g", value);
  }
}
