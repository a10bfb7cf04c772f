package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.SafetensorsIndex;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFiles;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Finds out what a file is, by its content where that tells and by its name where not. */
final class Inspection {
  private static final int START = 256;

  private final InspectCommand command;
  private final Console console;
  private final Path file;

  Inspection(InspectCommand command, Console console) {
    this.command = command;
    this.console = console;
    file = command.file;
  }

  void run() throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(START);
    }
    String text = new String(start, StandardCharsets.ISO_8859_1);
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(SafetensorsIndex.ENDING)) {
      TensorInspection.index(command, console);
    } else if (name.endsWith(".safetensors") || text.startsWith("{", 8)) {
      TensorInspection.safetensors(command, console);
    } else if (text.startsWith("\u0093NUMPY") || name.endsWith(".npy")) {
      TensorInspection.npy(command, console);
    } else if (name.endsWith(".json")) {
      ModelInspection.preprocessing(command, console);
    } else if (text.startsWith("\u0089HDF") || name.matches(".*\\.(h5|hdf5|keras)")) {
      ModelInspection.keras(command, console);
    } else if (text.startsWith("PK\3\4")) {
      ModelInspection.zip(command, console);
    } else if (text.startsWith("MATLAB 5") || name.endsWith(".mat")) {
      ModelInspection.bags(command, console);
    } else if (IdxInspection.isIdx(start, file)) {
      IdxInspection.show(command, console);
    } else {
      text();
    }
  }

  /**
   * A table of receptors is told by its columns, one of repertoires by a column of files or ids; a
   * {@code .csv} of numbers whose first column is 0 and 1 is a MIL table even if it has such a
   * column.
   */
  private void text() throws IOException {
    ReadingOptions reading = command.reading;
    boolean asRepertoire = reading.sequenceColumn != null || RepertoireFiles.isRepertoire(file);
    boolean asTable =
        RepertoireTable.isTable(file, reading.idColumn) && reading.sequenceColumn == null;
    boolean asked = reading.idColumn != null || !reading.targets.isEmpty();
    if (!asRepertoire && !(asTable && asked) && ModelInspection.looksLikeBags(file)) {
      ModelInspection.bags(command, console);
    } else if (asTable) {
      RepertoireInspection.table(command, console);
    } else {
      RepertoireInspection.file(command, console);
    }
  }
}
