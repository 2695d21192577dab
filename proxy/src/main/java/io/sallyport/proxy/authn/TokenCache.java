package io.sallyport.proxy.authn;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Verified tokens, by SHA-256 of signing input and signature: the same claims under another
 * signature are another token. Shared by all loops without locks on a hit; a token in use stays.
 */
final class TokenCache {
  static final int ENTRIES_MAX = 100_000;

  /**
   * A token once verified.
   *
   * @param generation of the issuer's keys at the time: when a key is withdrawn, so are its tokens
   */
  record Verified(Identity identity, IssuerKeys keys, int generation) {}

  private static final ThreadLocal<MessageDigest> SHA256 =
      ThreadLocal.withInitial(TokenCache::sha256);

  private final Generations<ByteBuffer, Verified> tokens;

  TokenCache(int entriesMax) {
    tokens = new Generations<>(entriesMax);
  }

  Verified find(String token) {
    return tokens.find(key(token));
  }

  void put(String token, Verified verified) {
    tokens.put(key(token), verified);
  }

  int size() {
    return tokens.size();
  }

  private static ByteBuffer key(String token) {
    return ByteBuffer.wrap(SHA256.get().digest(token.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
