package io.sallyport.proxy.authn;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Verified tokens, by SHA-256 of signing input and signature: the same claims under another
 * signature are another token. Shared by all loops without locks on a hit.
 */
final class TokenCache {
  private static final int ENTRIES_MAX = 100_000;

  /**
   * A token once verified.
   *
   * @param generation of the issuer's keys at the time: when a key is withdrawn, so are its tokens
   */
  record Verified(Identity identity, IssuerKeys keys, int generation) {}

  private final ConcurrentHashMap<ByteBuffer, Verified> known = new ConcurrentHashMap<>();

  Verified find(String token) {
    return known.get(key(token));
  }

  void put(String token, Verified verified) {
    if (known.size() >= ENTRIES_MAX) {
      // Rare, and cheap to mend: everybody verifies once more.
      known.clear();
    }
    known.put(key(token), verified);
  }

  private static ByteBuffer key(String token) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(digest.digest(token.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
