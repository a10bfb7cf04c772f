package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.UnitOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads, computes and writes for {@code hopfield op}. */
final class OpRun {
  private OpRun() {}

  static void separate(OpCommand command, Separation separation, Console console) {
    INDArray x = read(command.in);
    INDArray mask = command.mask == null ? null : read(command.mask);
    double beta = command.beta == null ? 1 : command.beta;
    write(command.out, NDHopfield.ops().separate(separation, x, mask, beta, command.axis), console);
  }

  static void unit(OpCommand command, LagrangianUnit unit, Console console) {
    INDArray x = read(command.in);
    INDArray mask = command.mask == null ? null : read(command.mask);
    UnitOutput<INDArray> output =
        NDHopfield.ops().lagrangianUnit(unit, x, mask, null, command.axis);
    write(command.out, output.values(), console);
    if (command.kept != null) {
      write(command.kept, output.kept(), console);
    }
  }

  private static INDArray read(Path file) {
    try {
      return NpyFile.read(InputFile.file(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, INDArray array, Console console) {
    try {
      NpyFile.write(file, array);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    console.note("wrote %s, shape %s", file, Arrays.toString(array.shape()));
  }
}
