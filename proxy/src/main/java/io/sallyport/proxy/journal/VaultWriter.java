package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * Fills a hold vault: two passes over the journal, one that finds the exchanges that the hold is
 * about, as {@code journal show} does, and one that encrypts their frames anew.
 */
final class VaultWriter {
  private final Path journal;
  private final Kms kms;
  private final String origin;
  private final FrameCipher cipher = new FrameCipher();
  private long frames;

  VaultWriter(Path journal, Kms kms, String origin) {
    this.journal = journal;
    this.kms = kms;
    this.origin = origin;
  }

  /**
   * Writes the vault of a hold and a month; it is on the disk when this returns, and counts for
   * nothing before it is recorded.
   *
   * @param key the month's
   * @throws JournalUnavailable when the journal cannot be read, or the vault not written
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot
   */
  Vault write(long hold, HoldRequest request, String key, Instant now) {
    var wanted = new HashSet<Long>();
    var filter = new JournalReader.Filter(request.patient(), request.user(), null);
    new JournalReader(journal, kms).forEach(filter, entry -> wanted.add(entry.seq()));
    kms.ensure(Vault.kek(origin, hold));
    var fresh = DataKey.fresh(kms, new SecureRandom(), Vault.place(origin, hold, key));
    var vaults = journal.resolve(JournalFiles.VAULT);
    try {
      Origin.directory(vaults);
      var temporary = vaults.resolve("hold-" + hold + ".new");
      var sha = MessageDigest.getInstance("SHA-256");
      try (var channel =
              FileChannel.open(
                  temporary,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE);
          var out =
              new DataOutputStream(
                  new BufferedOutputStream(
                      new DigestOutputStream(Channels.newOutputStream(channel), sha)))) {
        copy(wanted, key, fresh.key(), out);
        out.flush();
        channel.force(true);
      }
      var digest = HexFormat.of().formatHex(sha.digest());
      var vault = new Vault(origin, hold, key, frames, digest, fresh.wrapped(), now);
      Files.move(temporary, vault.file(journal), StandardCopyOption.ATOMIC_MOVE);
      force(vaults);
      force(journal);
      return vault;
    } catch (IOException e) {
      throw new JournalUnavailable("cannot write a hold vault in " + vaults, e);
    } catch (JournalWalk.Broken | Frame.Malformed e) {
      throw new JournalUnavailable("the journal is damaged: " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES/GCM and SHA-256", e);
    }
  }

  private void copy(Set<Long> wanted, String key, DataKey vault, DataOutputStream out)
      throws IOException, JournalWalk.Broken, Frame.Malformed, GeneralSecurityException {
    var decryption = new Decryption(journal, origin, kms);
    boolean taken = false;
    try (var walk = new JournalWalk(journal)) {
      while (walk.next()) {
        var header = walk.header();
        taken = header.continued() ? taken : wanted.contains(header.seq());
        if (header.type() == FrameType.KEY_OPEN) {
          decryption.open(walk);
        }
        if (!taken || !header.type().encrypted || !decryption.kek(header).equals(key)) {
          continue;
        }
        var body = decryption.open(walk);
        var frame = Arrays.copyOfRange(walk.bytes(), walk.from(), walk.to());
        cipher.seal(vault, header.seq(), body, 0, body.length, frame);
        out.writeInt(frame.length);
        out.write(frame);
        frames++;
      }
    }
  }

  private static void force(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
