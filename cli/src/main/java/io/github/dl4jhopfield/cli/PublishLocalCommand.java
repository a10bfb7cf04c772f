package io.github.dl4jhopfield.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Installs the modules into a local Maven repository. The launcher does it, because it needs Maven.
 */
@Command(
    name = "publish-local",
    description = "Install the modules into a local Maven repository, for use from other projects.",
    mixinStandardHelpOptions = true)
final class PublishLocalCommand implements Callable<Integer> {
  @Option(
      names = "--repository",
      paramLabel = "DIR",
      description = "The repository's folder (default: the user's own, ~/.m2/repository).")
  String repository;

  @Override
  public Integer call() {
    throw new IllegalStateException(
        "this command is part of the launcher: start it as ./hopfield publish-local");
  }
}
