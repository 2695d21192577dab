package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/** The directory of a journal, its name and its key: made once, the same ever after. */
final class Origin {
  private static final String NAME = "auditlog.local/";

  private Origin() {}

  /** Makes the directory, for its owner only, unless it is there. */
  static void directory(Path journal) throws IOException {
    if (!Files.isDirectory(journal)) {
      Files.createDirectories(
          journal,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /**
   * The key of the journal in a directory; a new journal gets a new name.
   *
   * @throws JournalUnavailable when the key service has another identity than the journal
   */
  static LogKey open(Path journal, Kms kms) throws IOException {
    if (!Files.exists(journal.resolve(JournalFiles.ORIGIN))) {
      if (!JournalFiles.runs(journal).isEmpty()) {
        throw new JournalUnavailable(
            journal + " holds records but no file " + JournalFiles.ORIGIN + ": bring it back",
            null);
      }
      write(journal, JournalFiles.ORIGIN, NAME + UUID.randomUUID());
    }
    var key = LogKey.of(name(journal), kms.identity());
    var file = journal.resolve(JournalFiles.PUBLIC_KEY);
    if (!Files.exists(file)) {
      write(journal, JournalFiles.PUBLIC_KEY, key.line());
    } else if (!Files.readString(file, US_ASCII).strip().equals(key.line())) {
      throw new JournalUnavailable(
          "the key service's identity is not the one in " + file + ": use the journal's own keys",
          null);
    }
    return key;
  }

  /** The name of the journal in a directory. */
  static String name(Path journal) throws IOException {
    return Files.readString(journal.resolve(JournalFiles.ORIGIN), US_ASCII).strip();
  }

  private static void write(Path journal, String name, String line) throws IOException {
    var fresh = journal.resolve(name + ".new");
    try (var channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(US_ASCII)));
      channel.force(true);
    }
    Files.move(fresh, journal.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }
}
