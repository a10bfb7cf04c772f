package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.reference.CaseResult;
import io.github.dl4jhopfield.reference.CaseResult.Status;
import io.github.dl4jhopfield.reference.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Compares our ops and layers with a file of reference cases. */
@Command(
    name = "verify",
    description = {
      "Compare our ops and layers, gradients included, with a file of reference cases.",
      "A case that nothing here can run is skipped; exit status 1 if any case failed."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  /** The type that the ops run in. */
  enum Type {
    /** Compared with the reference, within each case's tolerance. */
    DOUBLE,
    /** Compared with our own double path on the same float inputs, within 1e-5. */
    FLOAT
  }

  @ParentCommand HopfieldCommand root;

  @Option(
      names = "--reference",
      required = true,
      paramLabel = "FILE",
      description = "Reference file (.json or .json.gz).")
  Path reference;

  @Option(names = "--group", paramLabel = "GROUP", description = "Only the cases of this group.")
  String group;

  @Option(
      names = "--dtype",
      paramLabel = "double|float",
      defaultValue = "DOUBLE",
      description = {
        "double: against the reference, within each case's tolerance (default);",
        "float: against our double path on float inputs, within 1e-5."
      })
  Type type;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = root.console();
    Verification verification =
        new Verification(type == Type.FLOAT ? DataType.FLOAT : DataType.DOUBLE);
    List<CaseResult> results =
        verification.run(
            InputFile.file(reference),
            group,
            result -> {
              if (!json) {
                show(console, result);
              }
            });
    Map<String, Object> report = report(results);
    if (json) {
      console.json(report);
    } else {
      summary(console, results, report);
    }
    return count(results, Status.failed) > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  private static Map<String, Object> report(List<CaseResult> results) {
    Map<String, Object> report = new LinkedHashMap<>();
    for (Status status : Status.values()) {
      report.put(status.name(), count(results, status));
    }
    report.put("cases", results.stream().map(VerifyCommand::fields).toList());
    return report;
  }

  private static Map<String, Object> fields(CaseResult result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("group", result.group());
    fields.put("name", result.name());
    fields.put("status", result.status());
    fields.put("worst", result.worst());
    fields.put("where", result.where());
    fields.put("reason", result.reason());
    fields.values().removeIf(Objects::isNull);
    return fields;
  }

  private static long count(List<CaseResult> results, Status status) {
    return results.stream().filter(result -> result.status() == status).count();
  }

  private void show(Console console, CaseResult result) {
    // With --quiet only what is not as it should be.
    if (root.quiet && result.status() != Status.failed) {
      return;
    }
    console.result(
        "%-8s %-10s %-36s %s%s",
        result.status(),
        result.group(),
        result.name(),
        result.worst() == null ? "" : String.format(Locale.ROOT, "%.1e", result.worst()),
        result.reason() == null ? "" : "  " + result.reason());
  }

  private static void summary(
      Console console, List<CaseResult> results, Map<String, Object> report) {
    console.result("");
    console.result(
        "%-12s %7s %7s %7s %7s  worst", "group", "passed", "failed", "skipped", "differs");
    results.stream()
        .map(CaseResult::group)
        .distinct()
        .forEach(
            name -> {
              List<CaseResult> group =
                  results.stream().filter(result -> result.group().equals(name)).toList();
              double worst =
                  group.stream()
                      .filter(result -> result.status() == Status.passed)
                      .mapToDouble(CaseResult::worst)
                      .max()
                      .orElse(Double.NaN);
              console.result(
                  "%-12s %7d %7d %7d %7d  %s",
                  name,
                  count(group, Status.passed),
                  count(group, Status.failed),
                  count(group, Status.skipped),
                  count(group, Status.differs),
                  Double.isNaN(worst) ? "-" : String.format(Locale.ROOT, "%.1e", worst));
            });
    console.result(
        "passed %s, failed %s, skipped %s, differs %s",
        report.get("passed"), report.get("failed"), report.get("skipped"), report.get("differs"));
  }
}
