package io.github.dl4jhopfield.search.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The record of a search, {@code sweep.jsonl}: only ever appended to, each record one line written
 * at once, {@code {"length":N,"crc32c":"xxxxxxxx","record":{...}}} with the length in bytes and the
 * checksum of the record's text. The first record says what is searched, then each trial's start
 * and end.
 *
 * <p>A line that was cut or damaged is left out and reported; all others are kept. One process at a
 * time: a lock of the operating system's, which a killed process cannot leave behind. What was
 * written survives the process; after a loss of power the last records may be missing or cut.
 */
public final class TrialStore implements AutoCloseable {
  /** The file's name. */
  public static final String FILE = "sweep.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_LINE = 16 << 20;

  private final Path file;

  /** Not a channel: that would close when a thread that writes is interrupted. */
  private final RandomAccessFile out;

  private final FileLock lock;
  private Map<String, Object> header;
  private final TrialTable results = new TrialTable();

  /** Those that have not ended. */
  private final Set<Integer> started = new HashSet<>();

  private final List<String> damage = new ArrayList<>();
  private final Map<Integer, Double> tests = new TreeMap<>();
  private Integer modelOf;
  private boolean cutLine;

  private TrialStore(Path file, RandomAccessFile out, FileLock lock) {
    this.file = file;
    this.out = out;
    this.lock = lock;
  }

  /**
   * Opens the store of a folder, made if it isn't there, and reads what it has.
   *
   * @throws IOException if another process has it open, or it cannot be read
   */
  public static TrialStore open(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
    boolean opened = false;
    try {
      FileLock lock;
      try {
        lock = out.getChannel().tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        throw new IOException(
            file + ": another search is writing to this folder; wait for it, or use another --out");
      }
      TrialStore store = new TrialStore(file, out, lock);
      store.read();
      out.seek(out.length());
      opened = true;
      return store;
    } finally {
      if (!opened) {
        out.close();
      }
    }
  }

  // --- reading ----------------------------------------------------------------------------------

  private void read() throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      long number = 1;
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          take(number++, line.toByteArray());
          line.reset();
        } else if (line.size() < LONGEST_LINE) {
          line.write(b);
        }
      }
      if (line.size() > 0) {
        take(number, line.toByteArray());
        cutLine = true;
      }
    }
  }

  private void take(long number, byte[] line) {
    String fault = fault(line);
    if (fault != null) {
      damage.add(file + ":" + number + ": " + fault + "; left out");
    }
  }

  /** Takes a line; says what is wrong with one that cannot be taken. */
  private String fault(byte[] line) {
    String text = new String(line, StandardCharsets.UTF_8);
    int at = text.indexOf("\"record\":");
    if (at < 0 || !text.endsWith("}")) {
      return "expected a whole record, found " + line.length + " bytes of one";
    }
    String record = text.substring(at + "\"record\":".length(), text.length() - 1);
    try {
      JsonNode frame = JSON.readTree(text);
      byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
      if (frame.path("length").asInt(-1) != bytes.length) {
        return "expected "
            + frame.path("length").asText()
            + " bytes as the line says, found "
            + bytes.length;
      }
      if (!frame.path("crc32c").asText().equals(checksum(bytes))) {
        return "expected the checksum " + frame.path("crc32c").asText() + ", found another";
      }
      accept(frame.get("record"));
      return null;
    } catch (JsonProcessingException e) {
      return "expected a record, found no JSON";
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  @SuppressWarnings("unchecked") // a JSON object becomes such a map
  private void accept(JsonNode record) {
    switch (record.path("type").asText()) {
      case "search" -> header = JSON.convertValue(record, LinkedHashMap.class);
      case "started" -> {
        int candidate = record.path("candidate").asInt();
        if (!results.has(candidate)) {
          started.add(candidate);
        }
      }
      case "ended" -> {
        TrialResult result = TrialResult.fromJson(record);
        results.put(result);
        started.remove(result.candidate());
      }
      case "model" -> modelOf = record.path("candidate").asInt();
      case "test" -> tests.put(record.path("candidate").asInt(), record.path("score").asDouble());
      default ->
          throw new IllegalArgumentException(
              "expected a record of type search, started, ended, test or model, found \""
                  + record.path("type").asText()
                  + '"');
    }
  }

  /** What is searched; null for a store without records. */
  public Map<String, Object> header() {
    return header;
  }

  /** The trials that have ended, by number. */
  public TrialTable results() {
    return results;
  }

  /** Numbers of trials that were started and have not ended: whoever ran them is gone. */
  public Set<Integer> lost() {
    return Set.copyOf(started);
  }

  /** What was damaged, a line each. */
  public List<String> damage() {
    return List.copyOf(damage);
  }

  /** Of which candidate the model beside the store is; null for none. */
  public Integer modelOf() {
    return modelOf;
  }

  /** Scores on the outer test fold, by candidate. */
  public Map<Integer, Double> tests() {
    return Collections.unmodifiableMap(tests);
  }

  // --- writing ----------------------------------------------------------------------------------

  /** Writes what is searched: the first record. */
  public void begin(Map<String, Object> search) throws IOException {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("type", "search");
    record.putAll(search);
    append(record);
    header = record;
  }

  /** Writes that a trial is about to run. */
  public synchronized void started(Trial trial) throws IOException {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("type", "started");
    record.put("candidate", trial.number());
    record.put("values", trial.values());
    append(record);
    started.add(trial.number());
  }

  /** Writes what came of a trial. */
  public synchronized void ended(TrialResult result) throws IOException {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("type", "ended");
    record.putAll(result.toMap());
    append(record);
    results.put(result);
    started.remove(result.candidate());
  }

  /** Writes how a candidate did on the outer test fold. */
  public synchronized void test(int candidate, double score) throws IOException {
    append(new TreeMap<>(Map.of("type", "test", "candidate", candidate, "score", score)));
    tests.put(candidate, score);
  }

  /** Writes that the model beside the store is of that candidate. */
  public synchronized void model(int candidate) throws IOException {
    append(new TreeMap<>(Map.of("type", "model", "candidate", candidate)));
    modelOf = candidate;
  }

  private synchronized void append(Map<String, Object> record) throws IOException {
    String text = JSON.writeValueAsString(record);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String line =
        (cutLine ? "\n" : "")
            + "{\"length\":"
            + bytes.length
            + ",\"crc32c\":\""
            + checksum(bytes)
            + "\",\"record\":"
            + text
            + "}\n";
    try {
      out.write(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IOException(file + ": cannot write: " + e.getMessage(), e);
    }
    cutLine = false;
  }

  private static String checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return String.format("%08x", crc.getValue());
  }

  @Override
  public void close() throws IOException {
    lock.release();
    out.close();
  }
}
