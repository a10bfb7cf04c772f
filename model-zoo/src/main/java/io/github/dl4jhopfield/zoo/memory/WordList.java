package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Distinct words as patterns: how often each run of three letters occurs in the word, with a mark
 * at both of its ends, so that words that look alike are near each other.
 */
final class WordList {
  private static final String RESOURCE = "io/github/dl4jhopfield/zoo/memory/words.txt";
  private static final int LONGEST = 100;

  private final String name;
  private final List<String> words;

  private WordList(String name, List<String> words) {
    this.name = name;
    this.words = List.copyOf(words);
  }

  /** The 128 English nouns in the jar. */
  static WordList nouns() throws IOException {
    InputStream in = WordList.class.getClassLoader().getResourceAsStream(RESOURCE);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return new WordList("128 English nouns", read(RESOURCE, lines));
    }
  }

  /**
   * A text file in UTF-8, one word a line; empty lines are left out.
   *
   * @throws DataFormatException if a word comes twice, a line is longer than 100 characters or the
   *     file is not UTF-8; the message names file and line
   */
  static WordList file(Path file) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return new WordList(file.getFileName().toString(), read(file.toString(), lines));
    } catch (MalformedInputException e) {
      throw new DataFormatException(file.toString(), 0, "text in UTF-8", "other bytes", e);
    }
  }

  private static List<String> read(String name, BufferedReader lines) throws IOException {
    List<String> words = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      String word = line.strip();
      if (word.length() > LONGEST) {
        throw new DataFormatException(
            name, number, "a word of at most " + LONGEST + " characters", word.length() + "");
      }
      if (!word.isEmpty() && !seen.add(word)) {
        throw new DataFormatException(
            name, number, "words that differ", DataFormatException.quote(word) + " again");
      }
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    if (words.size() < 2) {
      throw new DataFormatException(name, 0, "at least 2 words", words.size() + "");
    }
    return words;
  }

  String name() {
    return name;
  }

  int count() {
    return words.size();
  }

  String word(int index) {
    return words.get(index);
  }

  /** Some words, drawn without replacement, in random order. */
  WordList draw(int count, Random random) {
    if (count > words.size()) {
      throw new IllegalArgumentException(
          name + ": expected at most " + words.size() + " words to draw, found " + count);
    }
    List<String> shuffled = new ArrayList<>(words);
    java.util.Collections.shuffle(shuffled, random);
    return new WordList(name, shuffled.subList(0, count));
  }

  /** [words, distinct runs of three letters], float. */
  INDArray toArray() {
    List<Map<String, Integer>> counts = new ArrayList<>();
    Map<String, Integer> columns = new TreeMap<>();
    for (String word : words) {
      String marked = "<" + word + ">";
      Map<String, Integer> runs = new TreeMap<>();
      for (int i = 0; i + 3 <= marked.length() || i == 0; i++) {
        String run = marked.substring(i, Math.min(marked.length(), i + 3));
        runs.merge(run, 1, Integer::sum);
        columns.putIfAbsent(run, columns.size());
      }
      counts.add(runs);
    }
    float[][] rows = new float[words.size()][columns.size()];
    for (int w = 0; w < rows.length; w++) {
      for (Map.Entry<String, Integer> run : counts.get(w).entrySet()) {
        rows[w][columns.get(run.getKey())] = run.getValue();
      }
    }
    return Nd4j.createFromArray(rows);
  }
}
