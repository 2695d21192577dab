package io.sallyport.proxy.kms;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Keys in a Transit engine (HashiCorp Vault, OpenBao), over its HTTP API: each key-encryption key
 * is an {@code aes256-gcm96} key named {@code NAME-KEY}, the identity the {@code ed25519} key
 * {@code NAME-identity}, of which version 1 signs whatever versions follow.
 *
 * <p>The token's policy must not let it create keys by encrypting (Vault makes a missing key of an
 * encrypt request when the token has {@code create} there): then what is wrapped after a
 * destruction would look fine. {@code update} is enough on {@code encrypt/NAME-*}.
 */
final class TransitKms implements Kms {
  // https://HOST[:PORT]/v1/MOUNT…/NAME[?ca=FILE]
  private static final Pattern URL =
      Pattern.compile(
          "(https?://[^/?#@]+/v1/[A-Za-z0-9_/-]+)/([a-z0-9][a-z0-9-]{0,30})(?:\\?ca=(.+))?");
  private static final Pattern LOOPBACK =
      Pattern.compile("http://(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d+)?/.*");
  private static final String IDENTITY = "identity";
  private static final int PUBLIC_KEY = 32;
  private static final int SIGNATURE = 64;

  private final TransitClient client;
  private final String prefix;
  private final IdentityKey identity;
  private final String name;

  private TransitKms(TransitClient client, String prefix, byte[] publicKey) {
    this.client = client;
    this.prefix = prefix;
    identity = new IdentityKey(IdentityKey.Algorithm.ED25519, publicKey);
    name = "vault:" + client + "/" + prefix;
  }

  private record Place(TransitClient client, String prefix) {}

  static TransitKms open(String url, Path baseDir, char[] token) {
    var place = place(url, baseDir, token);
    var found = place.client.get("keys/" + place.prefix + "-" + IDENTITY);
    if (found == null) {
      throw new KmsException(
          place.client
              + " has no key "
              + place.prefix
              + "-"
              + IDENTITY
              + ": 'sallyport key init --key vault:"
              + url
              + "' makes it",
          null);
    }
    if (found.get("keys") instanceof Map<?, ?> versions
        && versions.get("1") instanceof Map<?, ?> first
        && first.get("public_key") instanceof String text
        && "ed25519".equals(found.get("type"))) {
      var publicKey = decoded(text);
      if (publicKey.length == PUBLIC_KEY) {
        return new TransitKms(place.client, place.prefix, publicKey);
      }
    }
    throw new KmsException(
        place.client + "/keys/" + place.prefix + "-" + IDENTITY + " is no ed25519 key", null);
  }

  static void create(String url, Path baseDir, char[] token) {
    var place = place(url, baseDir, token);
    var key = "keys/" + place.prefix + "-" + IDENTITY;
    if (place.client.get(key) != null) {
      throw new KmsException(place.client + "/" + key + " is there already", null);
    }
    place.client.post(key, held("ed25519"));
  }

  private static Place place(String url, Path baseDir, char[] token) {
    var parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new KmsException(
          "not a Transit engine: 'vault:" + url + "'; write vault:https://HOST:PORT/v1/MOUNT/NAME",
          null);
    }
    if (url.startsWith("http:") && !LOOPBACK.matcher(url).matches()) {
      throw new KmsException("data keys do not cross a network in the clear: write https", null);
    }
    var ca = parts.group(3) == null ? null : baseDir.resolve(parts.group(3));
    return new Place(new TransitClient(URI.create(parts.group(1)), ca, token), parts.group(2));
  }

  private static Map<String, Object> held(String type) {
    return Map.of("type", type, "exportable", false, "allow_plaintext_backup", false);
  }

  private String path(String what, String key) {
    return what + "/" + prefix + "-" + KeyNames.check(key);
  }

  @Override
  public void ensure(String key) {
    switch (standing(key)) {
      case USABLE -> {}
      case SCHEDULED -> throw new KmsException("key " + key + " of " + name + " is deleted", null);
      case ABSENT -> {
        if (key.equals(IDENTITY)) {
          throw new KmsException("'" + IDENTITY + "' names what signs", null);
        }
        client.post(path("keys", key), held("aes256-gcm96"));
      }
    }
  }

  @Override
  public byte[] wrap(String key, byte[] dataKey, byte[] aad) {
    var body =
        Map.<String, Object>of("plaintext", encoded(dataKey), "associated_data", encoded(aad));
    var data = found(key, client.post(path("encrypt", key), body));
    return text(data, "ciphertext").getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public byte[] unwrap(String key, byte[] wrapped, byte[] aad) {
    var ciphertext = new String(wrapped, StandardCharsets.US_ASCII);
    var body = Map.<String, Object>of("ciphertext", ciphertext, "associated_data", encoded(aad));
    return decoded(text(found(key, client.post(path("decrypt", key), body)), "plaintext"));
  }

  private Map<String, Object> found(String key, Map<String, Object> data) {
    if (data == null) {
      throw KeyNames.absent(key, name);
    }
    return data;
  }

  @Override
  public Standing standing(String key) {
    var data = client.get(path("keys", key));
    if (data == null) {
      return Standing.ABSENT;
    }
    // OpenBao can delete softly: nothing works with the key, and it can be restored.
    return Boolean.TRUE.equals(data.get("soft_deleted")) ? Standing.SCHEDULED : Standing.USABLE;
  }

  @Override
  public List<String> keys() {
    var data = client.get("keys?list=true");
    return data != null && data.get("keys") instanceof List<?> names
        ? names.stream()
            .map(String::valueOf)
            .filter(n -> n.startsWith(prefix + "-") && !n.equals(prefix + "-" + IDENTITY))
            .map(n -> n.substring(prefix.length() + 1))
            .sorted()
            .toList()
        : List.of();
  }

  @Override
  public Standing destroy(String key) {
    if (key.equals(IDENTITY) || standing(key) == Standing.ABSENT) {
      throw KeyNames.absent(key, name);
    }
    client.post(path("keys", key) + "/config", Map.of("deletion_allowed", true));
    client.delete(path("keys", key));
    return standing(key);
  }

  @Override
  public byte[] sign(byte[] message) {
    var body = Map.<String, Object>of("input", encoded(message), "key_version", 1);
    var data = found(IDENTITY, client.post("sign/" + prefix + "-" + IDENTITY, body));
    var signature = text(data, "signature");
    var raw = decoded(signature.substring(signature.lastIndexOf(':') + 1));
    if (!signature.startsWith("vault:v1:") || raw.length != SIGNATURE) {
      throw new KmsException(name + " answers with what is no signature of version 1", null);
    }
    return raw;
  }

  private String text(Map<String, Object> data, String member) {
    if (data.get(member) instanceof String text) {
      return text;
    }
    throw new KmsException(name + " answers without " + member, null);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new KmsException("the key service answers with what is no Base64", e);
    }
  }

  @Override
  public IdentityKey identity() {
    return identity;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
