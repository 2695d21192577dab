package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Opens the frames of a walk, in their order, with the keys they bring along. One thread. */
final class Decryption {
  private final Path journal;
  private final String origin;
  private final Kms kms;
  private final FrameCipher cipher = new FrameCipher();
  private final DataKey[] keys = new DataKey[RetentionClass.values().length];
  private final Disposals.Found[] gone = new Disposals.Found[RetentionClass.values().length];
  private final Vaults vaults = new Vaults();
  private final Set<String> vaulted = new HashSet<>();
  private KeyOpening opening;
  private Disposals.Found disposed;

  Decryption(Path journal, String origin, Kms kms) {
    this.journal = journal;
    this.origin = origin;
    this.kms = kms;
  }

  /**
   * The body of the walk's current frame in clear; null when its key was destroyed, a certificate
   * in the journal says so, and no hold vault has it.
   *
   * @throws Frame.Malformed when it was changed
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot open its data key
   */
  byte[] open(JournalWalk walk) throws Frame.Malformed, IOException {
    var header = walk.header();
    if (!header.type().encrypted) {
      var body = walk.body();
      if (header.type() == FrameType.KEY_OPEN) {
        opening = KeyOpening.parse(body);
        Arrays.fill(keys, null);
        Arrays.fill(gone, null);
      }
      return body;
    }
    int of = header.retention().ordinal();
    if (keys[of] == null && gone[of] == null) { // only now: what is passed over asks nobody
      open(header);
    }
    disposed = gone[of];
    if (disposed != null) {
      return vaults.open(walk);
    }
    try {
      return cipher.open(keys[of], header.seq(), walk.bytes(), walk.from(), walk.to());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused what it should take", e);
    }
  }

  /** The certificate of what {@link #open} has returned null for. */
  Disposals.Found disposed() {
    return disposed;
  }

  /** The entry that a certificate of this log amounts to. */
  JournalEntry disposal(byte[] body) {
    var note = new String(body, UTF_8);
    return Disposal.parse(origin, Note.parse(note)).entry(note);
  }

  /** The entry that what is said of a hold vault amounts to. */
  JournalEntry vault(byte[] body) {
    var note = new String(body, UTF_8);
    return Vault.parse(origin, Note.parse(note)).entry(note);
  }

  /** The key-encryption key of a frame behind the last opening. */
  String kek(Frame.Header header) {
    return opening.of(header.retention()).kek();
  }

  private void open(Frame.Header header) throws Frame.Malformed, IOException {
    int of = header.retention().ordinal();
    try {
      keys[of] = key(header);
    } catch (KmsException e) {
      var kek = kek(header);
      kms.standing(kek); // a service that is away says nothing of a key
      var disposals = Disposals.read(journal, LogKey.of(origin, kms.identity()));
      gone[of] = disposals.gone(kek);
      if (gone[of] == null) {
        throw e;
      }
      if (vaulted.add(kek)) {
        vaults.add(journal, kms, disposals.vaults(kek));
      }
    }
  }

  private DataKey key(Frame.Header header) throws Frame.Malformed {
    var wrapped = opening.of(header.retention());
    var place =
        new DataKey.Place(
            origin,
            header.run(),
            header.key(),
            header.retention(),
            opening.epochKey(),
            wrapped.kek());
    return DataKey.open(kms, place, wrapped);
  }
}
