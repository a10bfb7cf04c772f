package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The state of a {@link DeepRcTraining}, written whole or not at all: what a killed training goes
 * on from. A file of other data, parameters, settings or seed is refused.
 *
 * @param key what it is a training of
 * @param parameters of the network
 * @param updater state of Adam
 * @param bestParameters those with the lowest validation loss so far
 */
record Checkpoint(
    String key,
    int step,
    int bestStep,
    double best,
    long sequences,
    List<DeepRcTraining.Look> looks,
    INDArray parameters,
    INDArray updater,
    INDArray bestParameters) {
  private static final String MAGIC = "dl4j-hopfield deeprc checkpoint 1";
  private static final int MOST = 1 << 26;

  private static String digest(String key) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  void write(Path file) throws IOException {
    AtomicFiles.write(
        file,
        stream -> {
          DataOutputStream out = new DataOutputStream(new java.io.BufferedOutputStream(stream));
          out.writeUTF(MAGIC);
          out.writeUTF(digest(key));
          out.writeInt(step);
          out.writeInt(bestStep);
          out.writeDouble(best);
          out.writeLong(sequences);
          out.writeInt(looks.size());
          for (DeepRcTraining.Look look : looks) {
            out.writeInt(look.step());
            out.writeDouble(look.trainingLoss());
            out.writeDouble(look.validationLoss());
            out.writeDouble(look.sequencesPerSecond());
          }
          for (INDArray array : new INDArray[] {parameters, updater, bestParameters}) {
            float[] values = array.toFloatVector();
            out.writeInt(values.length);
            for (float value : values) {
              out.writeFloat(value);
            }
          }
          out.flush();
        });
  }

  static Checkpoint read(Path file, String key) throws IOException {
    String expected = "a checkpoint of this training";
    try (DataInputStream in =
        new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file)))) {
      if (!in.readUTF().equals(MAGIC)) {
        throw new DataFormatException(file.toString(), 0, expected, "another kind of file");
      }
      if (!in.readUTF().equals(digest(key))) {
        throw new DataFormatException(
            file.toString(),
            0,
            expected,
            "one of other data, options or seed; remove it to start anew");
      }
      int step = in.readInt();
      int bestStep = in.readInt();
      double best = in.readDouble();
      long sequences = in.readLong();
      List<DeepRcTraining.Look> looks = new ArrayList<>();
      for (int n = bounded(in.readInt()); n > 0; n--) {
        looks.add(
            new DeepRcTraining.Look(
                in.readInt(), in.readDouble(), in.readDouble(), in.readDouble()));
      }
      INDArray[] arrays = new INDArray[3];
      for (int i = 0; i < arrays.length; i++) {
        float[] values = new float[bounded(in.readInt())];
        for (int j = 0; j < values.length; j++) {
          values[j] = in.readFloat();
        }
        arrays[i] = Nd4j.createFromArray(values).reshape(1, values.length);
      }
      return new Checkpoint(
          key, step, bestStep, best, sequences, looks, arrays[0], arrays[1], arrays[2]);
    } catch (java.io.EOFException | java.io.UTFDataFormatException e) {
      throw new DataFormatException(file.toString(), 0, expected, "a damaged file", e);
    }
  }

  private static int bounded(int n) throws IOException {
    if (n < 0 || n > MOST) {
      throw new java.io.UTFDataFormatException("length " + n);
    }
    return n;
  }
}
