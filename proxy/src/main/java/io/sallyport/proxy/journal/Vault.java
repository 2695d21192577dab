package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A hold vault: what a hold on a patient or user needs of a month, encrypted anew under a key of
 * the hold's own before the month is disposed of. This is what is said of it, as a note signed by
 * the identity, body of a {@link FrameType#VAULT} frame, in clear:
 *
 * <pre>
 * sallyport hold vault 1
 * auditlog.local/6f1c…
 * hold 4711                      the hold's record
 * key journal-2026-11-access     what is about to be destroyed
 * frames 12
 * sha256 …                       of the file
 * kek hold-9f86d081884c7d65-4711 under which the vault's data key is wrapped
 * salt, commitment, wrapped      as in a {@link KeyOpening}, Base64
 * time 2033-01-02T10:00:00Z
 *
 * — the identity
 * </pre>
 *
 * <p>The file, {@code vault/hold-4711-journal-2026-11-access-9f86d081884c7d65.frames}, holds
 * frames, each behind its length (4 bytes): headers as they are in the journal, bodies under the
 * vault's key. The frames of the journal stay where they are, so that each is proven as before.
 *
 * @param hold the number of the hold's record
 * @param key the month's
 */
record Vault(
    String origin,
    long hold,
    String key,
    long frames,
    String sha256,
    KeyOpening.Wrapped wrapped,
    Instant time) {
  private static final String TITLE = "sallyport hold vault 1";
  private static final String KEK = "hold-";
  private static final int NAMED = 16;

  /** The key-encryption key of a hold: of this log's, who may not be alone in its key service. */
  static String kek(String origin, long hold) {
    return prefix(origin) + hold;
  }

  /** The hold of a key-encryption key; -1 when it is none of a hold of this log. */
  static long hold(String origin, String kek) {
    var prefix = prefix(origin);
    boolean ours = kek.startsWith(prefix) && kek.substring(prefix.length()).matches("\\d{1,18}");
    return ours ? Long.parseLong(kek.substring(prefix.length())) : -1;
  }

  private static String prefix(String origin) {
    try {
      var sha = MessageDigest.getInstance("SHA-256").digest(origin.getBytes(UTF_8));
      return KEK + HexFormat.of().formatHex(sha, 0, NAMED / 2) + "-";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The file in the journal's directory: by its hash, so that no other ever takes its place. */
  Path file(Path journal) {
    var name = KEK + hold + "-" + key + "-" + sha256.substring(0, NAMED) + ".frames";
    return journal.resolve(JournalFiles.VAULT).resolve(name);
  }

  /** What the vault's data key is bound to. */
  static DataKey.Place place(String origin, long hold, String key) {
    var bound = ("hold vault " + hold + " " + key).getBytes(UTF_8);
    return new DataKey.Place(
        origin, 0, 0, DisposalRequest.retention(key), bound, kek(origin, hold));
  }

  private String text() {
    var base64 = Base64.getEncoder();
    return new Statement(TITLE, origin)
        .put("hold", hold)
        .put("key", key)
        .put("frames", frames)
        .put("sha256", sha256)
        .put("kek", wrapped.kek())
        .put("salt", base64.encodeToString(wrapped.salt()))
        .put("commitment", base64.encodeToString(wrapped.commitment()))
        .put("wrapped", base64.encodeToString(wrapped.wrapped()))
        .put("time", time)
        .text();
  }

  /** The entry that it is recorded as. */
  JournalEntry.Vaulted entry(Note.Signer identity) {
    return entry(Note.sign(text(), identity));
  }

  /** The entry that it amounts to. */
  JournalEntry.Vaulted entry(String note) {
    return new JournalEntry.Vaulted(hold, key, frames, note);
  }

  /**
   * Reads a note; only the spelling that is written passes. No signature is verified.
   *
   * @throws IllegalArgumentException when it is none of this log
   */
  static Vault parse(String origin, Note note) {
    try {
      var from = Statement.parse(TITLE, origin, note.text());
      var base64 = Base64.getDecoder();
      var vault =
          new Vault(
              origin,
              Long.parseLong(from.get("hold")),
              from.get("key"),
              Long.parseLong(from.get("frames")),
              from.get("sha256"),
              new KeyOpening.Wrapped(
                  base64.decode(from.get("salt")),
                  base64.decode(from.get("commitment")),
                  from.get("kek"),
                  base64.decode(from.get("wrapped"))),
              Instant.parse(from.get("time")));
      boolean own = vault.wrapped.kek().equals(kek(origin, vault.hold));
      if (own
          && vault.sha256.matches("[0-9a-f]{64}")
          && DisposalRequest.isKey(vault.key)
          && vault.text().equals(note.text())) {
        return vault;
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("a hold vault with a time that is none", e);
    }
    throw new IllegalArgumentException("not a hold vault");
  }
}
