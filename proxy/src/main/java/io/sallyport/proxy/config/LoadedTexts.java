package io.sallyport.proxy.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.state.Section;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The configuration that was in force last, as the journal tells it: its texts by file, put
 * together from their differences. At most {@link #FILES_MAX} files; of a text over {@link
 * #CHARS_MAX} only the hash is known, and of one that cannot be put together nothing.
 */
public final class LoadedTexts implements Section {
  static final int FILES_MAX = 1_000;
  static final int CHARS_MAX = 1 << 20;

  /**
   * One file.
   *
   * @param text null where only the hash is known
   */
  record Text(String hash, String text) {}

  private final Map<String, Text> texts = new TreeMap<>();
  private String hash = "";

  // A difference that goes on in the next record.
  private String partOf = "";
  private int part;
  private final StringBuilder diff = new StringBuilder();

  @Override
  public String name() {
    return "configuration 1";
  }

  @Override
  public Set<String> kinds() {
    return Set.of("config", "config-diff");
  }

  /** The hash of the whole; "" before the first. */
  public String hash() {
    return hash;
  }

  /** By file. */
  Map<String, Text> texts() {
    return texts;
  }

  /** SHA-256, hex. */
  static String sha256(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void apply(JournalReader.Entry read) {
    if (read.entry() instanceof JournalEntry.ConfigLoaded e) {
      hash = e.hash();
    } else if (read.entry() instanceof AdminEntry.ConfigDiff e) {
      if (e.part() == 1) {
        diff.setLength(0);
        partOf = e.file();
        part = 0;
      }
      if (!e.file().equals(partOf) || e.part() != part + 1) {
        texts.remove(e.file()); // the rest of something that a stop cut off
        return;
      }
      part = e.part();
      diff.append(e.diff());
      if (part == e.parts()) {
        take(e);
      }
    }
  }

  private void take(AdminEntry.ConfigDiff e) {
    var before = texts.remove(e.file());
    boolean known = before == null ? e.before().isEmpty() : e.before().equals(before.hash());
    if (e.after().isEmpty() || texts.size() >= FILES_MAX) {
      return;
    }
    String text = null;
    if (known && !diff.isEmpty()) {
      try {
        text = Diff.patched(before == null ? null : before.text(), diff.toString());
      } catch (IllegalArgumentException other) {
        return; // not what we have: told as new when next loaded
      }
      if (text == null || !sha256(text).equals(e.after())) {
        return;
      }
    }
    texts.put(e.file(), new Text(e.after(), text));
  }

  @Override
  public void write(DataOutput to) throws IOException {
    to.writeUTF(hash);
    to.writeInt(texts.size());
    for (var one : texts.entrySet()) {
      to.writeUTF(one.getKey());
      to.writeUTF(one.getValue().hash());
      write(to, one.getValue().text());
    }
    to.writeUTF(partOf);
    to.writeInt(part);
    write(to, diff.toString());
  }

  private static void write(DataOutput to, String text) throws IOException {
    var bytes = text == null ? null : text.getBytes(UTF_8);
    to.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      to.write(bytes);
    }
  }

  private static String text(DataInput from) throws IOException {
    int length = from.readInt();
    if (length < 0) {
      return null;
    }
    var bytes = new byte[length];
    from.readFully(bytes);
    return new String(bytes, UTF_8);
  }

  @Override
  public void read(DataInput from) throws IOException {
    hash = from.readUTF();
    for (int left = from.readInt(); left > 0; left--) {
      texts.put(from.readUTF(), new Text(from.readUTF(), text(from)));
    }
    partOf = from.readUTF();
    part = from.readInt();
    diff.append(text(from));
  }

  @Override
  public void clear() {
    texts.clear();
    hash = "";
    partOf = "";
    part = 0;
    diff.setLength(0);
  }
}
