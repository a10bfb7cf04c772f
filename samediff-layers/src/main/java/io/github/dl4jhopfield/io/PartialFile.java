package io.github.dl4jhopfield.io;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file that is being written: whole or not there. What is written goes to a hidden file beside
 * the target, which {@link #commit()} moves into its place; {@link #close()} without it leaves what
 * was there before.
 *
 * <ul>
 *   <li>Its permissions follow the user's mask, as those of any program.
 *   <li>Errors name the target, never the hidden file: {@code out/y.npy: No space left on device}.
 *   <li>A process that is killed leaves its hidden file behind. It holds a lock on it while it
 *       lives, so the next start that writes into the folder sees that nobody does, and removes it.
 *   <li>A symbolic link is followed; what is no regular file ({@code /dev/stdout}, a pipe) is
 *       written to directly, and never replaced.
 * </ul>
 *
 * <p>Not safe for use by several threads at once.
 */
public final class PartialFile implements Closeable {
  private static final String SUFFIX = ".dl4jhopfield.part";

  /** Hidden files of this process, removed where it ends before its time. */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> OPEN.forEach(PartialFile::delete), "delete-partial-files"));
  }

  private final Path shown;
  private final Path target;
  private final Path part;
  private final FileChannel channel;

  private PartialFile(Path shown, Path target, Path part, FileChannel channel) {
    this.shown = shown;
    this.target = target;
    this.part = part;
    this.channel = channel;
  }

  /**
   * Begins a file.
   *
   * @throws IOException if the folder is missing or cannot be written to, or a folder has the name
   */
  public static PartialFile create(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    if (target.getFileName() == null || Files.isDirectory(target)) {
      throw new IOException(file + ": expected a file to write, found a folder");
    }
    try {
      if (Files.exists(target)) {
        target = target.toRealPath();
        if (!Files.isRegularFile(target)) {
          return new PartialFile(
              file, target, null, FileChannel.open(target, StandardOpenOption.WRITE));
        }
      }
      Path folder = target.getParent();
      if (!Files.isDirectory(folder)) {
        throw new NoSuchFileException(folder.toString());
      }
      removeLeftOvers(folder);
      while (true) {
        Path part = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + SUFFIX);
        OPEN.add(part);
        FileChannel channel = null;
        try {
          channel =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          lock(channel);
        } catch (IOException | RuntimeException e) {
          OPEN.remove(part);
          if (channel != null) {
            channel.close();
            delete(part);
          }
          throw e;
        }
        if (Files.exists(part)) {
          return new PartialFile(file, target, part, channel);
        }
        // another process took it for a left-over before it was locked
        OPEN.remove(part);
        channel.close();
      }
    } catch (IOException e) {
      throw named(file, target, e);
    }
  }

  /** Held until the channel is closed; file systems without locks do without. */
  private static FileLock lock(FileChannel channel) {
    try {
      return channel.tryLock();
    } catch (IOException | OverlappingFileLockException e) {
      return null;
    }
  }

  /** Removes hidden files whose writers are dead. */
  static void removeLeftOvers(Path folder) {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, ".*" + SUFFIX)) {
      for (Path part : parts) {
        if (OPEN.contains(part)) {
          continue;
        }
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
          if (lock(channel) != null) {
            delete(part);
          }
        } catch (IOException e) {
          // another user's, or gone
        }
      }
    } catch (IOException e) {
      // a folder that cannot be listed may still be written to
    }
  }

  /** The file as the caller named it. */
  public Path target() {
    return shown;
  }

  /** Writes all that remains in the buffer. */
  public void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw named(shown, target, e);
    }
  }

  /** Copies the rest of a file, from a position on. */
  public void transferFrom(FileChannel from, long position) throws IOException {
    try {
      long end = from.size();
      for (long at = position; at < end; ) {
        long copied = from.transferTo(at, end - at, channel);
        if (copied == 0) {
          throw new EOFException("what is copied became shorter meanwhile");
        }
        at += copied;
      }
    } catch (IOException e) {
      throw named(shown, target, e);
    }
  }

  /** Goes to a position, to write over what is there. */
  public void position(long position) throws IOException {
    try {
      channel.position(position);
    } catch (IOException e) {
      throw named(shown, target, e);
    }
  }

  /** A stream that appends; closing it does not close the file. */
  public OutputStream stream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        PartialFile.this.write(ByteBuffer.wrap(bytes, from, length));
      }
    };
  }

  /** Completes the file and moves it into its place. */
  public void commit() throws IOException {
    try {
      if (part == null) {
        channel.close();
        return;
      }
      channel.force(false);
      try {
        move(StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        move(StandardCopyOption.REPLACE_EXISTING);
      }
      OPEN.remove(part);
      channel.close();
    } catch (IOException e) {
      throw named(shown, target, e);
    }
  }

  private void move(StandardCopyOption... options) throws IOException {
    Files.move(part, target, options);
  }

  /** Gives up what was not committed. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      if (part != null && OPEN.remove(part)) {
        delete(part);
      }
    }
  }

  private static void delete(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // the next process tries again
    }
  }

  /** The error with the user's name of the file and what was wrong, without names of our own. */
  private static IOException named(Path shown, Path target, IOException e) {
    String reason = e.getMessage();
    if (e instanceof NoSuchFileException) {
      reason = "no such folder: " + target.getParent();
    } else if (e instanceof java.nio.file.AccessDeniedException) {
      reason = "permission denied";
    } else if (e instanceof FileSystemException system) {
      reason = system.getReason() == null ? e.getClass().getSimpleName() : system.getReason();
    } else if (reason == null) {
      reason = e.getClass().getSimpleName();
    }
    return new IOException(shown + ": " + reason, e);
  }
}
