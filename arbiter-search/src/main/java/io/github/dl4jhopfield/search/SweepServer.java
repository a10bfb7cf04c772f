package io.github.dl4jhopfield.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.dl4jhopfield.search.trial.TrialResult;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A page of this machine that shows a search while it runs: the report, and above it what is best,
 * how many ended how and what runs, read again every second. It only shows: nothing can be changed
 * by it.
 *
 * <p>It listens on the loopback address alone. The page's address has a random part, which other
 * users of the machine don't know, and requests must name this machine in their {@code Host}, so
 * that no other site's page can read it by a name of its own (DNS rebinding).
 */
public final class SweepServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LEAST_REST_MS = 2_000;

  /** Rests so many times as long as making the last page took. */
  private static final int REST = 20;

  private final HttpServer server;
  private final ExecutorService pool;
  private final Set<String> hosts;
  private final String token;
  private volatile SweepState state;

  private String page;
  private int pageOf = -1;
  private boolean pageOfEnd;
  private long nextPage;

  private SweepServer(HttpServer server) {
    this.server = server;
    int port = server.getAddress().getPort();
    hosts = Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port);
    byte[] random = new byte[18];
    new SecureRandom().nextBytes(random);
    token = Base64.getUrlEncoder().encodeToString(random);
    pool =
        Executors.newFixedThreadPool(
            2,
            work -> {
              Thread thread = new Thread(work, "sweep-page");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(pool);
    server.createContext("/", this::answer);
  }

  /**
   * Starts listening.
   *
   * @param port 0 for any that is free
   * @throws IOException if the port is taken
   */
  public static SweepServer start(int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    HttpServer server;
    try {
      server = HttpServer.create(address, 16);
    } catch (IOException e) {
      throw new IOException(
          "port " + port + " of this machine: cannot listen: " + e.getMessage(), e);
    }
    SweepServer sweep = new SweepServer(server);
    server.start();
    return sweep;
  }

  /** Shows this search from now on; for {@link Sweep.Builder#watch}. */
  public synchronized void show(SweepState search) {
    state = search;
    page = null; // of the search before
  }

  /** The page's address. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + token + "/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String base = "/" + token + "/";
      if (!hosts.contains(String.valueOf(exchange.getRequestHeaders().getFirst("Host")))) {
        send(exchange, 403, "text/plain", "expected this machine as the host");
      } else if (path == null || !path.startsWith(base)) {
        send(exchange, 404, "text/plain", "no such page; the address has a random part");
      } else if (!Set.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, 405, "text/plain", "this page only shows");
      } else {
        switch (path.substring(base.length())) {
          case "" -> send(exchange, 200, "text/html", page());
          case "state" -> send(exchange, 200, "application/json", state());
          case "live.js" -> send(exchange, 200, "text/javascript", script());
          default -> send(exchange, 404, "text/plain", "no such page");
        }
      }
    } catch (RuntimeException e) {
      send(exchange, 500, "text/plain", e.toString());
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type + "; charset=utf-8");
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String script() throws IOException {
    try (InputStream in = SweepServer.class.getResourceAsStream("live.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The report as it was a moment ago: making it for every request would slow the search. */
  private synchronized String page() {
    SweepState search = state;
    if (search == null) {
      return live("<!DOCTYPE html><html><body><h1>The search begins</h1></body></html>");
    }
    long now = System.nanoTime();
    boolean changed = search.done() != pageOf || search.ended() != pageOfEnd;
    if (page == null || changed && (now - nextPage >= 0 || search.ended())) {
      pageOf = search.done();
      pageOfEnd = search.ended();
      page = live(SweepReport.html(search));
      long after = System.nanoTime();
      nextPage = after + Math.max(LEAST_REST_MS * 1_000_000L, REST * (after - now));
    }
    return page;
  }

  private static String live(String html) {
    return html.replaceFirst("<body>", "<body><div id=\"live\" role=\"status\"></div><main>")
        .replaceFirst("</body>", "</main><script src=\"live.js\"></script></body>");
  }

  private String state() throws IOException {
    SweepState search = state;
    Map<String, Object> fields = new LinkedHashMap<>();
    if (search == null) {
      fields.put("begun", false);
      return JSON.writeValueAsString(fields);
    }
    fields.put("begun", true);
    fields.put("ended", search.ended());
    fields.put("planned", search.planned());
    fields.put("done", search.done());
    fields.put("failed", search.failed());
    fields.put("pruned", search.pruned());
    fields.put("metric", search.metric());
    search.best().ifPresent(best -> fields.put("best", best(best)));
    search.secondsLeft().ifPresent(left -> fields.put("secondsLeft", Math.rint(left)));
    long now = System.currentTimeMillis();
    List<Map<String, Object>> running = new ArrayList<>();
    for (SweepState.Running one : search.running()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("candidate", one.candidate());
      row.put("seconds", Math.max(0, (now - one.since()) / 1000));
      row.put("values", one.values());
      running.add(row);
    }
    fields.put("running", running);
    return JSON.writeValueAsString(fields);
  }

  private static Map<String, Object> best(TrialResult best) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("candidate", best.candidate());
    fields.put("score", best.score());
    fields.put("values", best.values());
    return fields;
  }

  /** Stops listening. */
  @Override
  public void close() {
    server.stop(0);
    pool.shutdownNow();
  }
}
