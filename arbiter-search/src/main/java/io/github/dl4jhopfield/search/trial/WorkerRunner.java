package io.github.dl4jhopfield.search.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs trials in JVMs of their own. A trial that exceeds its time is ended with its worker and has
 * failed; so has one that ran out of memory. A worker that dies of something else (killed from
 * outside) is replaced and its trial runs again, with the same seed. Every worker computes with one
 * thread, so that a score does not depend on how many workers there are.
 */
public final class WorkerRunner extends PooledRunner {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerRunner.class);
  private static final int TRIES = 3;
  private static final String ENDED = "";
  private static final double MOST_SECONDS_TO_START = 120;

  private final Settings settings;
  private final List<Worker> workers = new ArrayList<>();
  private final ObjectMapper json = new ObjectMapper();
  private volatile boolean closed;

  /**
   * How workers are run.
   *
   * @param workers JVMs at once
   * @param secondsPerTrial a trial that takes longer is ended; 0 for no limit
   * @param trialsPerWorker a worker is replaced after so many
   * @param memoryMegabytes most heap of a worker
   */
  public record Settings(
      int workers, double secondsPerTrial, int trialsPerWorker, int memoryMegabytes) {
    /** Checks that all are positive. */
    public Settings {
      if (workers < 1 || trialsPerWorker < 1 || memoryMegabytes < 1 || !(secondsPerTrial >= 0)) {
        throw new IllegalArgumentException(
            "workers: expected at least one worker, one trial a worker and 1 MB, found "
                + workers
                + ", "
                + trialsPerWorker
                + ", "
                + memoryMegabytes);
      }
    }
  }

  /** Workers that start when the first trial comes. */
  public WorkerRunner(Settings settings) {
    super("trial-worker", settings.workers());
    this.settings = settings;
  }

  @Override
  protected TrialResult runOne(Trial trial) throws IOException, InterruptedException {
    long started = System.currentTimeMillis();
    long start = System.nanoTime();
    String last = "";
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Worker worker = take();
      if (!worker.ready()) {
        last = worker.kill();
        LOG.warn("a worker did not start ({}); starting another", last);
        continue;
      }
      String answer = worker.ask(json.writeValueAsString(trial), settings.secondsPerTrial());
      if (answer == null) {
        worker.kill();
        return TrialResult.failed(
            trial,
            started,
            TrialTask.seconds(start),
            TrialTask.host(),
            String.format(
                Locale.ROOT,
                "took longer than %s s and was ended",
                shortest(settings.secondsPerTrial())));
      }
      if (!answer.equals(ENDED)) {
        TrialResult result = parsed(answer);
        if (result != null) {
          giveBack(worker, result);
          return result;
        }
      }
      last = worker.kill();
      LOG.warn("candidate {}: its worker ended ({}); running it again", trial.number(), last);
    }
    return TrialResult.failed(
        trial,
        started,
        TrialTask.seconds(start),
        TrialTask.host(),
        "its worker ended " + TRIES + " times, the last time with " + last);
  }

  private static String shortest(double seconds) {
    return seconds == Math.rint(seconds) ? Long.toString((long) seconds) : Double.toString(seconds);
  }

  private TrialResult parsed(String answer) {
    try {
      return TrialResult.fromJson(json.readTree(answer));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      LOG.warn("a worker's answer is no result: {}", e.getMessage());
      return null;
    }
  }

  private Worker take() throws IOException, InterruptedException {
    synchronized (workers) {
      if (closed) {
        throw new InterruptedException("the search was stopped");
      }
      for (Worker worker : workers) {
        if (!worker.busy) {
          worker.busy = true;
          return worker;
        }
      }
      Worker worker = new Worker();
      workers.add(worker);
      return worker;
    }
  }

  /** Workers that are old or have run out of memory once end here. */
  private void giveBack(Worker worker, TrialResult result) {
    boolean shaken =
        result.failed()
            && (result.error().startsWith("OutOfMemoryError")
                || result.error().startsWith("StackOverflowError"));
    if (++worker.trials >= settings.trialsPerWorker() || shaken) {
      worker.kill();
    } else {
      synchronized (workers) {
        worker.busy = false;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    super.close();
    List<Worker> left;
    synchronized (workers) {
      left = List.copyOf(workers);
    }
    left.forEach(Worker::kill);
  }

  /** A JVM and the thread that listens to it. */
  private final class Worker {
    private final Process process;
    private final Writer trialsOut;
    private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(16);
    private boolean busy = true;
    private int trials;
    private boolean ready;

    Worker() throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Xmx" + settings.memoryMegabytes() + "m");
      command.add("-XX:+UseSerialGC");
      command.add("-Djava.awt.headless=true");
      for (String name : System.getProperties().stringPropertyNames()) {
        if (name.startsWith("dl4jhopfield.") || name.startsWith("org.slf4j.simpleLogger.")) {
          command.add("-D" + name + "=" + System.getProperty(name));
        }
      }
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(WorkerMain.class.getName());
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      for (String variable : List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
        builder.environment().put(variable, "1");
      }
      process = builder.start();
      trialsOut =
          new BufferedWriter(
              new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
      Thread listener = new Thread(this::listen, "trial-worker-answers");
      listener.setDaemon(true);
      listener.start();
    }

    private void listen() {
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          answers.put(line);
        }
      } catch (IOException e) {
        LOG.debug("a worker's output broke off", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      answers.offer(ENDED);
    }

    /** Waits until it has started, which is no trial's time. */
    boolean ready() throws InterruptedException {
      if (!ready) {
        ready =
            WorkerMain.READY.equals(
                answers.poll((long) (MOST_SECONDS_TO_START * 1000), TimeUnit.MILLISECONDS));
      }
      return ready;
    }

    /** The answer, {@link #ENDED} if the worker ended without one, null if the time is over. */
    String ask(String trial, double seconds) throws InterruptedException {
      try {
        trialsOut.write(trial + "\n");
        trialsOut.flush();
      } catch (IOException e) {
        return ENDED;
      }
      return seconds == 0
          ? answers.take()
          : answers.poll((long) (seconds * 1000), TimeUnit.MILLISECONDS);
    }

    /** Ends the worker, and says how it ended. */
    String kill() {
      synchronized (workers) {
        workers.remove(this);
      }
      process.destroyForcibly();
      try {
        return process.waitFor(10, TimeUnit.SECONDS)
            ? "exit status " + process.exitValue()
            : "no exit status";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return "no exit status";
      }
    }
  }
}
