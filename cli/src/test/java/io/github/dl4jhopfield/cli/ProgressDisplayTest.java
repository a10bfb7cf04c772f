package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong();

  private ProgressDisplay display(boolean terminal, int width, boolean quiet) {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new ProgressDisplay(new Console(stream, stream, quiet), terminal, width, clock::get);
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void seconds(double seconds) {
    clock.addAndGet((long) (seconds * 1e9));
  }

  @Test
  void theLineOfATerminalSaysWhatIsDoneAndWhatIsLeft() {
    ProgressDisplay display = display(true, 100, false);
    seconds(2);
    assertThat(display.line()).isEqualTo("| starting, 2 s");
    display.begin("cross-validation", 10);
    display.doing("fold 1");
    seconds(7);
    assertThat(display.line())
        .isEqualTo("| cross-validation [....................] 0/10, fold 1, 7 s");
    display.advance(2, "fold 1: AUC 0.900");
    seconds(5);
    assertThat(display.line())
        .isEqualTo(
            "| cross-validation [####................] 2/10, fold 1: AUC 0.900, 12 s, about 48 s"
                + " left");
    seconds(120);
    assertThat(display.line()).contains("2:12 min, about 8:48 min left");
    display.end();
    assertThat(said()).endsWith("\r\033[J");
  }

  @Test
  void theLineFitsTheTerminal() {
    ProgressDisplay display = display(true, 60, false);
    display.begin("a task", 100);
    display.advance(1, "a detail that is far too long for the rest of this terminal");
    seconds(3);
    assertThat(display.line()).hasSizeLessThan(60).endsWith(", 3 s, about 4:57 min left");
    display = display(true, 20, false);
    display.begin("a task with a name that is long", 100);
    assertThat(display.line()).hasSizeLessThan(20);
  }

  @Test
  void elsewhereALineIsSaidAtEachTenth() {
    ProgressDisplay display = display(false, 80, false);
    display.begin("epochs", 40);
    for (int i = 0; i < 40; i++) {
      seconds(1);
      display.advance(1, "");
    }
    display.end();
    assertThat(said().lines())
        .hasSize(11)
        .startsWith("epochs", "epochs: 4/40, about 36 s left")
        .endsWith("epochs: 40/40");
    assertThat(said()).doesNotContain("\r");
  }

  @Test
  void quietSaysNothing() {
    for (boolean terminal : new boolean[] {true, false}) {
      ProgressDisplay display = display(terminal, 80, true);
      display.begin("epochs", 2);
      display.advance(1, "x");
      display.end();
    }
    assertThat(said()).isEmpty();
  }

  @Test
  void moreLinesStandBelowAndAreTakenAwayAtTheEnd() {
    ProgressDisplay display = display(true, 30, false);
    List<String> lines =
        new ArrayList<>(List.of("  best 0.9", "  running a very long line indeed"));
    display.begin("search", 4);
    display.below(() -> lines);
    err.reset();
    seconds(60);
    display.advance(2, "");
    assertThat(said().split("\r\n")).hasSize(3);
    assertThat(said()).contains("\r\n  best 0.9\033[K\r\n").endsWith("\033[K\033[J\033[2A");
    assertThat(said()).as("the line is cut").contains("  running a very long line i…\033[K");
    assertThat(display.line()).as("what is left stands below").doesNotContain("left");
    lines.remove(1);
    display.advance(1, "");
    assertThat(said()).endsWith("\033[J\033[1A");
    display.end();
    assertThat(said()).endsWith("\r\033[J");
  }
}
