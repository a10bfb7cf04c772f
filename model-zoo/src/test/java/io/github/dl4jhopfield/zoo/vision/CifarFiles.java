package io.github.dl4jhopfield.zoo.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Binary files as CIFAR-10's, with noise for images. */
final class CifarFiles {
  private static final int RECORD = 1 + 3 * 32 * 32;

  private CifarFiles() {}

  /** A folder with so many images to train with and, at most 100, to test with. */
  static Path write(Path folder, int count, long seed) throws IOException {
    Random random = new Random(seed);
    Files.createDirectories(folder);
    for (String name : new String[] {"data_batch_1.bin", "test_batch.bin"}) {
      byte[] bytes = new byte[(name.startsWith("test") ? Math.min(100, count) : count) * RECORD];
      random.nextBytes(bytes);
      for (int i = 0; i < bytes.length; i += RECORD) {
        bytes[i] = (byte) (i / RECORD % 10);
      }
      Files.write(folder.resolve(name), bytes);
    }
    return folder;
  }
}
