package io.github.dl4jhopfield.reference;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.nd4j.shade.jackson.core.JsonParseException;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.core.type.TypeReference;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Reads a reference file ({@code peers-golden-1}, plain or gzip-compressed) case by case, so that
 * its size doesn't matter. A malformed file is an {@link IllegalArgumentException} that names the
 * file, the case and what was expected.
 */
public final class ReferenceFile {
  /** What the file's field {@code format} says. */
  public static final String FORMAT = "peers-golden-1";

  private final Path file;
  private final ObjectMapper mapper = new ObjectMapper();
  private int cases;

  private ReferenceFile(Path file) {
    this.file = file;
  }

  /** Hands each case to {@code action}, in the file's order. */
  public static void read(Path file, Consumer<ReferenceCase> action) throws IOException {
    new ReferenceFile(file).read(action);
  }

  /**
   * Every case, in the file's order: for files that fit in memory.
   *
   * @throws IllegalArgumentException if the file is malformed
   */
  public static List<ReferenceCase> cases(Path file) throws IOException {
    List<ReferenceCase> cases = new ArrayList<>();
    read(file, cases::add);
    return cases;
  }

  private void read(Consumer<ReferenceCase> action) throws IOException {
    try (InputStream in = open();
        JsonParser parser = mapper.getFactory().createParser(in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw bad("an object with format and cases", "another file");
      }
      boolean sawCases = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        if (key.equals("format")) {
          if (!FORMAT.equals(parser.getValueAsString())) {
            throw bad("format " + FORMAT, String.valueOf(parser.getValueAsString()));
          }
        } else if (key.equals("cases")) {
          sawCases = true;
          if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw bad("an array of cases", parser.currentToken().toString());
          }
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            action.accept(readCase(mapper.readTree(parser)));
            cases++;
          }
        } else {
          parser.skipChildren();
        }
      }
      if (!sawCases) {
        throw bad("the field cases", "none");
      }
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(
          file
              + ":"
              + e.getLocation().getLineNr()
              + ": expected JSON, found: "
              + e.getOriginalMessage(),
          e);
    }
  }

  private InputStream open() throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    in.mark(2);
    boolean compressed = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return compressed ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private ReferenceCase readCase(JsonNode node) {
    return new ReferenceCase(
        text(node, "group"),
        text(node, "name"),
        text(node, "op"),
        node.path("unit").isTextual() ? node.get("unit").textValue() : null,
        number(node, "tolerance"),
        node.path("quirk").asBoolean(false),
        node.path("notes").asText(""),
        hyper(node.path("hyper")),
        arrays(node, "inputs"),
        arrays(node, "weights"),
        arrays(node, "outputs"),
        arrays(node, "grad_out"),
        arrays(node, "input_grads"),
        arrays(node, "weight_grads"));
  }

  private Map<String, Object> hyper(JsonNode node) {
    if (!node.isObject()) {
      return Map.of();
    }
    return mapper.convertValue(node, new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  private String text(JsonNode node, String key) {
    if (!node.path(key).isTextual()) {
      throw bad("text as " + key, node.path(key).toString());
    }
    return node.get(key).textValue();
  }

  private double number(JsonNode node, String key) {
    if (!node.path(key).isNumber()) {
      throw bad("a number as " + key, node.path(key).toString());
    }
    return node.get(key).doubleValue();
  }

  private Map<String, ReferenceArray> arrays(JsonNode node, String key) {
    Map<String, ReferenceArray> arrays = new LinkedHashMap<>();
    node.path(key)
        .fields()
        .forEachRemaining(
            entry -> {
              if (!entry.getValue().isNull()) {
                arrays.put(entry.getKey(), array(entry.getValue(), key + "." + entry.getKey()));
              }
            });
    return arrays;
  }

  private ReferenceArray array(JsonNode node, String where) {
    JsonNode shape = node.path("shape");
    JsonNode data = node.path("data");
    if (!shape.isArray() || !node.path("dtype").isTextual() || data.isMissingNode()) {
      throw bad(where + " with shape, dtype and data", "another value");
    }
    long[] sizes = new long[shape.size()];
    long expected = 1;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = shape.get(i).asLong(-1);
      if (sizes[i] < 0) {
        throw bad(where + " with sizes of at least 0", shape.toString());
      }
      expected = Math.multiplyExact(expected, sizes[i]);
    }
    double[] values = new double[data.isArray() ? data.size() : 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(data.isArray() ? data.get(i) : data, where);
    }
    if (values.length != expected) {
      throw bad(
          where + " with " + expected + " values for " + Arrays.toString(sizes),
          values.length + "");
    }
    return new ReferenceArray(sizes, node.get("dtype").textValue(), values);
  }

  private double value(JsonNode node, String where) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue() ? 1 : 0;
    }
    return switch (node.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw bad(where + " made of numbers", node.toString());
    };
  }

  private IllegalArgumentException bad(String expected, String found) {
    return new IllegalArgumentException(
        file
            + ": case "
            + (cases + 1)
            + ": expected "
            + expected
            + ", found "
            + (found.isEmpty() ? "nothing" : found));
  }
}
