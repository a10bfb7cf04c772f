package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Shows idx files, the format of MNIST, for {@code hopfield inspect}. */
final class IdxInspection {
  private static final Map<Integer, Integer> WIDTHS =
      Map.of(0x08, 1, 0x09, 1, 0x0b, 2, 0x0c, 4, 0x0d, 4, 0x0e, 8);
  private static final Map<Integer, String> NAMES =
      Map.of(0x08, "U8", 0x09, "I8", 0x0b, "I16", 0x0c, "I32", 0x0d, "F32", 0x0e, "F64");

  private IdxInspection() {}

  /** Whether a file's first bytes are those of an idx file, packed or not. */
  static boolean isIdx(byte[] start, Path file) throws IOException {
    byte[] plain = start;
    if (start.length > 2 && (start[0] & 255) == 0x1f && (start[1] & 255) == 0x8b) {
      try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
        plain = in.readNBytes(4);
      } catch (ZipException | EOFException e) {
        return false;
      }
    }
    return plain.length >= 4
        && plain[0] == 0
        && plain[1] == 0
        && WIDTHS.containsKey((int) plain[2]);
  }

  static void show(InspectCommand command, Console console) throws IOException {
    String name = command.file.toString();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(unpacked(command.file)))) {
      int magic = in.readInt();
      int type = magic >> 8;
      int[] shape = new int[magic & 255];
      long bytes = WIDTHS.get(type);
      for (int d = 0; d < shape.length; d++) {
        shape[d] = in.readInt();
        if (shape[d] < 0) {
          throw new DataFormatException(name, 0, "sizes below 2^31", shape[d] + "");
        }
        bytes = Math.multiplyExact(bytes, (long) shape[d]);
      }
      long found = 0;
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        found += n;
      }
      if (found != bytes) {
        throw new DataFormatException(
            name, 0, bytes + " bytes of data for shape " + Arrays.toString(shape), found + "");
      }
      Map<String, Object> array = new LinkedHashMap<>();
      array.put("dtype", NAMES.get(type));
      array.put("shape", shape);
      if (command.json) {
        console.json(Map.of("tensors", Map.of("data", array), "metadata", Map.of()));
      } else {
        console.result("%s: idx, %s, %s", name, NAMES.get(type), Arrays.toString(shape));
      }
    } catch (ArithmeticException e) {
      throw new DataFormatException(name, 0, "a shape that fits into 63 bits", "a larger one", e);
    } catch (EOFException e) {
      throw new DataFormatException(name, 0, "a whole idx file", "its end too early", e);
    } catch (ZipException e) {
      throw new DataFormatException(name, 0, "a sound gzip file", e.getMessage(), e);
    }
  }

  private static InputStream unpacked(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    in.mark(2);
    List<Integer> magic = List.of(in.read(), in.read());
    in.reset();
    return magic.equals(List.of(0x1f, 0x8b)) ? new GZIPInputStream(in) : in;
  }
}
