package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.files.Fingerprint;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipException;

/**
 * A text file, packed by gzip or not: told by its first bytes, not by its name. Everything that
 * makes it unreadable is a {@link RepertoireFaults}.
 */
record TextFile(Path file, InputStream stream, Lines lines) implements Closeable {
  private static final int BUFFER = 1 << 16;

  /** Opens a file and passes over a byte order mark. */
  static TextFile open(Path file) throws IOException {
    return open(file, null);
  }

  /**
   * Opens a file and passes over a byte order mark.
   *
   * @param digest gets the file's bytes, as they are read; or null
   */
  static TextFile open(Path file, Fingerprint digest) throws IOException {
    checkReadable(file);
    InputStream stream = null;
    try {
      InputStream raw = Files.newInputStream(file);
      stream = raw;
      if (digest != null) {
        stream = digest.adding(raw);
      }
      BufferedInputStream buffered = new BufferedInputStream(stream, BUFFER);
      stream = buffered;
      buffered.mark(8);
      byte[] magic = buffered.readNBytes(8);
      buffered.reset();
      checkMagic(file, magic);
      if (GzipMembers.startsLike(magic, magic.length)) {
        stream = new GzipMembers(buffered);
      }
      Lines lines = new Lines(stream);
      checkText(file, lines);
      return new TextFile(file, stream, lines);
    } catch (IOException e) {
      close(stream);
      throw explain(file, e);
    } catch (RuntimeException e) {
      close(stream);
      throw e;
    }
  }

  private static void close(InputStream stream) throws IOException {
    if (stream != null) {
      stream.close();
    }
  }

  static void checkReadable(Path file) {
    if (!Files.exists(file)) {
      throw new RepertoireFaults(Kind.MISSING_FILE, file + ": no such file");
    }
    if (!Files.isRegularFile(file)) {
      throw RepertoireFaults.at(
          Kind.NOT_A_FILE,
          file,
          0,
          "a file",
          Files.isDirectory(file) ? "a folder" : "something that is no regular file");
    }
    if (!Files.isReadable(file)) {
      throw new RepertoireFaults(Kind.NO_PERMISSION, file + ": permission denied");
    }
  }

  private static void checkMagic(Path file, byte[] magic) {
    if (magic.length == 0) {
      throw RepertoireFaults.at(Kind.EMPTY_FILE, file, 0, "a repertoire", "an empty file");
    }
    String start = new String(magic, StandardCharsets.ISO_8859_1);
    String found = null;
    if (start.startsWith("PK\3\4")) {
      found = "a zip archive (an Excel workbook is one too); unpack it, or save it as text";
    } else if (start.startsWith("BZh")) {
      found = "a bzip2 file; unpack it first";
    } else if (start.startsWith("\u00fd7zXZ")) {
      found = "an xz file; unpack it first";
    } else if (start.startsWith("\u0028\u00b5\u002f\u00fd")) {
      found = "a zstd file; unpack it first";
    } else if (start.startsWith("\u00d0\u00cf\u0011\u00e0")) {
      found = "an old Excel or Word file; save it as text";
    } else if (start.startsWith("\u0089HDF")) {
      found = "an HDF5 file";
    }
    if (found != null) {
      throw RepertoireFaults.at(Kind.WRONG_FORMAT, file, 0, "text, plain or gzip", found);
    }
  }

  private static void checkText(Path file, Lines lines) {
    byte[] head = lines.head();
    if (head.length == 0) {
      throw RepertoireFaults.at(Kind.EMPTY_FILE, file, 0, "a repertoire", "an empty file");
    }
    String found = null;
    int first = head[0] & 255;
    int second = head.length > 1 ? head[1] & 255 : -1;
    if ((first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff)) {
      found = "UTF-16 (Excel's \"Unicode text\"); save it as tab-separated text or CSV UTF-8";
    } else if (first == 0 || second == 0) {
      found = "bytes of UTF-16 or UTF-32, or no text";
    } else {
      for (byte b : head) {
        if (b == 0) {
          found = "zero bytes, which no text holds";
          break;
        }
      }
    }
    if (found != null) {
      throw RepertoireFaults.at(Kind.WRONG_ENCODING, file, 0, "text in UTF-8", found);
    }
    if (first == 0xef && second == 0xbb && head.length > 2 && (head[2] & 255) == 0xbf) {
      lines.skip(3);
    }
    String start =
        new String(head, 0, Math.min(head.length, 64), StandardCharsets.ISO_8859_1)
            .strip()
            .toLowerCase(Locale.ROOT);
    if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
      throw RepertoireFaults.at(
          Kind.WRONG_FORMAT, file, 0, "a repertoire", "an HTML page saved in its place");
    }
    if (start.startsWith("version https://git-lfs")) {
      throw RepertoireFaults.at(
          Kind.WRONG_FORMAT, file, 0, "a repertoire", "a Git LFS pointer in its place");
    }
  }

  /** Goes to the next line; see {@link Lines#next}. */
  boolean next(byte delimiter) throws IOException {
    try {
      return lines.next(delimiter);
    } catch (IOException e) {
      throw explain(file, e);
    }
  }

  /** Goes to the first line that is not blank; false if there is none. */
  boolean toFirst() throws IOException {
    do {
      if (!next((byte) 0)) {
        return false;
      }
    } while (lines.isBlank());
    return true;
  }

  /** As {@link #toFirst}, of a file that must have a header. */
  void toHeader() throws IOException {
    if (!toFirst()) {
      throw RepertoireFaults.at(Kind.EMPTY_FILE, file, 0, "a header", "blank lines only");
    }
  }

  /** A fault for what went wrong with reading, or the exception itself. */
  private static IOException explain(Path file, IOException e) {
    if (e instanceof EOFException) {
      throw new RepertoireFaults(
          Kind.TRUNCATED_GZIP,
          file
              + ": expected a whole gzip file, found its end "
              + e.getMessage()
              + " (a download cut short?)",
          e);
    }
    if (e instanceof ZipException) {
      throw new RepertoireFaults(
          Kind.CORRUPT_GZIP, file + ": expected a sound gzip file, found: " + e.getMessage(), e);
    }
    if (e instanceof Lines.TooLong) {
      throw new RepertoireFaults(
          Kind.LONG_LINE,
          RepertoireFaults.describe(
              file,
              0,
              "lines of at most " + Lines.LONGEST + " bytes",
              "a longer " + e.getMessage()),
          e);
    }
    if (e instanceof NoSuchFileException) {
      throw new RepertoireFaults(Kind.MISSING_FILE, file + ": no such file", e);
    }
    if (e instanceof AccessDeniedException) {
      throw new RepertoireFaults(Kind.NO_PERMISSION, file + ": permission denied", e);
    }
    return e;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
