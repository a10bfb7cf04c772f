package io.github.dl4jhopfield.zoo.mil;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The folds of a study that are done, in a file: a line each, the first says of which study. A
 * study that was killed goes on from there; a line that was not written whole is written again.
 */
final class StudyStore implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORMAT = "hopfield-mil-study";

  /** What a study is: another one must not go on with its file. */
  record Header(String format, String data, Map<String, String> options, long seed) {}

  /**
   * A fold that is done.
   *
   * @param scores of its test bags, in the order of the data
   * @param innerScore NaN where nothing was chosen
   * @param chosen hyperparameters, in words
   * @param bestEpochAuc of the optimistic protocol; NaN where it was not asked for
   */
  record Done(
      String method,
      int repeat,
      int fold,
      double[] scores,
      double auc,
      double innerScore,
      String chosen,
      double seconds,
      double bestEpochAuc,
      MilRules rules) {
    String key() {
      return key(method, repeat, fold);
    }

    static String key(String method, int repeat, int fold) {
      return method + '\t' + repeat + '\t' + fold;
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final Map<String, Done> done = new LinkedHashMap<>();

  private StudyStore(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens a file that is new, or of the same study.
   *
   * @param file null: nothing is kept
   */
  static StudyStore open(Path file, Header header) throws IOException {
    if (file == null) {
      return new StudyStore(null, null);
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(file, channel);
      StudyStore store = new StudyStore(file, channel);
      store.read(header);
      return store;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void lock(Path file, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(file + ": expected one study at a time, found another writing to it");
    }
  }

  private void read(Header header) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(channel.size())];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
      // until all is there
    }
    int from = 0;
    int line = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        line++;
        take(new String(bytes, from, i - from, StandardCharsets.UTF_8), line, header);
        from = i + 1;
      }
    }
    // a line without an end was not written whole
    channel.truncate(from);
    channel.position(from);
    if (line == 0) {
      append(header);
    }
  }

  private void take(String text, int line, Header header) {
    try {
      if (line > 1) {
        Done one = JSON.readValue(text, Done.class);
        done.put(one.key(), one);
        return;
      }
      Header found = JSON.readValue(text, Header.class);
      if (!found.equals(header)) {
        throw new DataFormatException(
            file.toString(),
            1,
            "the study that is asked for",
            difference(header, found) + "; give another --out, or the same command");
      }
    } catch (JsonProcessingException e) {
      throw new DataFormatException(
          file.toString(), line, "a line that a study wrote", "something else", e);
    }
  }

  private static String difference(Header asked, Header found) {
    if (!found.data().equals(asked.data())) {
      return "one of other data";
    }
    if (found.seed() != asked.seed()) {
      return "one with seed " + found.seed() + " instead of " + asked.seed();
    }
    for (Map.Entry<String, String> option : asked.options().entrySet()) {
      String other = found.options() == null ? null : found.options().get(option.getKey());
      if (!option.getValue().equals(other)) {
        return "one with " + option.getKey() + " " + other + " instead of " + option.getValue();
      }
    }
    return "one of another version";
  }

  static Header header(String data, Map<String, String> options, long seed) {
    return new Header(FORMAT, data, options, seed);
  }

  /** What is done of that fold; null if nothing. */
  synchronized Done get(String method, int repeat, int fold) {
    return done.get(Done.key(method, repeat, fold));
  }

  /** How many folds are done. */
  synchronized int size() {
    return done.size();
  }

  /** Keeps a fold. */
  synchronized void add(Done one) throws IOException {
    done.put(one.key(), one);
    if (channel != null) {
      append(one);
    }
  }

  private void append(Object value) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap((JSON.writeValueAsString(value) + '\n').getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new IOException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
