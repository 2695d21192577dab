package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.security.GeneralSecurityException;

/** Opens the frames of a walk, in their order, with the keys they bring along. One thread. */
final class Decryption {
  private final String origin;
  private final Kms kms;
  private final FrameCipher cipher = new FrameCipher();
  private byte[] opening;
  private DataKey key;

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
        opening = body;
        key = null;
      }
      return body;
    }
    if (key == null) { // only now: nobody asks the key service for a file that is passed over
      key = DataKey.open(kms, origin, header.run(), header.key(), opening);
    }
    try {
      return cipher.open(key, header.seq(), walk.bytes(), walk.from(), walk.to());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused what it should take", e);
    }
  }
}
