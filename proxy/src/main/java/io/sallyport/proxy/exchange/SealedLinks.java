package io.sallyport.proxy.exchange;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Paging links. The upstream's own are never shown: they carry its host and perhaps patient data,
 * and whoever holds one could page through another's search. A caller gets an opaque token instead,
 * sealed with AES-GCM and bound to its subject, to the policy and to an hour. Following it is
 * decided anew from the search it belongs to.
 *
 * <p>The key lives as long as the process: after a restart a caller searches again.
 */
final class SealedLinks {
  /** The parameter that carries a token: {@code /fhir?_page=...}. */
  static final String PARAMETER = "_page";

  private static final int NONCE = 12;
  private static final int PAD = 1024;
  private static final int TOKEN_MAX = 6000;
  private static final long LIFE_SECONDS = 3600;

  private final SecretKey key;
  private final SecureRandom random;
  private final Clock clock;

  /**
   * @param random makes the key and the nonces
   */
  SealedLinks(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
    try {
      KeyGenerator generator = KeyGenerator.getInstance("AES");
      generator.init(256, random);
      key = generator.generateKey();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has AES", impossible);
    }
  }

  /**
   * What a token stands for.
   *
   * @param search canonical relative URL of the search it continues: it is judged again
   * @param reference relative reference below the upstream's base
   * @param skip how many entries of that page were dealt with before
   */
  record Page(String search, String reference, int skip) {}

  /**
   * Seals an upstream's link.
   *
   * @return the token, or null when the link does not lead below the upstream's base or has
   *     characters a URL cannot have: such a link is dropped
   */
  String seal(Exchange x, String search, String link) {
    String reference = reference(x, link);
    return reference == null ? null : seal(x, new Page(search, reference, 0));
  }

  /**
   * An upstream's link as a relative reference below its base; null when it does not lead there or
   * has characters a URL cannot have.
   */
  static String reference(Exchange x, String link) {
    // A bar is none of them, but FHIR's own between system and code: we send it plainly, and what
    // an upstream repeats of it must not end the pages.
    String base = x.route().rebase().upstream();
    if (!link.startsWith(base) || !link.matches("[!-~&&[^\"<>\\\\^`{}#]]*")) {
      return null;
    }
    String rest = link.substring(base.length());
    if (!rest.isEmpty() && rest.charAt(0) != '/' && rest.charAt(0) != '?') {
      return null;
    }
    return rest.startsWith("/") ? rest.substring(1) : rest;
  }

  /** Seals a page; null when that makes no link of a sensible length. */
  String seal(Exchange x, Page page) {
    long expires = clock.instant().getEpochSecond() + LIFE_SECONDS;
    byte[] plain =
        (expires + "\n" + page.search() + "\n" + page.reference() + "\n" + page.skip() + "\n")
            .getBytes(StandardCharsets.UTF_8);
    // Padded, so that the length tells nothing of the upstream's link.
    byte[] padded = Arrays.copyOf(plain, (plain.length / PAD + 1) * PAD);
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, padded, 0, padded.length, x);
    String token =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array());
    return token.length() > TOKEN_MAX ? null : token;
  }

  /** Opens a token. Refuses NOT_FOUND for one that is forged, expired or another caller's. */
  Page open(Exchange x, String token) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      if (token.length() > TOKEN_MAX || bytes.length <= NONCE) {
        throw new Refusal(Reason.NOT_FOUND, "paging token has a wrong length");
      }
      byte[] nonce = Arrays.copyOf(bytes, NONCE);
      byte[] plain = crypt(Cipher.DECRYPT_MODE, nonce, bytes, NONCE, bytes.length - NONCE, x);
      String[] lines = new String(plain, StandardCharsets.UTF_8).split("\n", -1);
      if (Long.parseLong(lines[0]) < clock.instant().getEpochSecond()) {
        throw new Refusal(Reason.NOT_FOUND, "paging token has expired");
      }
      return new Page(lines[1], lines[2], Integer.parseInt(lines[3]));
    } catch (IllegalArgumentException forged) {
      throw new Refusal(Reason.NOT_FOUND, "paging token is not ours", forged);
    }
  }

  private byte[] crypt(int mode, byte[] nonce, byte[] input, int from, int length, Exchange x) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(128, nonce));
      cipher.updateAAD(binding(x).getBytes(StandardCharsets.UTF_8));
      return cipher.doFinal(input, from, length);
    } catch (GeneralSecurityException failure) {
      if (mode == Cipher.DECRYPT_MODE) {
        throw new Refusal(Reason.NOT_FOUND, "paging token is not this caller's", failure);
      }
      throw new IllegalStateException(failure);
    }
  }

  private static String binding(Exchange x) {
    return x.identity().issuer()
        + "\n"
        + x.identity().subject()
        + "\n"
        + x.identity().client()
        + "\n"
        + x.route().path()
        + "\n"
        + x.route().policy().hash();
  }

  /** The search a permit stands for, as {@link Page#search()} keeps it. */
  static String search(Interaction asked) {
    return InteractionParser.canonical(asked);
  }
}
