package io.sallyport.proxy.cli;

import io.sallyport.policy.Refusal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Many files in one run. A file appears under its name when it is there as a whole; of one that is
 * denied or refused nothing stays, not even what an earlier run under another policy left.
 */
final class RedactedFiles {
  private final OfflineRedaction redaction;
  private final RedactCommand.Format format;
  private final Path dir;
  private int redacted;
  private int denied;
  private int refused;

  /**
   * @param format null for what a file's name says
   */
  RedactedFiles(OfflineRedaction redaction, RedactCommand.Format format, Path dir) {
    this.redaction = redaction;
    this.format = format;
    this.dir = dir;
  }

  /** Redacts all and prints a line for each. 1 when one was refused, 3 when all were denied. */
  int redact(List<Path> files, PrintWriter out) throws IOException {
    check(files);
    Files.createDirectories(dir);
    for (Path file : files) {
      out.println(line(file));
      out.flush();
    }
    return refused > 0 ? Failure.BAD : redacted == 0 && denied > 0 ? Failure.DENIED : 0;
  }

  private void check(List<Path> files) throws IOException {
    Map<Path, Path> names = new HashMap<>();
    for (Path file : files) {
      if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
        throw Failure.environment(file + " is not there or cannot be read", null);
      }
      Path other = names.put(file.getFileName(), file);
      if (other != null) {
        throw Failure.usage(other + " and " + file + " would be one file in " + dir);
      }
      Path target = dir.resolve(file.getFileName());
      if (Files.exists(target) && Files.isSameFile(target, file)) {
        throw Failure.usage("--out " + dir + " would overwrite " + file);
      }
    }
  }

  private String line(Path file) throws IOException {
    Path target = dir.resolve(file.getFileName());
    Files.deleteIfExists(target);
    Path part = Files.createTempFile(dir, ".", ".part");
    try {
      String more = write(file, part);
      if (more == null) {
        return "denied " + file + ": every line";
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      redacted++;
      return "redacted " + file + more;
    } catch (Refusal why) {
      boolean denial = OfflineRedaction.isDenial(why);
      denied += denial ? 1 : 0;
      refused += denial ? 0 : 1;
      return (denial ? "denied " : "refused ") + file + ": " + why.getMessage();
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** What else there is to say of a file that was redacted; null when all of it was denied. */
  private String write(Path file, Path part) throws IOException {
    boolean lines =
        format == RedactCommand.Format.ndjson
            || (format == null && file.toString().endsWith(".ndjson"));
    try (InputStream in = Files.newInputStream(file);
        OutputStream to = new BufferedOutputStream(Files.newOutputStream(part), 64 << 10)) {
      if (!lines) {
        to.write(redaction.json(in));
        return "";
      }
      OfflineRedaction.Lines done = redaction.ndjson(in, to);
      if (done.written() == 0 && !done.denied().isEmpty()) {
        denied++;
        return null;
      }
      return ": "
          + done.written()
          + (done.written() == 1 ? " line" : " lines")
          + (done.denied().isEmpty() ? "" : ", denied " + done.denied());
    }
  }
}
