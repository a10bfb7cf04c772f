package io.github.dl4jhopfield.zoo.files;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Where a model comes from. No times and no paths: the same run makes the same record.
 *
 * @param run what made it, such as {@code experiment mil}
 * @param versions of the program, Deeplearning4j and Java, by name
 * @param dataset name of the data
 * @param data hash of the data in hexadecimal digits, see {@link Fingerprint}; empty if unknown
 * @param seed of every random choice
 * @param options every option with its value
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Provenance(
    String run,
    Map<String, String> versions,
    String dataset,
    String data,
    long seed,
    Map<String, String> options) {
  /** Of a file that doesn't say. */
  public static final Provenance UNKNOWN = new Provenance("", Map.of(), "", "", 0, Map.of());

  /** Copies the maps: versions by name, options in their order. */
  public Provenance {
    run = Objects.requireNonNullElse(run, "");
    dataset = Objects.requireNonNullElse(dataset, "");
    data = Objects.requireNonNullElse(data, "");
    versions =
        Collections.unmodifiableMap(new TreeMap<>(Objects.requireNonNullElse(versions, Map.of())));
    options =
        Collections.unmodifiableMap(
            new LinkedHashMap<>(Objects.requireNonNullElse(options, Map.of())));
  }

  /** Of a run of this program here. */
  public static Provenance of(
      String run, String dataset, String data, long seed, Map<String, String> options) {
    return new Provenance(run, versionsHere(), dataset, data, seed, options);
  }

  private static Map<String, String> versionsHere() {
    Map<String, String> versions = new TreeMap<>();
    versions.put("dl4j-hopfield", version(Provenance.class));
    versions.put("deeplearning4j", deeplearning4j());
    versions.put("java", System.getProperty("java.version", ""));
    return versions;
  }

  /** What the jar of a class says; classes outside of jars don't. */
  private static String version(Class<?> type) {
    return Objects.requireNonNullElse(type.getPackage().getImplementationVersion(), "unknown");
  }

  /** DL4J's jars say it in a file of their own. */
  private static String deeplearning4j() {
    String resource = "/org/eclipse/org.deeplearning4j-deeplearning4j-nn-git.properties";
    Properties properties = new Properties();
    try (InputStream in = MultiLayerNetwork.class.getResourceAsStream(resource)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("git.build.version", "unknown");
  }
}
