package io.github.dl4jhopfield.reference;

import io.github.dl4jhopfield.reference.CaseResult.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a reference file. In double each case is compared with the reference; in float with our own
 * double path on the same float inputs. A case that misses its tolerance by a little (less than
 * twenty times) is excused, and its reason says so, where the precision of the inputs alone leaves
 * that much open (see {@link InputPrecision}).
 */
public final class Verification {
  /** Tolerance of float, in the measure of {@link Comparison}. */
  static final double FLOAT_TOLERANCE = 1e-5;

  /** Never more than this many times a tolerance is excused by the precision of the inputs. */
  private static final double LARGEST_ALLOWANCE = 20;

  /** A float result comes out of many roundings, where the inputs have one each. */
  private static final double FLOAT_ROUNDINGS = 8;

  private final Map<String, CaseRunner> runners = new HashMap<>();
  private final DataType type;

  /**
   * @param type DOUBLE or FLOAT
   */
  public Verification(DataType type) {
    this.type = type;
    add(new LibraryCases());
    ServiceLoader.load(CaseRunners.class, CaseRunners.class.getClassLoader()).forEach(this::add);
  }

  private void add(CaseRunners more) {
    more.byOp()
        .forEach(
            (op, runner) -> {
              if (runners.putIfAbsent(op, runner) != null) {
                throw new IllegalStateException(
                    more.getClass().getName() + ": cases of " + op + " have a runner already");
              }
            });
  }

  /**
   * Runs every case, or those of one group.
   *
   * @param group null for all
   * @param listener told of each result as it comes
   * @return the results in the file's order
   * @throws IllegalArgumentException if the file is malformed or has no case of the group
   */
  public List<CaseResult> run(Path file, String group, Consumer<CaseResult> listener)
      throws IOException {
    List<CaseResult> results = new ArrayList<>();
    TreeSet<String> groups = new TreeSet<>();
    ReferenceFile.read(
        file,
        reference -> {
          groups.add(reference.group());
          if (group == null || group.equals(reference.group())) {
            CaseResult result = run(reference);
            results.add(result);
            listener.accept(result);
          }
        });
    if (results.isEmpty()) {
      throw new IllegalArgumentException(
          file
              + ": expected cases"
              + (group == null ? "" : " of group '" + group + "'")
              + ", found groups "
              + groups);
    }
    return results;
  }

  /** Runs one case. */
  public CaseResult run(ReferenceCase reference) {
    CaseRunner runner = runners.get(reference.op());
    if (runner == null) {
      return result(reference, Status.skipped, null, "no op or layer here runs " + reference.op());
    }
    Comparison comparison;
    double tolerance;
    try {
      if (type == DataType.FLOAT) {
        tolerance = FLOAT_TOLERANCE;
        comparison = inFloat(runner, reference.rounded());
      } else {
        tolerance = reference.tolerance();
        comparison = inDouble(runner, reference);
      }
    } catch (CannotRun e) {
      return result(reference, Status.skipped, null, e.getMessage());
    } catch (RuntimeException e) {
      // One broken case must not hide the others.
      return result(reference, Status.failed, null, e.toString());
    }
    boolean mayDiffer = reference.quirk() && type == DataType.DOUBLE && !comparison.nonFinite();
    if (mayDiffer && comparison.otherShape()) {
      return result(reference, Status.differs, comparison, reference.notes());
    }
    if (comparison.problem() != null) {
      return result(reference, Status.failed, comparison, comparison.problem());
    }
    if (comparison.where() == null) {
      return result(reference, Status.failed, null, "the case lists nothing to compare");
    }
    if (comparison.worst() <= tolerance) {
      return result(reference, Status.passed, comparison, null);
    }
    if (comparison.worst() <= LARGEST_ALLOWANCE * tolerance) {
      boolean inFloat = type == DataType.FLOAT;
      double uncertainty =
          inFloat
              ? InputPrecision.ofFloat(runner, reference.rounded())
              : InputPrecision.ofDigits(runner, reference);
      if (comparison.worst() <= (inFloat ? FLOAT_ROUNDINGS : 2) * uncertainty) {
        return result(
            reference,
            Status.passed,
            comparison,
            String.format(
                Locale.ROOT,
                "above %.0e, but %s leave %.1e open",
                tolerance,
                inFloat ? "float roundings of the inputs" : "the 14 digits of the inputs",
                uncertainty));
      }
    }
    // Odd as the original may be, ours stays finite.
    if (mayDiffer) {
      return result(reference, Status.differs, comparison, reference.notes());
    }
    return result(
        reference,
        Status.failed,
        comparison,
        String.format(Locale.ROOT, "%s is off by %.3g", comparison.where(), comparison.worst()));
  }

  private static CaseResult result(
      ReferenceCase reference, Status status, Comparison comparison, String reason) {
    return new CaseResult(
        reference.group(),
        reference.name(),
        status,
        comparison == null ? null : comparison.worst(),
        comparison == null ? null : comparison.where(),
        reason);
  }

  private static Comparison inDouble(CaseRunner runner, ReferenceCase reference) {
    Answer ours = runner.run(reference, DataType.DOUBLE);
    Comparison comparison = new Comparison();
    comparison.compare(
        "", reference.outputs(), ours.outputs(), ReferenceArray::data, ReferenceArray::shape);
    comparison.compare(
        "gradient",
        reference.inputGrads(),
        ours.inputGrads(),
        ReferenceArray::data,
        ReferenceArray::shape);
    comparison.compare(
        "gradient",
        reference.weightGrads(),
        ours.weightGrads(),
        ReferenceArray::data,
        ReferenceArray::shape);
    return comparison;
  }

  private static Comparison inFloat(CaseRunner runner, ReferenceCase rounded) {
    Answer expected = runner.run(rounded, DataType.DOUBLE);
    Answer ours = runner.run(rounded, DataType.FLOAT);
    ours.outputs()
        .forEach(
            (name, array) -> {
              if (array.dataType() == DataType.DOUBLE) {
                throw new IllegalStateException(
                    "expected output " + name + " in float, found double");
              }
            });
    Comparison comparison = new Comparison();
    boolean quirk = rounded.quirk();
    inFloat(comparison, "", quirk, rounded.outputs(), expected.outputs(), ours.outputs());
    inFloat(
        comparison,
        "gradient",
        quirk,
        rounded.inputGrads(),
        expected.inputGrads(),
        ours.inputGrads());
    inFloat(
        comparison,
        "gradient",
        quirk,
        rounded.weightGrads(),
        expected.weightGrads(),
        ours.weightGrads());
    return comparison;
  }

  /**
   * Compares exactly what the case lists: what our double path lacks is missing, not left out,
   * unless the original is odd there (of an output of another shape there is no gradient to
   * compare).
   */
  private static void inFloat(
      Comparison comparison,
      String kind,
      boolean quirk,
      Map<String, ReferenceArray> listed,
      Map<String, INDArray> expected,
      Map<String, INDArray> ours) {
    Map<String, INDArray> known = new LinkedHashMap<>();
    listed.keySet().stream()
        .filter(name -> !quirk || expected.containsKey(name))
        .forEach(name -> known.put(name, expected.get(name)));
    comparison.compare(kind, known, ours, Comparison::doubles, INDArray::shape);
  }
}
