package io.github.dl4jhopfield.zoo.repertoire.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a cache entry says beside its sequences, as JSON at its end. */
record EntryFooter(
    String key,
    String fileDigest,
    String contentDigest,
    ReadReport report,
    List<String> vGenes,
    List<String> jGenes,
    List<Long> blocks) {
  private static final ObjectMapper JSON = new ObjectMapper();

  byte[] toJson() {
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("key", key);
    written.put("fileDigest", fileDigest);
    written.put("contentDigest", contentDigest);
    written.put("format", report.format());
    written.put("rows", report.rows());
    written.put("used", report.used());
    written.put("dropped", report.dropped());
    written.put("region", report.region());
    written.put("countFrom", report.countFrom());
    written.put("locus", report.locus());
    written.put("warnings", report.warnings());
    written.put("notes", report.notes());
    written.put("vGenes", vGenes);
    written.put("jGenes", jGenes);
    written.put("blocks", blocks);
    try {
      return JSON.writeValueAsBytes(written);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static EntryFooter fromJson(byte[] text) throws IOException {
    JsonNode read = JSON.readTree(text);
    List<Long> blocks = new ArrayList<>();
    read.path("blocks").forEach(block -> blocks.add(block.longValue()));
    return new EntryFooter(
        read.path("key").asText(),
        read.path("fileDigest").asText(),
        read.path("contentDigest").asText(),
        new ReadReport(
            read.path("format").asText(),
            read.path("rows").longValue(),
            read.path("used").longValue(),
            numbers(read.path("dropped")),
            read.path("region").asText(),
            read.path("countFrom").asText(),
            read.path("locus").isNull() ? null : read.path("locus").asText(),
            numbers(read.path("warnings")),
            texts(read.path("notes"))),
        texts(read.path("vGenes")),
        texts(read.path("jGenes")),
        blocks);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }

  private static Map<String, Long> numbers(JsonNode object) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    object.fields().forEachRemaining(e -> numbers.put(e.getKey(), e.getValue().longValue()));
    return numbers;
  }
}
