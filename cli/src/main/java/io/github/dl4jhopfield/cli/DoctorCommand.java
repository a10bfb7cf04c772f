package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.ops.NativeOps;
import io.github.dl4jhopfield.ops.NativeStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Says what this machine and build are: versions, CPU, GPU, what loaded and why. */
@Command(
    name = "doctor",
    description = "Show versions, CPU and GPU, which native ops loaded and why.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Override
  public Integer call() {
    Map<String, Object> report = report();
    Console console = root.console();
    if (json) {
      console.json(report);
    } else {
      show(console, report, "");
    }
    return ExitCode.OK;
  }

  static Map<String, Object> report() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("versions", versions());
    report.put("machine", machine());
    report.put("nd4j", nd4j());
    report.put("native", nativeOps());
    return report;
  }

  /** What {@link NativeOps} decided: the answer to "why is it slow?". */
  static Map<String, Object> nativeOps() {
    NativeStatus status = NativeOps.status();
    Map<String, Object> decided = new LinkedHashMap<>();
    decided.put("setting", System.getProperty("dl4jhopfield.native", "auto"));
    decided.put("loaded", status.nativeLoaded());
    decided.put("reason", status.reason());
    decided.put("platform", status.platform());
    decided.put("simd", status.simd());
    decided.put("library", status.library());
    decided.put("registered", new TreeMap<>(status.registeredHashes()));
    return decided;
  }

  private static Map<String, Object> versions() {
    Map<String, Object> versions = new LinkedHashMap<>();
    versions.put("dl4j-hopfield", HopfieldCommand.Version.ours());
    versions.put("nd4j", artifact("org.nd4j", "nd4j-api"));
    versions.put("deeplearning4j", artifact("org.deeplearning4j", "deeplearning4j-nn"));
    versions.put("java", Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
    versions.put("java.home", System.getProperty("java.home"));
    return versions;
  }

  /** Version of a Maven artifact on the class path, as its jar says. */
  private static String artifact(String group, String name) {
    String resource = "/META-INF/maven/" + group + "/" + name + "/pom.properties";
    try (InputStream in = DoctorCommand.class.getResourceAsStream(resource)) {
      if (in == null) {
        return "unknown";
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** The machine as Java and Linux describe it. */
  static Map<String, Object> machine() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put(
        "os",
        String.join(
            " ",
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch")));
    machine.put("cpu", cpuInfo("model name"));
    List<String> flags = List.of(cpuInfo("flags").split(" "));
    machine.put(
        "simd",
        Stream.of("sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl")
            .filter(flags::contains)
            .toList());
    machine.put("threads", Runtime.getRuntime().availableProcessors());
    machine.put("heap_mb", Runtime.getRuntime().maxMemory() >> 20);
    machine.put("gpu", gpus());
    return machine;
  }

  private static String cpuInfo(String key) {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key) && line.contains(":"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Names of the NVIDIA GPUs that the driver shows. */
  private static List<String> gpus() {
    Path driver = Path.of("/proc/driver/nvidia/gpus");
    if (!Files.isDirectory(driver)) {
      return List.of();
    }
    try (Stream<Path> cards = Files.list(driver)) {
      return cards.sorted().map(DoctorCommand::gpuName).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String gpuName(Path card) {
    try (Stream<String> lines = Files.lines(card.resolve("information"))) {
      return lines
          .filter(line -> line.startsWith("Model:"))
          .map(line -> line.substring("Model:".length()).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static Map<String, Object> nd4j() {
    Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
    Map<String, Object> nd4j = new LinkedHashMap<>();
    nd4j.put("backend", Nd4j.getBackend().getClass().getSimpleName());
    nd4j.put("executioner", Nd4j.getExecutioner().getClass().getSimpleName());
    nd4j.put("blas", String.valueOf(environment.get("blas.vendor")));
    nd4j.put("omp_threads", String.valueOf(environment.get("omp.threads")));
    nd4j.put("blas_threads", String.valueOf(environment.get("blas.threads")));
    nd4j.put("default_type", Nd4j.dataType().name());
    return nd4j;
  }

  private static void show(Console console, Map<?, ?> values, String indent) {
    values.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> section) {
            console.result("%s%s", indent, key);
            show(console, section, indent + "  ");
          } else if (value instanceof List<?> items) {
            String joined = String.join(", ", items.stream().map(String::valueOf).toList());
            console.result("%s%-16s %s", indent, key, joined.isEmpty() ? "none" : joined);
          } else {
            console.result("%s%-16s %s", indent, key, value);
          }
        });
  }
}
