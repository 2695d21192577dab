package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The frames that hold vaults keep of what was disposed of. One thread. */
final class Vaults {
  private record Held(DataKey key, byte[] frame) {}

  private final Map<Long, Held> frames = new HashMap<>();
  private final FrameCipher cipher = new FrameCipher();

  /**
   * Adds what vaults hold. One whose key is gone holds nothing any more: its hold was released.
   *
   * @throws Frame.Malformed when a file is not the one that was recorded
   */
  void add(Path journal, Kms kms, List<Vault> vaults) throws IOException, Frame.Malformed {
    for (var vault : vaults) {
      var kek = vault.wrapped().kek();
      DataKey key;
      try {
        var place = Vault.place(vault.origin(), vault.hold(), vault.key());
        key = DataKey.open(kms, place, vault.wrapped());
      } catch (KmsException e) {
        if (kms.standing(kek) == Kms.Standing.USABLE) {
          throw e;
        }
        continue;
      }
      read(vault, bytes(journal, vault), key);
    }
  }

  private static byte[] bytes(Path journal, Vault vault) throws IOException, Frame.Malformed {
    var file = vault.file(journal);
    try {
      var bytes = Files.readAllBytes(file);
      var sha = MessageDigest.getInstance("SHA-256").digest(bytes);
      if (HexFormat.of().formatHex(sha).equals(vault.sha256())) {
        return bytes;
      }
    } catch (NoSuchFileException e) {
      throw new Frame.Malformed(file + " is missing: bring the hold vault back");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    throw new Frame.Malformed(file + " was changed since it was recorded");
  }

  private void read(Vault vault, byte[] bytes, DataKey key) throws Frame.Malformed {
    var in = ByteBuffer.wrap(bytes);
    for (long i = 0; i < vault.frames(); i++) {
      var frame = new byte[in.getInt()];
      in.get(frame);
      frames.put(Frame.header(frame, 0, frame.length).seq(), new Held(key, frame));
    }
  }

  /** The body of the walk's current frame; null when no vault has it. */
  byte[] open(JournalWalk walk) throws Frame.Malformed {
    long seq = walk.header().seq();
    var held = frames.get(seq);
    if (held == null) {
      return null;
    }
    int headerEnd = walk.from() + Frame.HEADER;
    if (!Arrays.equals(held.frame, 0, Frame.HEADER, walk.bytes(), walk.from(), headerEnd)) {
      throw new Frame.Malformed("a hold vault has another record of this number");
    }
    try {
      return cipher.open(held.key, seq, held.frame, 0, held.frame.length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused what it should take", e);
    }
  }
}
