package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.ops.Call.Value;
import io.github.dl4jhopfield.ops.internal.OpCall;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows made to lose digits, against references in 57 digits, in Java and, where they load, by the
 * native ops: weights and gradients within 1e-10 (double) and 1e-5 (float) of the larger of 1 and
 * the row's largest value. Rows and references are written by
 * custom-ops-cpp/tests/adversarial_test.cpp; the environment variable DL4JHOPFIELD_ADVERSARIAL
 * names a file of more.
 */
class AdversarialRowsTest {

  private record Row(
      DataType type,
      String op,
      double parameter,
      double beta,
      double gradBeta,
      double[] x,
      double[] mask,
      double[] y,
      double[] g,
      double[] gradX,
      double gradAlpha) {

    Separation separation() {
      return switch (op) {
        case "softmax" -> Separation.softmax();
        case "sparsemax" -> Separation.sparsemax();
        case "entmax15" -> Separation.entmax15();
        case "entmax" -> Separation.entmax(parameter);
        case "normmax" -> Separation.normmax(parameter);
        default -> Separation.kSubsets((int) parameter, op.equals("atMostK"));
      };
    }

    INDArray array(double[] values) {
      return Nd4j.createFromArray(new double[][] {values}).castTo(type);
    }
  }

  private static double[] numbers(String line) {
    String[] words = line.trim().split(" ");
    double[] values = new double[words.length - 1];
    for (int i = 0; i < values.length; i++) {
      String word = words[i + 1];
      values[i] =
          word.endsWith("inf")
              ? word.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY
              : Double.parseDouble(word);
    }
    return values;
  }

  private static List<Row> rows() throws IOException {
    String file = System.getenv("DL4JHOPFIELD_ADVERSARIAL");
    InputStream in =
        file != null
            ? Files.newInputStream(Path.of(file))
            : new GZIPInputStream(
                AdversarialRowsTest.class.getResourceAsStream("/adversarial.txt.gz"));
    List<Row> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      for (String head = lines.readLine(); head != null; head = lines.readLine()) {
        String[] words = head.split(" ");
        double[][] arrays = new double[6][];
        for (int i = 0; i < arrays.length; i++) {
          arrays[i] = numbers(lines.readLine());
        }
        rows.add(
            new Row(
                words[0].equals("float") ? DataType.FLOAT : DataType.DOUBLE,
                words[1],
                Double.parseDouble(words[2]),
                Double.parseDouble(words[3]),
                Double.parseDouble(words[4]),
                arrays[0],
                arrays[1],
                arrays[2],
                arrays[3],
                arrays[4],
                arrays[5][0]));
      }
    }
    return rows;
  }

  /** In units of what it may be. */
  private static double error(INDArray found, double[] expected, DataType type) {
    double most = type == DataType.FLOAT ? Float.MAX_VALUE : Double.MAX_VALUE;
    double tolerance = type == DataType.FLOAT ? 1e-5 : 1e-10;
    double largest = 1;
    for (double e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      double f = found.data().getDouble(i);
      double off;
      if (largest > 0.999 * most) { // beyond the range: infinite, or nearly; others just numbers
        boolean infinite = Math.abs(expected[i]) > 1.001 * most;
        boolean right =
            !Double.isNaN(f)
                && (!infinite || f == Math.copySign(Double.POSITIVE_INFINITY, expected[i]));
        off = right ? 0 : Double.POSITIVE_INFINITY;
      } else {
        off = Math.abs(f - expected[i]) / (tolerance * largest);
      }
      worst = Math.max(worst, off); // NaN stays
    }
    return Double.isNaN(worst) ? Double.POSITIVE_INFINITY : worst;
  }

  private interface Way {
    INDArray[] run(OpCall<INDArray> call);
  }

  @Test
  void everyRowIsRight() throws IOException {
    Map<String, Way> paths = new TreeMap<>(Map.of("Java", OpCase::inJava));
    if (NativeOps.status().nativeLoaded()) {
      paths.put("native", OpCase::run);
    }
    List<String> wrong = new ArrayList<>();
    Map<String, Double> worst = new TreeMap<>();
    List<Row> rows = rows();
    for (Row row : rows) {
      if (row.op().endsWith("K") && row.parameter() != (int) row.parameter()) {
        continue; // a separation has a whole k
      }
      INDArray x = row.array(row.x());
      INDArray y = row.array(row.y());
      INDArray g = row.array(row.g());
      INDArray mask =
          row.mask().length == 0 ? null : Nd4j.createFromArray(new double[][] {row.mask()});
      OpCall<INDArray> call =
          Call.separate(row.separation(), x, mask, Value.of(row.beta()), null, -1);
      OpCall<INDArray> gradient =
          OpCase.gradient(
              Call.separate(row.separation(), x, mask, Value.of(row.gradBeta()), null, -1),
              List.of(y, g));
      paths.forEach(
          (name, path) -> {
            String what = name + " " + row.type() + " " + row.op();
            double off = error(path.run(call)[0], row.y(), row.type());
            double gradientOff = error(path.run(gradient)[0], row.gradX(), row.type());
            worst.merge(what, off, Math::max);
            worst.merge(what + " gradient", gradientOff, Math::max);
            if (off > 1 || gradientOff > 1) {
              wrong.add(
                  what
                      + " "
                      + row.parameter()
                      + " beta "
                      + row.beta()
                      + " off "
                      + off
                      + ", gradient "
                      + gradientOff
                      + ", x "
                      + Arrays.toString(row.x()));
            }
          });
      if (row.op().equals("entmax") && row.parameter() > 1) {
        INDArray alpha = Nd4j.createFromArray(row.parameter()).castTo(row.type()).reshape(1, 1);
        boolean exact = alpha.getDouble(0) == row.parameter();
        if (exact) {
          OpCall<INDArray> learned =
              OpCase.gradient(
                  Call.separate(Separation.learnedEntmax(1.5), x, null, Value.of(1.0), alpha, -1),
                  List.of(y, g, alpha));
          paths.forEach(
              (name, path) -> {
                double off =
                    error(path.run(learned)[1], new double[] {row.gradAlpha()}, row.type());
                worst.merge(name + " " + row.type() + " entmax, alpha", off, Math::max);
                if (off > 1) {
                  wrong.add(name + " gradient of alpha " + row.parameter() + " off " + off);
                }
              });
        }
      }
    }
    assertThat(wrong).as("%d rows; worst, of 1: %s", rows.size(), worst).isEmpty();
  }
}
