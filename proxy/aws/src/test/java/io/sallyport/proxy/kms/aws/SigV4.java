package io.sallyport.proxy.kms.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks AWS Signature Version 4 of a request, as its documentation builds it up.
 *
 * @param id the access key's id
 * @param secret the access key
 * @param token of the session, or null
 */
record SigV4(String id, String secret, String token) {
  private static final Pattern HEADER =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/kms/aws4_request,"
              + " ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})");

  /** What is wrong with a request's signature; null when nothing is. */
  String wrong(HttpExchange http, byte[] body) {
    var parts = HEADER.matcher(String.valueOf(http.getRequestHeaders().getFirst("Authorization")));
    if (!parts.matches() || !parts.group(1).equals(id)) {
      return "The security token included in the request is invalid.";
    }
    var signed = List.of(parts.group(4).split(";"));
    var needed = new ArrayList<>(List.of("host", "x-amz-date", "x-amz-target"));
    if (token != null) {
      needed.add("x-amz-security-token");
      if (!token.equals(http.getRequestHeaders().getFirst("x-amz-security-token"))) {
        return "not the session's token";
      }
    }
    if (!signed.containsAll(needed)) {
      return "not signed: " + needed;
    }
    try {
      var canonical = new StringBuilder(http.getRequestMethod()).append("\n/\n\n");
      for (var name : signed) {
        var value = String.join(",", http.getRequestHeaders().get(name)).strip();
        canonical.append(name).append(':').append(value).append('\n');
      }
      canonical.append('\n').append(parts.group(4)).append('\n').append(hash(body));
      var date = http.getRequestHeaders().getFirst("x-amz-date");
      var scope = parts.group(2) + "/" + parts.group(3) + "/kms/aws4_request";
      var text =
          "AWS4-HMAC-SHA256\n"
              + (date + "\n" + scope + "\n" + hash(canonical.toString().getBytes(UTF_8)));
      var key = hmac(("AWS4" + secret).getBytes(UTF_8), parts.group(2));
      for (var step : new String[] {parts.group(3), "kms", "aws4_request"}) {
        key = hmac(key, step);
      }
      var good = HexFormat.of().formatHex(hmac(key, text));
      return date.startsWith(parts.group(2)) && good.equals(parts.group(5))
          ? null
          : "The request signature we calculated does not match the signature you provided.";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hash(byte[] bytes) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }
}
