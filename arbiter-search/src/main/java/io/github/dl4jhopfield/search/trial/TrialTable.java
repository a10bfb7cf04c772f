package io.github.dl4jhopfield.search.trial;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Results of a search by number, packed: as objects a result takes a kilobyte, here about 60 bytes
 * for three hyperparameters, so that a search of a hundred thousand trials can keep all of them.
 * What it gives is unpacked at each call and equal to what was put, not the same object. Only ever
 * grows. Thread-safe.
 */
public final class TrialTable {
  /** Numbers are below this: a record that says otherwise is damaged. */
  public static final int MOST_TRIALS = 100_000_000;

  private static final int PAGE = 1 << 12;
  private static final int CHUNK = 1 << 16;
  private static final int SCORE_AT = 1;

  // kinds of values
  private static final int DOUBLE = 0;
  private static final int INTEGER = 1;
  private static final int LONG = 2;
  private static final int SHARED = 3;

  /** Where each number's bytes begin, and one; 0 for none. */
  private long[][] pages = new long[0][];

  private final List<byte[]> chunks = new ArrayList<>();
  private int filled = CHUNK;
  private int size;

  /** Names, hosts and choices, of which a search has few. */
  private final List<Object> shared = new ArrayList<>();

  private final Map<Object, Integer> places = new HashMap<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  /** An empty table. */
  public TrialTable() {}

  /**
   * Adds a result, unless there is one with its number.
   *
   * @throws IllegalArgumentException if its number is negative or {@link #MOST_TRIALS} or more
   */
  public synchronized void put(TrialResult result) {
    int number = result.candidate();
    if (number < 0 || number >= MOST_TRIALS) {
      throw new IllegalArgumentException(
          "expected a candidate from 0 to " + (MOST_TRIALS - 1) + ", found " + number);
    }
    if (has(number)) {
      return;
    }
    if (number / PAGE >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(2 * pages.length, number / PAGE + 1));
    }
    if (pages[number / PAGE] == null) {
      pages[number / PAGE] = new long[PAGE];
    }
    pages[number / PAGE][number % PAGE] = 1 + append(packed(result));
    size++;
  }

  /** Where it begins: its chunk, and the place there. */
  private long append(byte[] record) {
    if (filled + record.length > CHUNK) {
      chunks.add(new byte[Math.max(CHUNK, record.length)]);
      filled = 0;
    }
    int chunk = chunks.size() - 1;
    System.arraycopy(record, 0, chunks.get(chunk), filled, record.length);
    long at = (long) chunk << 32 | filled;
    filled += record.length;
    return at;
  }

  /** How many results there are. */
  public synchronized int size() {
    return size;
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return size() == 0;
  }

  /** Whether there is a result with that number. */
  public synchronized boolean has(int number) {
    return at(number) != 0;
  }

  private long at(int number) {
    int page = number / PAGE;
    return number < 0 || page >= pages.length || pages[page] == null
        ? 0
        : pages[page][number % PAGE];
  }

  /** The result with that number; null if there is none. */
  public TrialResult get(int number) {
    ByteBuffer in = record(number);
    return in == null ? null : unpacked(number, in);
  }

  /** The score of the trial with that number; NaN if it has none, or isn't there. */
  public double score(int number) {
    ByteBuffer in = record(number);
    return in == null ? Double.NaN : in.getDouble(in.position() + SCORE_AT);
  }

  private synchronized ByteBuffer record(int number) {
    long at = at(number) - 1;
    if (at < 0) {
      return null;
    }
    // What is written is never changed, so it can be read without the lock.
    return ByteBuffer.wrap(chunks.get((int) (at >>> 32))).position((int) at);
  }

  /** All results by number, as they are now. */
  public Results all() {
    return new Results(this, numbers());
  }

  /**
   * The results with the numbers from 0 on, all of which must be there.
   *
   * @param count how many
   */
  public Results first(int count) {
    return new Results(this, IntStream.range(0, count).toArray());
  }

  /** The results with those numbers, all of which must be there. */
  public Results of(int... numbers) {
    return new Results(this, numbers.clone());
  }

  private synchronized int[] numbers() {
    int[] numbers = new int[size];
    int count = 0;
    for (int page = 0; page < pages.length; page++) {
      for (int i = 0; pages[page] != null && i < PAGE; i++) {
        if (pages[page][i] != 0) {
          numbers[count++] = page * PAGE + i;
        }
      }
    }
    return numbers;
  }

  /**
   * Some results of a table, in an order. Doesn't change, holds the numbers only and unpacks a
   * result at each {@link #get}.
   */
  public static final class Results extends AbstractList<TrialResult> implements RandomAccess {
    private final TrialTable table;
    private final int[] numbers;

    private Results(TrialTable table, int[] numbers) {
      this.table = table;
      this.numbers = numbers;
    }

    @Override
    public TrialResult get(int index) {
      return table.get(numbers[index]);
    }

    @Override
    public int size() {
      return numbers.length;
    }

    /** The number of the result at an index. */
    public int number(int index) {
      return numbers[index];
    }

    /** As {@link TrialTable#score} of the result at an index. */
    public double score(int index) {
      return table.score(numbers[index]);
    }

    /** Those that meet a condition, in their order. */
    public Results where(Predicate<TrialResult> condition) {
      return new Results(
          table, Arrays.stream(numbers).filter(n -> condition.test(table.get(n))).toArray());
    }
  }

  // --- packing ----------------------------------------------------------------------------------

  private byte[] packed(TrialResult result) {
    bytes.reset();
    try {
      out.writeByte((result.pruned() ? 1 : 0) | (result.failed() ? 2 : 0));
      out.writeDouble(result.score());
      out.writeDouble(result.seconds());
      out.writeLong(result.started());
      writeShared(result.host());
      writeCount(result.values().size());
      for (Map.Entry<String, Object> entry : result.values().entrySet()) {
        writeShared(entry.getKey());
        writeValue(entry.getValue());
      }
      writeDoubles(result.parts());
      writeCount(result.measures().size());
      for (Map.Entry<String, Double> entry : result.measures().entrySet()) {
        writeShared(entry.getKey());
        out.writeDouble(entry.getValue());
      }
      writeCount(result.steps().size());
      for (TrialResult.Step step : result.steps()) {
        out.writeDouble(step.done());
        out.writeDouble(step.score());
      }
      if (result.failed()) {
        byte[] error = result.error().getBytes(StandardCharsets.UTF_8);
        writeCount(error.length);
        out.write(error);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // bytes in memory: never
    }
    return bytes.toByteArray();
  }

  private void writeValue(Object value) throws IOException {
    if (value instanceof Double number) {
      out.writeByte(DOUBLE);
      out.writeDouble(number);
    } else if (value instanceof Integer number) {
      out.writeByte(INTEGER);
      writeCount(number);
    } else if (value instanceof Long number) {
      out.writeByte(LONG);
      out.writeLong(number);
    } else {
      out.writeByte(SHARED);
      writeShared(value);
    }
  }

  private void writeDoubles(Collection<Double> values) throws IOException {
    writeCount(values.size());
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  private void writeShared(Object value) throws IOException {
    Integer place = places.get(value);
    if (place == null) {
      place = shared.size();
      shared.add(value);
      places.put(value, place);
    }
    writeCount(place);
  }

  /** Seven bits a byte, the lowest first; negative ones take five bytes. */
  private void writeCount(int count) throws IOException {
    int left = count;
    while ((left & ~0x7f) != 0) {
      out.writeByte(left & 0x7f | 0x80);
      left >>>= 7;
    }
    out.writeByte(left);
  }

  private TrialResult unpacked(int number, ByteBuffer in) {
    int flags = in.get();
    final double score = in.getDouble();
    final double seconds = in.getDouble();
    final long started = in.getLong();
    final String host = (String) readShared(in);
    Map<String, Object> values = new LinkedHashMap<>();
    for (int left = readCount(in); left > 0; left--) {
      String name = (String) readShared(in);
      values.put(name, readValue(in));
    }
    List<Double> parts = new ArrayList<>();
    for (int left = readCount(in); left > 0; left--) {
      parts.add(in.getDouble());
    }
    Map<String, Double> measures = new LinkedHashMap<>();
    for (int left = readCount(in); left > 0; left--) {
      String name = (String) readShared(in);
      measures.put(name, in.getDouble());
    }
    List<TrialResult.Step> steps = new ArrayList<>();
    for (int left = readCount(in); left > 0; left--) {
      double done = in.getDouble();
      steps.add(new TrialResult.Step(done, in.getDouble()));
    }
    String error = null;
    if ((flags & 2) != 0) {
      byte[] text = new byte[readCount(in)];
      in.get(text);
      error = new String(text, StandardCharsets.UTF_8);
    }
    return new TrialResult(
        number,
        values,
        score,
        parts,
        measures,
        steps,
        (flags & 1) != 0,
        seconds,
        started,
        host,
        error);
  }

  private Object readValue(ByteBuffer in) {
    return switch (in.get()) {
      case DOUBLE -> in.getDouble();
      case INTEGER -> readCount(in);
      case LONG -> in.getLong();
      default -> readShared(in);
    };
  }

  private Object readShared(ByteBuffer in) {
    int place = readCount(in);
    synchronized (this) {
      return shared.get(place);
    }
  }

  private static int readCount(ByteBuffer in) {
    int count = 0;
    for (int shift = 0; ; shift += 7) {
      int b = in.get();
      count |= (b & 0x7f) << shift;
      if (b >= 0) {
        return count;
      }
    }
  }
}
