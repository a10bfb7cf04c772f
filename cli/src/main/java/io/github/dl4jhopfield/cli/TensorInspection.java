package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.io.SafetensorsIndex;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;

/** Shows named arrays for {@code hopfield inspect}. */
final class TensorInspection {
  private TensorInspection() {}

  /** One array. */
  private record Tensor(String name, String type, long[] shape, List<Object> values) {}

  /** Passes on the bytes of an array. */
  @FunctionalInterface
  private interface Bytes {
    void read(String name, Consumer<ByteBuffer> piece) throws IOException;
  }

  static void safetensors(InspectCommand command, Console console) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(command.file)) {
      show(command, console, tensors(command, file.entries(), file::readBytes), file.metadata());
    }
  }

  static void index(InspectCommand command, Console console) throws IOException {
    try (SafetensorsIndex index = SafetensorsIndex.open(command.file)) {
      show(command, console, tensors(command, index.entries(), index::readBytes), index.metadata());
    }
  }

  private static List<Tensor> tensors(
      InspectCommand command, Map<String, SafetensorsFile.Entry> entries, Bytes bytes)
      throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    for (Map.Entry<String, SafetensorsFile.Entry> named : entries.entrySet()) {
      DataType type = named.getValue().type();
      List<Object> values = command.values ? new ArrayList<>() : null;
      if (command.values) {
        bytes.read(named.getKey(), piece -> addAll(values, piece, type));
      }
      tensors.add(
          new Tensor(
              named.getKey(), SafetensorsFile.typeName(type), named.getValue().shape(), values));
    }
    return tensors;
  }

  private static void addAll(List<Object> values, ByteBuffer piece, DataType type) {
    for (int at = piece.position(); at < piece.limit(); at += type.width()) {
      values.add(ElementText.at(piece, at, type));
    }
  }

  static void npy(InspectCommand command, Console console) throws IOException {
    Path file = command.file;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      NpyFile.Header header = NpyFile.completeHeader(file, channel);
      List<Object> values = command.values ? npyValues(file, channel, header) : null;
      Tensor tensor =
          new Tensor(
              file.getFileName().toString().replaceAll("\\.npy$", ""),
              SafetensorsFile.typeName(header.type()),
              header.shape(),
              values);
      show(command, console, List.of(tensor), Map.of());
    }
  }

  /** The elements in C order, whatever the order of the file. */
  private static List<Object> npyValues(Path file, FileChannel channel, NpyFile.Header header)
      throws IOException {
    long size = channel.size() - header.dataOffset();
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          file + ": expected at most 2 GiB of values to show, found " + size + " bytes");
    }
    ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, header.dataOffset(), size);
    boolean big = (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) != header.bigEndian();
    bytes.order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int width = header.type().width();
    int n = (int) (size / width);
    long[] shape = header.shape();
    List<Object> values = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      int at = header.fortranOrder() ? fortran(i, shape) : i;
      values.add(ElementText.at(bytes, at * width, header.type()));
    }
    return values;
  }

  /** Place in Fortran order of the element with this place in C order. */
  private static int fortran(int place, long[] shape) {
    long rest = place;
    long stride = 1;
    for (long length : shape) {
      stride *= length;
    }
    long at = 0;
    for (int d = shape.length - 1; d >= 0; d--) {
      stride /= shape[d];
      at += rest % shape[d] * stride;
      rest /= shape[d];
    }
    return (int) at;
  }

  private static void show(
      InspectCommand command, Console console, List<Tensor> tensors, Map<String, String> metadata) {
    if (command.json) {
      Map<String, Object> named = new LinkedHashMap<>();
      for (Tensor tensor : tensors) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("dtype", tensor.type());
        json.put("shape", tensor.shape());
        if (command.values) {
          json.put("values", tensor.values());
        }
        named.put(tensor.name(), json);
      }
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("tensors", named);
      json.put("metadata", metadata);
      console.json(json);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    long elements = 0;
    for (Tensor tensor : tensors) {
      elements += Arrays.stream(tensor.shape()).reduce(1, (a, b) -> a * b);
      rows.add(List.of(shown(tensor.name()), tensor.type(), Arrays.toString(tensor.shape())));
    }
    console.raw(
        new ResultTable(command.file.toString(), List.of("array", "type", "shape"), rows)
            .toText()
            .stripTrailing());
    metadata.forEach((key, value) -> console.raw(shown(key) + ": " + shown(value)));
    console.result("%d arrays, %d elements", tensors.size(), elements);
    if (command.values) {
      for (Tensor tensor : tensors) {
        console.raw(
            shown(tensor.name())
                + ": "
                + tensor.values().stream().map(String::valueOf).collect(Collectors.joining(" ")));
      }
    }
  }

  private static String shown(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
