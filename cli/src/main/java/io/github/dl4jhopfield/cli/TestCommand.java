package io.github.dl4jhopfield.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Every test of the project. The launcher does it, because it needs Maven and no running build of
 * the program.
 */
@Command(
    name = "test",
    description = {
      "Run every test of the project: kernels (ctest) and modules (JUnit).",
      "Other arguments are passed on to Maven."
    },
    mixinStandardHelpOptions = true)
final class TestCommand implements Callable<Integer> {
  @Option(
      names = "--long",
      description = "Also the tests of minutes to hours: full disks, little memory, kills.")
  boolean lasting;

  @Override
  public Integer call() {
    throw new IllegalStateException(
        "this command is part of the launcher: start it as ./hopfield test");
  }
}
