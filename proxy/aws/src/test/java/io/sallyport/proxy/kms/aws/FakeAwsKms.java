package io.sallyport.proxy.kms.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS KMS as its API reference documents it, for the requests we make: the signature of every
 * request (SigV4) and every field of its body is checked, and what is not expected is an error and
 * a line in {@link #surprises}.
 */
final class FakeAwsKms implements AutoCloseable {
  static final String REGION = "eu-central-1";
  private static final String TARGET = "TrentService.";
  private static final int PAGE = 2;

  private static final class Key {
    private final String id = UUID.randomUUID().toString();
    private final byte[] aes = new byte[32];
    private final String spec;
    private final String usage;
    private String state = "Enabled";
    private KeyPair pair;
    private double deletion;

    Key(String spec, String usage) throws GeneralSecurityException {
      this.spec = spec;
      this.usage = usage;
      new SecureRandom().nextBytes(aes);
      if (spec.equals("ECC_NIST_P256")) {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        pair = generator.generateKeyPair();
      }
    }

    Map<String, Object> metadata() {
      var metadata = new LinkedHashMap<String, Object>();
      metadata.put("KeyId", id);
      metadata.put("Arn", "arn:aws:kms:" + REGION + ":111122223333:key/" + id);
      metadata.put("KeyState", state);
      metadata.put("KeySpec", spec);
      metadata.put("KeyUsage", usage);
      if (deletion > 0) {
        metadata.put("DeletionDate", deletion);
      }
      return metadata;
    }
  }

  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final String type;

    Refusal(String type, String message) {
      super(message);
      this.type = type;
    }
  }

  final List<String> surprises = new ArrayList<>();
  final List<Integer> waits = new ArrayList<>();
  private final Map<String, Key> keys = new LinkedHashMap<>();
  private final Map<String, String> aliases = new TreeMap<>();
  private final SigV4 signing;
  private final HttpServer server;

  /** Another process makes this alias just before we do; null for none. */
  volatile String racing;

  /** Answers every call with this error; null for none. */
  volatile String failing;

  FakeAwsKms(SigV4 signing) throws IOException {
    this.signing = signing;
    // Else its head and its body wait 40 ms for each other, in every answer.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  synchronized List<String> aliases() {
    return List.copyOf(aliases.keySet());
  }

  synchronized int keyCount() {
    return keys.size();
  }

  synchronized void state(String alias, String state) {
    keys.get(aliases.get(alias)).state = state;
  }

  /** What AWS does when the days are over: the key goes, and its aliases. */
  synchronized void daysPass() {
    var gone = new ArrayList<String>();
    keys.values()
        .forEach(
            key -> {
              if (key.state.equals("PendingDeletion")) {
                gone.add(key.id);
              }
            });
    gone.forEach(keys::remove);
    aliases.values().removeIf(gone::contains);
  }

  private void handle(HttpExchange http) throws IOException {
    int status = 200;
    Map<String, Object> answer;
    try {
      var body = http.getRequestBody().readAllBytes();
      var wrong = signing.wrong(http, body);
      if (wrong != null) {
        throw new Refusal("InvalidSignatureException", wrong);
      }
      var target = String.valueOf(http.getRequestHeaders().getFirst("X-Amz-Target"));
      var type = http.getRequestHeaders().getFirst("Content-Type");
      if (!http.getRequestMethod().equals("POST")
          || !target.startsWith(TARGET)
          || !"application/x-amz-json-1.1".equals(type)) {
        throw new Refusal("UnknownOperationException", target + " " + type);
      }
      if (failing != null) {
        throw new Refusal(failing, "by the test");
      }
      synchronized (this) {
        answer = answer(target.substring(TARGET.length()), JSONObjectUtils.parse(text(body)));
      }
    } catch (Refusal e) {
      status = e.type.endsWith("Internal") ? 500 : 400;
      answer = Map.of("__type", e.type, "message", e.getMessage());
    } catch (GeneralSecurityException | ParseException | RuntimeException e) {
      surprises.add(e.toString());
      status = 400;
      answer = Map.of("__type", "ValidationException", "message", e.toString());
    }
    var bytes = JSONObjectUtils.toJSONString(answer).getBytes(UTF_8);
    http.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
    http.getResponseHeaders().set("x-amzn-RequestId", UUID.randomUUID().toString());
    http.sendResponseHeaders(status, bytes.length);
    http.getResponseBody().write(bytes);
    http.close();
  }

  private static String text(byte[] body) {
    return new String(body, UTF_8);
  }

  private Map<String, Object> answer(String action, Map<String, Object> in)
      throws Refusal, GeneralSecurityException {
    return switch (action) {
      case "CreateKey" -> createKey(in);
      case "CreateAlias" -> createAlias(in);
      case "DescribeKey" -> {
        only(in, "KeyId");
        yield Map.of("KeyMetadata", key(in).metadata());
      }
      case "ListAliases" -> listAliases(in);
      case "ScheduleKeyDeletion" -> schedule(in);
      case "GetPublicKey" -> {
        only(in, "KeyId");
        var key = usable(in, "SIGN_VERIFY");
        yield Map.of(
            "KeyId", key.id,
            "PublicKey", encoded(key.pair.getPublic().getEncoded()),
            "KeySpec", key.spec,
            "KeyUsage", key.usage,
            "SigningAlgorithms", List.of("ECDSA_SHA_256"));
      }
      case "Encrypt" -> encrypt(in);
      case "Decrypt" -> decrypt(in);
      case "Sign" -> sign(in);
      default -> throw surprise("action " + action);
    };
  }

  private Map<String, Object> createKey(Map<String, Object> in)
      throws Refusal, GeneralSecurityException {
    only(in, "KeyUsage", "KeySpec", "Description");
    var pair = in.get("KeySpec") + " " + in.get("KeyUsage");
    if (!Set.of("SYMMETRIC_DEFAULT ENCRYPT_DECRYPT", "ECC_NIST_P256 SIGN_VERIFY").contains(pair)) {
      throw surprise(pair);
    }
    var key = new Key((String) in.get("KeySpec"), (String) in.get("KeyUsage"));
    keys.put(key.id, key);
    return Map.of("KeyMetadata", key.metadata());
  }

  private Map<String, Object> createAlias(Map<String, Object> in)
      throws Refusal, GeneralSecurityException {
    only(in, "AliasName", "TargetKeyId");
    var alias = (String) in.get("AliasName");
    if (!alias.matches("alias/[a-zA-Z0-9/_-]{1,250}") || alias.startsWith("alias/aws/")) {
      throw surprise(alias);
    }
    if (alias.equals(racing)) {
      racing = null;
      var other = new Key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
      keys.put(other.id, other);
      aliases.put(alias, other.id);
    }
    if (aliases.containsKey(alias)) {
      throw new Refusal("AlreadyExistsException", alias);
    }
    if (!keys.containsKey(in.get("TargetKeyId"))) {
      throw surprise("an alias for " + in.get("TargetKeyId"));
    }
    aliases.put(alias, (String) in.get("TargetKeyId"));
    return Map.of();
  }

  private Map<String, Object> listAliases(Map<String, Object> in) throws Refusal {
    only(in, "Marker");
    var all = new ArrayList<>(aliases.entrySet());
    int from = in.get("Marker") == null ? 0 : Integer.parseInt((String) in.get("Marker"));
    int to = Math.min(all.size(), from + PAGE);
    var page = new ArrayList<Object>();
    page.add(Map.of("AliasName", "alias/aws/s3")); // one of AWS's own on every page
    for (var alias : all.subList(from, to)) {
      page.add(Map.of("AliasName", alias.getKey(), "TargetKeyId", alias.getValue()));
    }
    return to < all.size()
        ? Map.of("Aliases", page, "Truncated", true, "NextMarker", "" + to)
        : Map.of("Aliases", page, "Truncated", false);
  }

  private Map<String, Object> schedule(Map<String, Object> in) throws Refusal {
    only(in, "KeyId", "PendingWindowInDays");
    int days = ((Number) in.get("PendingWindowInDays")).intValue();
    if (days < 7 || days > 30 || ((String) in.get("KeyId")).startsWith("alias/")) {
      throw surprise(in.toString()); // this action takes no alias
    }
    var key = key(in);
    if (key.state.equals("PendingDeletion")) {
      throw new Refusal("KMSInvalidStateException", key.id + " is pending deletion.");
    }
    waits.add(days);
    key.state = "PendingDeletion";
    key.deletion = 1.9e9;
    return Map.of(
        "KeyId",
        key.id,
        "KeyState",
        key.state,
        "DeletionDate",
        key.deletion,
        "PendingWindowInDays",
        days);
  }

  private Map<String, Object> encrypt(Map<String, Object> in)
      throws Refusal, GeneralSecurityException {
    only(in, "KeyId", "Plaintext", "EncryptionContext", "EncryptionAlgorithm");
    var key = usable(in, "ENCRYPT_DECRYPT");
    var plain = decoded(in.get("Plaintext"));
    if (plain.length != 32 || !"SYMMETRIC_DEFAULT".equals(in.get("EncryptionAlgorithm"))) {
      throw surprise("Encrypt of " + plain.length + " bytes");
    }
    var iv = new byte[12];
    new SecureRandom().nextBytes(iv);
    var sealed = gcm(Cipher.ENCRYPT_MODE, key, iv, in).doFinal(plain);
    var blob =
        ByteBuffer.allocate(36 + 12 + sealed.length)
            .put(key.id.getBytes(UTF_8))
            .put(iv)
            .put(sealed);
    return Map.of(
        "CiphertextBlob",
        encoded(blob.array()),
        "KeyId",
        key.id,
        "EncryptionAlgorithm",
        "SYMMETRIC_DEFAULT");
  }

  private Map<String, Object> decrypt(Map<String, Object> in) throws Refusal {
    only(in, "KeyId", "CiphertextBlob", "EncryptionContext", "EncryptionAlgorithm");
    var key = usable(in, "ENCRYPT_DECRYPT");
    var blob = decoded(in.get("CiphertextBlob"));
    if (blob.length < 49 || !keys.containsKey(text(Arrays.copyOf(blob, 36)))) {
      throw new Refusal("InvalidCiphertextException", "");
    }
    if (!text(Arrays.copyOf(blob, 36)).equals(key.id)) {
      throw new Refusal("IncorrectKeyException", "The key ID in the request does not identify it");
    }
    try {
      var cipher = gcm(Cipher.DECRYPT_MODE, key, Arrays.copyOfRange(blob, 36, 48), in);
      var plain = cipher.doFinal(blob, 48, blob.length - 48);
      return Map.of(
          "Plaintext", encoded(plain), "KeyId", key.id, "EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    } catch (GeneralSecurityException e) {
      throw new Refusal("InvalidCiphertextException", "");
    }
  }

  private Cipher gcm(int mode, Key key, byte[] iv, Map<String, Object> in)
      throws Refusal, GeneralSecurityException {
    if (!(in.get("EncryptionContext") instanceof Map<?, ?> context)
        || !context.keySet().equals(Set.of("sallyport"))) {
      throw surprise("EncryptionContext " + in.get("EncryptionContext"));
    }
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key.aes, "AES"), new GCMParameterSpec(128, iv));
    cipher.updateAAD(((String) context.get("sallyport")).getBytes(UTF_8));
    return cipher;
  }

  private Map<String, Object> sign(Map<String, Object> in)
      throws Refusal, GeneralSecurityException {
    only(in, "KeyId", "Message", "MessageType", "SigningAlgorithm");
    var key = usable(in, "SIGN_VERIFY");
    var digest = decoded(in.get("Message"));
    if (digest.length != 32
        || !"DIGEST".equals(in.get("MessageType"))
        || !"ECDSA_SHA_256".equals(in.get("SigningAlgorithm"))) {
      throw surprise("Sign " + in);
    }
    var signature = Signature.getInstance("NONEwithECDSA");
    signature.initSign(key.pair.getPrivate());
    signature.update(digest);
    return Map.of(
        "KeyId",
        key.id,
        "Signature",
        encoded(signature.sign()),
        "SigningAlgorithm",
        "ECDSA_SHA_256");
  }

  private Key usable(Map<String, Object> in, String usage) throws Refusal {
    var key = key(in);
    if (!key.state.equals("Enabled")) {
      var type = key.state.equals("Disabled") ? "DisabledException" : "KMSInvalidStateException";
      throw new Refusal(type, key.id + " is " + key.state);
    }
    if (!key.usage.equals(usage)) {
      throw new Refusal("InvalidKeyUsageException", key.usage);
    }
    return key;
  }

  private Key key(Map<String, Object> in) throws Refusal {
    var name = (String) in.get("KeyId");
    var key = keys.get(name.startsWith("alias/") ? aliases.getOrDefault(name, "") : name);
    if (key == null) {
      throw new Refusal("NotFoundException", name + " is not found.");
    }
    return key;
  }

  private void only(Map<String, Object> in, String... fields) throws Refusal {
    var more = new ArrayList<>(in.keySet());
    more.removeAll(List.of(fields));
    if (!more.isEmpty()) {
      throw surprise("fields " + more);
    }
  }

  private Refusal surprise(String what) {
    surprises.add(what);
    return new Refusal("ValidationException", what);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] decoded(Object text) {
    return Base64.getDecoder().decode((String) text);
  }

  @Override
  public void close() {
    server.stop(0);
    ((ExecutorService) server.getExecutor()).shutdown();
  }
}
