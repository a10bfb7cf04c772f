package io.github.dl4jhopfield.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Every test of the project. The launcher does it, because it needs Maven and no running build of
 * the program.
 */
@Command(
    name = "test",
    description = {
      "Run every test of the project: kernels (ctest) and modules (JUnit).",
      "Arguments are passed on to Maven."
    },
    mixinStandardHelpOptions = true)
final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new IllegalStateException(
        "this command is part of the launcher: start it as ./hopfield test");
  }
}
