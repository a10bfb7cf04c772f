package io.github.dl4jhopfield.search.trial;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A JVM that runs trials: a line of JSON a trial on standard input, a line of JSON a result on
 * standard output. Ends at once with its input, in the middle of a trial too, so that it does not
 * outlive the JVM that started it.
 */
final class WorkerMain {
  /** The first line of a worker's output. */
  static final String READY = "ready";

  private WorkerMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    PrintStream results = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // whatever a library prints is no result
    ObjectMapper json = new ObjectMapper();
    TrialTask task = TrialTask.ofInstalledExperiments();
    BlockingQueue<String> trials = new LinkedBlockingQueue<>();
    Thread reader = new Thread(() -> read(trials), "trials");
    reader.setDaemon(true);
    reader.start();
    results.println(READY);
    while (true) {
      TrialResult result = task.run(json.readValue(trials.take(), Trial.class));
      results.println(json.writeValueAsString(result.toMap()));
    }
  }

  /** Passes lines on; at the end of the input nobody waits for a result any more. */
  private static void read(BlockingQueue<String> trials) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        trials.add(line);
      }
    } catch (IOException e) {
      // as at its end
    }
    Runtime.getRuntime().halt(0);
  }
}
