package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.files.Fingerprint;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repertoires in a binary form that is mapped into memory: a file is parsed once, whatever the
 * number of epochs and runs. An entry is found by the SHA-256 of the file's bytes and by the
 * options that it was read with, so that a changed file or option is another entry, and a copy of a
 * file is the same.
 *
 * <p>An entry appears under its name whole or not at all, and has a checksum that is verified
 * whenever it is opened; what a killed process or a full disk left behind is removed by the next
 * one that fills an entry. Several threads and processes may use one folder: each entry is filled
 * by one of them while the others wait. The folder may be deleted at any time.
 */
public final class RepertoireCache {
  private static final Logger log = LoggerFactory.getLogger(RepertoireCache.class);
  private static final String ENTRY = ".rep";
  private static final String PART = ".part";
  private static final String STAMPS = "stamps";

  /** A file that changed less than this ago may change again within the same time stamp. */
  private static final long RACY_MILLIS = 2_000;

  /** One channel a lock file and JVM: closing any would give up all locks of the process on it. */
  private static final Map<Path, FileChannel> LOCK_FILES = new ConcurrentHashMap<>();

  private static final Map<String, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

  private final Path folder;

  /** Whether what killed processes left was removed: once, since it means to list the folder. */
  private final AtomicBoolean swept = new AtomicBoolean();

  /**
   * A cache in a folder, which is made if it isn't there.
   *
   * @throws IOException if it cannot be written to
   */
  public RepertoireCache(Path folder) throws IOException {
    this.folder = folder.toAbsolutePath().normalize();
    Files.createDirectories(this.folder.resolve(STAMPS));
    if (!Files.isWritable(this.folder)) {
      throw new IOException(
          folder + ": expected a folder to write the cache to, found no permission");
    }
  }

  /**
   * Where the cache lies if the user doesn't say: {@code dl4j-hopfield/repertoires} in {@code
   * XDG_CACHE_HOME}, or in {@code .cache} of the home folder.
   */
  public static Path defaultFolder() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path caches =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return caches.resolve("dl4j-hopfield").resolve("repertoires");
  }

  /** The folder of the entries. */
  public Path folder() {
    return folder;
  }

  /** Size of all entries, in bytes. */
  public long bytes() throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*" + ENTRY)) {
      for (Path entry : entries) {
        bytes += Files.size(entry);
      }
    }
    return bytes;
  }

  /** Deletes all entries. Repertoires that are open stay as they are. */
  public void clear() throws IOException {
    for (Path inside : new Path[] {folder, folder.resolve(STAMPS)}) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(inside)) {
        for (Path file : files) {
          if (Files.isRegularFile(file)) {
            Files.deleteIfExists(file);
          }
        }
      }
    }
  }

  /**
   * A repertoire, from its entry if there is one, else from its file, of which an entry is made.
   *
   * @throws RepertoireFaults if the file cannot be read right, or changes while it is read
   * @throws IOException if the entry cannot be written, on a full disk above all
   */
  public Repertoire open(Path file, ReadOptions options) throws IOException {
    TextFile.checkReadable(file);
    Stamp stamp = Stamp.of(file);
    String digest = digest(file, stamp);
    String name = name(digest, options);
    Path entry = folder.resolve(name + ENTRY);
    Repertoire known = find(entry);
    if (known != null) {
      return known;
    }
    try (Held held = hold(name)) {
      known = find(entry);
      if (known != null) {
        return known;
      }
      if (swept.compareAndSet(false, true)) {
        removeParts(name);
      }
      fill(file, options, digest, entry, name);
      if (!Stamp.of(file).equals(stamp)) {
        throw FileReading.changed(file);
      }
      return EntryReader.map(entry);
    }
  }

  private Repertoire find(Path entry) throws IOException {
    try {
      return EntryReader.map(entry);
    } catch (NoSuchFileException e) {
      return null;
    } catch (EntryReader.Damaged e) {
      log.info("A damaged cache entry is made anew: {}", e.getMessage());
      return null;
    }
  }

  private void fill(Path file, ReadOptions options, String digest, Path entry, String name)
      throws IOException {
    Path part = folder.resolve(name + "." + UUID.randomUUID() + PART);
    try {
      EntryFooter footer =
          RepertoireFiles.write(file, options, new EntryWriter(() -> output(part, file)));
      if (!footer.fileDigest().equals(digest)) {
        throw FileReading.changed(file);
      }
      try {
        Files.move(
            part, entry, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, entry, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private OutputStream output(Path part, Path file) throws IOException {
    OutputStream out = Files.newOutputStream(part);
    return new BufferedOutputStream(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            try {
              out.write(bytes, from, length);
            } catch (IOException e) {
              throw new IOException(unwritable(file, e), e);
            }
          }

          @Override
          public void close() throws IOException {
            out.close();
          }
        },
        1 << 16);
  }

  private String unwritable(Path file, IOException e) {
    String room;
    try {
      FileStore store = Files.getFileStore(folder);
      room = "; " + store.getUsableSpace() / 1_000_000 + " MB are free there";
    } catch (IOException unknown) {
      room = "";
    }
    return folder
        + ": cannot write the cache entry of "
        + file
        + ": "
        + e.getMessage()
        + room
        + " (another folder: --cache)";
  }

  /** Removes what processes that are gone left behind: parts whose names nobody else holds. */
  private void removeParts(String ours) throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "*" + PART)) {
      for (Path part : parts) {
        String name = part.getFileName().toString().split("\\.", 2)[0];
        try (Held held = tryHold(name)) {
          if (held != null || name.equals(ours)) {
            Files.deleteIfExists(part);
          }
        }
      }
    }
  }

  private static String name(String digest, ReadOptions options) {
    Fingerprint name = new Fingerprint();
    name.add(EntryWriter.MAGIC, 0, EntryWriter.MAGIC.length);
    name.add(FileReading.VERSION).add(digest).add(options.key());
    return name.toString().substring(0, 40);
  }

  /** SHA-256 of a file's bytes: remembered as long as its size and times are the same. */
  private String digest(Path file, Stamp stamp) throws IOException {
    String path = file.toAbsolutePath().normalize().toString();
    Path remembered =
        folder.resolve(STAMPS).resolve(new Fingerprint().add(path).toString().substring(0, 40));
    try {
      String[] lines = Files.readString(remembered).split("\n");
      if (lines.length == 2 && lines[0].equals(stamp.text()) && lines[1].length() == 64) {
        return lines[1];
      }
    } catch (NoSuchFileException e) {
      log.debug("{} was not seen before", file);
    } catch (IOException e) {
      log.debug("{} cannot be read", remembered, e);
    }
    String found = new Fingerprint().add(file).toString();
    if (!Stamp.of(file).equals(stamp)) {
      throw FileReading.changed(file);
    }
    if (stamp.isOld()) {
      remember(remembered, stamp.text() + "\n" + found);
    }
    return found;
  }

  private void remember(Path where, String text) throws IOException {
    Path part = where.resolveSibling(where.getFileName() + "." + UUID.randomUUID() + PART);
    try {
      Files.writeString(part, text);
      Files.move(part, where, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // only costs reading the file's bytes again
      log.debug("{} cannot be written", where, e);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** A lock on an entry's name, against other threads and processes. */
  private record Held(ReentrantLock lock, FileLock fileLock) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try {
        if (fileLock != null && fileLock.isValid()) {
          fileLock.release();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private Held hold(String name) throws IOException {
    ReentrantLock lock = lock(name);
    lock.lock();
    return new Held(lock, fileLock(name, true));
  }

  private Held tryHold(String name) throws IOException {
    ReentrantLock lock = lock(name);
    if (lock.isHeldByCurrentThread() || !lock.tryLock()) {
      return null;
    }
    FileLock fileLock = fileLock(name, false);
    if (fileLock == null) {
      lock.unlock();
      return null;
    }
    return new Held(lock, fileLock);
  }

  private ReentrantLock lock(String name) {
    return LOCKS.computeIfAbsent(folder + "|" + position(name), key -> new ReentrantLock());
  }

  private static long position(String name) {
    return Long.parseLong(name.substring(0, 7), 16);
  }

  private FileLock fileLock(String name, boolean wait) throws IOException {
    FileChannel channel = lockFile();
    try {
      return wait
          ? channel.lock(position(name), 1, false)
          : channel.tryLock(position(name), 1, false);
    } catch (IOException e) {
      // some network file systems have no locks; entries are whole all the same
      log.debug("no lock in {}", folder, e);
      return null;
    }
  }

  private FileChannel lockFile() throws IOException {
    Path file = folder.resolve("lock");
    synchronized (LOCK_FILES) {
      FileChannel channel = LOCK_FILES.get(file);
      if (channel == null || !channel.isOpen()) {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        LOCK_FILES.put(file, channel);
      }
      return channel;
    }
  }

  /** What changes whenever a file's bytes do. */
  private record Stamp(String text, long modified) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      String change;
      try {
        change = String.valueOf(Files.getAttribute(file, "unix:ctime"));
      } catch (UnsupportedOperationException | IllegalArgumentException e) {
        change = "";
      }
      return new Stamp(
          attributes.size()
              + " "
              + attributes.lastModifiedTime()
              + " "
              + change
              + " "
              + attributes.fileKey(),
          attributes.lastModifiedTime().toMillis());
    }

    /** Whether a change from now on would be seen in the times. */
    boolean isOld() {
      return System.currentTimeMillis() - modified > RACY_MILLIS;
    }
  }
}
