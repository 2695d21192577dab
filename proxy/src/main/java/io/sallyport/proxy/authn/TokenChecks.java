package io.sallyport.proxy.authn;

import com.nimbusds.jose.JWSHeader;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What a well-signed token must say (RFC 8725, RFC 9068, RFC 9700). Details name the check only.
 */
final class TokenChecks {
  private static final long LIFETIME_SECONDS_MAX = 24 * 3600;
  private static final int NAME_CHARS_MAX = 256;

  private TokenChecks() {}

  static Identity identity(
      IssuerSettings settings,
      JWSHeader header,
      Map<String, Object> claims,
      Clock clock,
      byte[] signed) {
    String type = header.getType() == null ? "" : header.getType().getType();
    if (!settings.profile().isAccessToken(type, claims)) {
      throw bad("typ is not that of an access token of this profile");
    }
    for (String mark : List.of("nonce", "at_hash", "c_hash")) {
      if (claims.containsKey(mark)) {
        throw bad("an ID token is no access token");
      }
    }
    // We cannot hold a bound token to its binding yet: taking it as a plain one would be a
    // downgrade.
    if (claims.containsKey("cnf")) {
      throw bad("cnf cannot be enforced");
    }
    if (!audience(settings, claims.get("aud"))) {
      throw bad("aud");
    }
    long expires = times(settings, claims, clock.instant().getEpochSecond());
    String subject = name(claims.get("sub"), "sub");
    String client = settings.profile().client(claims);
    if (!client.isEmpty()) {
      name(client, "client");
    }
    String token =
        claims.get("jti") instanceof String jti && !jti.isEmpty() ? name(jti, "jti") : hash(signed);
    return new Identity(
        settings.issuer(), subject, client, token, expires, BearerAuthenticator.claims(claims));
  }

  private static long times(IssuerSettings settings, Map<String, Object> claims, long now) {
    long skew = settings.clockSkew().toSeconds();
    long expires = seconds(claims, "exp", true);
    long issued = seconds(claims, "iat", true);
    long notBefore = seconds(claims, "nbf", false);
    if (expires <= now) {
      throw new Refusal(Reason.EXPIRED_CREDENTIALS, "exp");
    }
    if (issued > now + skew) {
      throw bad("iat is in the future");
    }
    if (notBefore > now + skew) {
      throw bad("nbf is in the future");
    }
    if (expires - issued > LIFETIME_SECONDS_MAX) {
      throw bad("lifetime is over 24 hours");
    }
    return expires;
  }

  private static long seconds(Map<String, Object> claims, String name, boolean required) {
    Object value = claims.get(name);
    if (value == null && !required) {
      return 0;
    }
    if (!(value instanceof Number number)
        || number.doubleValue() < 0
        || number.doubleValue() > 1L << 40) {
      throw bad(name);
    }
    return number.longValue();
  }

  private static boolean audience(IssuerSettings settings, Object audience) {
    if (audience instanceof String only) {
      return settings.audiences().contains(only);
    }
    return audience instanceof List<?> many
        && many.stream()
            .anyMatch(a -> a instanceof String one && settings.audiences().contains(one));
  }

  /** A name that goes into records: bounded, and without characters that break a line. */
  private static String name(Object value, String claim) {
    if (!(value instanceof String text)
        || text.isBlank()
        || text.length() > NAME_CHARS_MAX
        || text.codePoints().anyMatch(TokenChecks::unprintable)) {
      throw bad(claim);
    }
    return text;
  }

  /** Controls, line separators, and format characters that turn the reading direction. */
  private static boolean unprintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  private static String hash(byte[] signed) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(signed), 0, 16);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  private static Refusal bad(String why) {
    return BearerAuthenticator.bad(why);
  }
}
