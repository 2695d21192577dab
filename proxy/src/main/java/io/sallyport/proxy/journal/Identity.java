package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;

/**
 * The appliance's long-lived key as a signer of notes: the root that all trust in a journal comes
 * from, and that never leaves the key service.
 */
record Identity(LogKey key, Kms kms) implements Note.Signer {
  /**
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot
   */
  @Override
  public byte[] sign(byte[] message) {
    return kms.sign(message);
  }
}
