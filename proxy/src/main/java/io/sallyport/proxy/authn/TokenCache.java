package io.sallyport.proxy.authn;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Verified tokens, by SHA-256 of signing input and signature: the same claims under another
 * signature are another token. Shared by all loops without locks on a hit.
 *
 * <p>Two generations, each half of the bound: what is asked for moves to the young one, and when
 * that is full the old one is dropped. A token in use stays, however many others come by.
 */
final class TokenCache {
  static final int ENTRIES_MAX = 100_000;

  /**
   * A token once verified.
   *
   * @param generation of the issuer's keys at the time: when a key is withdrawn, so are its tokens
   */
  record Verified(Identity identity, IssuerKeys keys, int generation) {}

  private record Generations(
      ConcurrentHashMap<ByteBuffer, Verified> young, ConcurrentHashMap<ByteBuffer, Verified> old) {}

  private static final ThreadLocal<MessageDigest> SHA256 =
      ThreadLocal.withInitial(TokenCache::sha256);

  private final int youngMax;

  // Swapped whole, under the lock of grow(). A loop that still writes to the generations before
  // writes to what is now the old one: its entry stays, and over the bound is one entry a loop.
  private volatile Generations now =
      new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());

  TokenCache(int entriesMax) {
    youngMax = entriesMax / 2;
  }

  Verified find(String token) {
    ByteBuffer key = key(token);
    Generations held = now;
    Verified verified = held.young().get(key);
    if (verified != null) {
      return verified;
    }
    verified = held.old().get(key);
    if (verified != null) {
      add(key, verified);
    }
    return verified;
  }

  void put(String token, Verified verified) {
    add(key(token), verified);
  }

  int size() {
    Generations held = now;
    return held.young().size() + held.old().size();
  }

  private void add(ByteBuffer key, Verified verified) {
    ConcurrentHashMap<ByteBuffer, Verified> young = now.young();
    young.put(key, verified);
    if (young.size() >= youngMax) {
      grow();
    }
  }

  private synchronized void grow() {
    Generations held = now;
    if (held.young().size() >= youngMax) { // else another loop was first
      now = new Generations(new ConcurrentHashMap<>(), held.young());
    }
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
