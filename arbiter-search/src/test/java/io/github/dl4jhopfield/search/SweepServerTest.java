package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SweepServerTest {
  /** The answer to a request as it was written; the JDK's client would not send such ones. */
  private static String ask(SweepServer server, String method, String path, String host)
      throws IOException {
    URI uri = URI.create(server.url());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort())) {
      String request =
          method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String get(SweepServer server, String name) throws IOException {
    URI uri = URI.create(server.url());
    return ask(server, "GET", uri.getPath() + name, uri.getAuthority());
  }

  private static JsonNode state(SweepServer server) throws IOException {
    String answer = get(server, "state");
    assertThat(answer).startsWith("HTTP/1.1 200").contains("application/json");
    return new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
  }

  @Test
  void thePageShowsTheSearchWhileItRuns() throws Exception {
    List<JsonNode> states = new ArrayList<>();
    try (SweepServer server = SweepServer.start(0)) {
      assertThat(state(server).get("begun").asBoolean()).isFalse();
      assertThat(get(server, "")).contains("The search begins", "live.js");
      Sweep search =
          Sweep.builder()
              .experiment(new TroubledExperiment())
              .candidates(8)
              .threads(2)
              .watch(server::show)
              .context(
                  ExperimentContext.builder()
                      .seed(3)
                      .option("sleep", "200")
                      .option("throw", "true")
                      .build())
              .build();
      Thread runs =
          new Thread(
              () -> {
                try {
                  search.run();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      runs.start();
      while (runs.isAlive()) {
        JsonNode state = state(server);
        if (state.get("begun").asBoolean()) {
          states.add(state);
        }
        Thread.sleep(50);
      }
      assertThat(states)
          .anySatisfy(
              state -> {
                assertThat(state.get("running")).hasSize(2);
                assertThat(state.at("/running/0/values/x").isNumber()).isTrue();
                assertThat(state.get("done").asInt()).isBetween(1, 7);
                assertThat(state.get("planned").asInt()).isEqualTo(8);
                assertThat(state.get("secondsLeft").asInt()).isBetween(0, 60);
              });
      JsonNode last = state(server);
      assertThat(last.get("ended").asBoolean()).isTrue();
      assertThat(last.get("done").asInt()).isEqualTo(8);
      assertThat(last.at("/best/values/word").isTextual()).isTrue();
      assertThat(get(server, ""))
          .contains("8 candidates by random", "<h2>History</h2>", "<div id=\"live\"", "<main>")
          .contains("Content-security-policy: default-src 'none'")
          .doesNotContain("http-equiv");
      assertThat(get(server, "live.js")).contains("text/javascript", "fetch('state')");
    }
  }

  @Test
  void onlyTheOneWithTheAddressOnThisMachineSeesIt() throws IOException {
    try (SweepServer server = SweepServer.start(0)) {
      URI uri = URI.create(server.url());
      assertThat(uri.getPath()).hasSizeGreaterThan(20);
      String here = uri.getAuthority();
      assertThat(ask(server, "GET", uri.getPath(), here)).startsWith("HTTP/1.1 200");
      assertThat(ask(server, "GET", uri.getPath(), "localhost:" + uri.getPort()))
          .startsWith("HTTP/1.1 200");
      for (String host : List.of("evil.example:" + uri.getPort(), "127.0.0.1", "evil.example")) {
        assertThat(ask(server, "GET", uri.getPath(), host)).as(host).startsWith("HTTP/1.1 403");
      }
      for (String path :
          List.of("/", "/state", uri.getPath() + "../state", uri.getPath() + "sweep.jsonl")) {
        assertThat(ask(server, "GET", path, here)).as(path).startsWith("HTTP/1.1 404");
      }
      for (String method : List.of("POST", "PUT", "DELETE")) {
        assertThat(ask(server, method, uri.getPath(), here)).startsWith("HTTP/1.1 405");
      }
      assertThat(ask(server, "HEAD", uri.getPath(), here))
          .startsWith("HTTP/1.1 200")
          .endsWith("\r\n\r\n");
      try (SweepServer other = SweepServer.start(0)) {
        assertThat(URI.create(other.url()).getPath()).isNotEqualTo(uri.getPath());
      }
    }
  }

  @Test
  void otherMachinesCannotReachIt() throws IOException {
    try (SweepServer server = SweepServer.start(0)) {
      int port = URI.create(server.url()).getPort();
      for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(network.getInetAddresses())) {
          if (!address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
            assertThatThrownBy(() -> new Socket(address, port).close())
                .as(address.toString())
                .isInstanceOf(IOException.class);
          }
        }
      }
      assertThatThrownBy(() -> SweepServer.start(port))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("port " + port + " of this machine: cannot listen: ");
    }
  }
}
