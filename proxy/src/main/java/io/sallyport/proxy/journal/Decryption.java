package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/** Opens the frames of a walk, in their order, with the keys they bring along. One thread. */
final class Decryption {
  private final String origin;
  private final Kms kms;
  private final FrameCipher cipher = new FrameCipher();
  private final DataKey[] keys = new DataKey[RetentionClass.values().length];
  private KeyOpening opening;

  Decryption(String origin, Kms kms) {
    this.origin = origin;
    this.kms = kms;
  }

  /**
   * The body of the walk's current frame in clear.
   *
   * @throws Frame.Malformed when it was changed
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot open its data key
   */
  byte[] open(JournalWalk walk) throws Frame.Malformed {
    var header = walk.header();
    if (!header.type().encrypted) {
      var body = walk.body();
      if (header.type() == FrameType.KEY_OPEN) {
        opening = KeyOpening.parse(body);
        Arrays.fill(keys, null);
      }
      return body;
    }
    int of = header.retention().ordinal();
    if (keys[of] == null) { // only now: nobody asks the key service for what is passed over
      keys[of] = key(header);
    }
    try {
      return cipher.open(keys[of], header.seq(), walk.bytes(), walk.from(), walk.to());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused what it should take", e);
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
