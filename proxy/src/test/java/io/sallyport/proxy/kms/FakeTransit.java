package io.sallyport.proxy.kms;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The Transit engine of Vault and OpenBao as its HTTP API documents it, for the requests we make:
 * every field of every request is checked, and what is not expected is an answer of 400 or 405 and
 * a line in {@link #surprises}. Neither server can be had here.
 */
final class FakeTransit implements AutoCloseable {
  static final String TOKEN = "hvs.CAESIJ-token";
  private static final String MOUNT = "/v1/transit/";

  private static final class Key {
    private final String type;
    private final byte[] aes = new byte[32];
    private KeyPair pair;
    private boolean deletable;
    private boolean softDeleted;

    Key(String type) throws GeneralSecurityException {
      this.type = type;
      new SecureRandom().nextBytes(aes);
      if (type.equals("ed25519")) {
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      }
    }
  }

  private record Answer(int status, Map<String, Object> body) {
    static Answer data(Map<String, Object> data) {
      return new Answer(200, Map.of("request_id", "r", "lease_id", "", "data", data));
    }

    static Answer errors(int status, String... errors) {
      return new Answer(status, Map.of("errors", List.of(errors)));
    }
  }

  private final HttpServer server;
  private final Map<String, Key> keys = new TreeMap<>();
  final List<String> surprises = new ArrayList<>();

  /** Answers 503 to everything while it is. */
  volatile boolean sealed;

  FakeTransit() throws IOException {
    // Else its head and its body wait 40 ms for each other, in every answer.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newSingleThreadExecutor());
    server.createContext("/", this::serve);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/transit/sallyport";
  }

  synchronized void softDelete(String key) {
    keys.get(key).softDeleted = true;
  }

  /** The keys there are. */
  synchronized List<String> names() {
    return List.copyOf(keys.keySet());
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Answer answer;
      try {
        answer = answer(exchange, body);
      } catch (GeneralSecurityException | RuntimeException | ParseException e) {
        answer = Answer.errors(400, e.toString());
      }
      if (answer.status == 204) {
        exchange.sendResponseHeaders(204, -1);
        return;
      }
      var text = JSONObjectUtils.toJSONString(answer.body).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status, text.length);
      exchange.getResponseBody().write(text);
    }
  }

  private synchronized Answer answer(HttpExchange exchange, String body)
      throws GeneralSecurityException, ParseException {
    var headers = exchange.getRequestHeaders();
    if (sealed) {
      return Answer.errors(503, "Vault is sealed");
    }
    if (!TOKEN.equals(headers.getFirst("X-Vault-Token"))) {
      return Answer.errors(403, "permission denied");
    }
    if (!"true".equals(headers.getFirst("X-Vault-Request"))) {
      return surprise("no X-Vault-Request");
    }
    var uri = exchange.getRequestURI().toString();
    if (!uri.startsWith(MOUNT)) {
      return surprise("path " + uri);
    }
    var method = exchange.getRequestMethod();
    var path = List.of(uri.substring(MOUNT.length()).split("/", -1));
    if (!method.equals("POST") && !body.isEmpty()) {
      return surprise("a body with " + method);
    }
    Map<String, Object> given = body.isEmpty() ? Map.of() : JSONObjectUtils.parse(body);
    if (path.equals(List.of("keys?list=true")) && method.equals("GET")) {
      return keys.isEmpty() ? Answer.errors(404) : Answer.data(Map.of("keys", names()));
    }
    var name = path.size() < 2 ? "" : path.get(1);
    return switch (method + " " + path.get(0) + (path.size() == 3 ? "/" + path.get(2) : "")) {
      case "GET keys" -> read(keys.get(name));
      case "POST keys" -> make(name, given);
      case "POST keys/config" -> config(keys.get(name), given);
      case "DELETE keys" -> delete(name);
      case "POST encrypt" -> encrypt(keys.get(name), given);
      case "POST decrypt" -> decrypt(keys.get(name), given);
      case "POST sign" -> sign(keys.get(name), given);
      default -> surprise(method + " " + uri);
    };
  }

  private Answer surprise(String what) {
    surprises.add(what);
    return Answer.errors(405, "unsupported: " + what);
  }

  private Answer exactly(Map<String, Object> given, String... members) {
    return given.keySet().equals(Set.of(members))
        ? null
        : surprise("members " + given.keySet() + " instead of " + Arrays.toString(members));
  }

  private static Answer read(Key key) {
    if (key == null) {
      return Answer.errors(404);
    }
    Map<String, Object> data = new HashMap<>();
    data.put("type", key.type);
    data.put("latest_version", 1);
    data.put("deletion_allowed", key.deletable);
    data.put("soft_deleted", key.softDeleted);
    data.put(
        "keys",
        key.pair == null
            ? Map.of("1", 1795000000)
            : Map.of("1", Map.of("name", "ed25519", "public_key", raw(key.pair))));
    return Answer.data(data);
  }

  private static String raw(KeyPair pair) {
    var info = pair.getPublic().getEncoded();
    return b64(Arrays.copyOfRange(info, info.length - 32, info.length));
  }

  private Answer make(String name, Map<String, Object> given) throws GeneralSecurityException {
    var wrong = exactly(given, "type", "exportable", "allow_plaintext_backup");
    if (wrong != null) {
      return wrong;
    }
    if (given.get("exportable") != Boolean.FALSE
        || given.get("allow_plaintext_backup") != Boolean.FALSE
        || !Set.of("aes256-gcm96", "ed25519").contains(given.get("type"))
        || keys.containsKey(name)) {
      return surprise("key " + name + " " + given);
    }
    keys.put(name, new Key((String) given.get("type")));
    return read(keys.get(name));
  }

  private Answer config(Key key, Map<String, Object> given) {
    var wrong = exactly(given, "deletion_allowed");
    if (wrong != null || key == null) {
      return wrong != null ? wrong : Answer.errors(400, "no existing key named");
    }
    key.deletable = given.get("deletion_allowed") == Boolean.TRUE;
    return read(key);
  }

  private Answer delete(String name) {
    var key = keys.get(name);
    if (key == null || !key.deletable) {
      return Answer.errors(400, "deletion is not allowed for this key");
    }
    keys.remove(name);
    return new Answer(204, Map.of());
  }

  private Answer encrypt(Key key, Map<String, Object> given) throws GeneralSecurityException {
    var wrong = exactly(given, "plaintext", "associated_data");
    if (wrong != null) {
      return wrong;
    }
    if (key == null) {
      // With the policy that we ask for, the engine does not make it.
      return Answer.errors(403, "permission denied");
    }
    if (key.softDeleted || !key.type.equals("aes256-gcm96")) {
      return Answer.errors(400, "key cannot encrypt");
    }
    var nonce = new byte[12];
    new SecureRandom().nextBytes(nonce);
    var sealed = gcm(Cipher.ENCRYPT_MODE, key, nonce, given, bytes(given, "plaintext"));
    var all = ByteBuffer.allocate(12 + sealed.length).put(nonce).put(sealed).array();
    return Answer.data(Map.of("ciphertext", "vault:v1:" + b64(all), "key_version", 1));
  }

  private Answer decrypt(Key key, Map<String, Object> given) throws GeneralSecurityException {
    var wrong = exactly(given, "ciphertext", "associated_data");
    if (wrong != null) {
      return wrong;
    }
    var text = (String) given.get("ciphertext");
    if (key == null || key.softDeleted || !text.startsWith("vault:v1:")) {
      return Answer.errors(400, "encryption key not found, or invalid ciphertext");
    }
    var all = Base64.getDecoder().decode(text.substring("vault:v1:".length()));
    if (!b64(all).equals(text.substring("vault:v1:".length()))) {
      return Answer.errors(400, "invalid ciphertext");
    }
    var nonce = Arrays.copyOf(all, 12);
    var plain =
        gcm(Cipher.DECRYPT_MODE, key, nonce, given, Arrays.copyOfRange(all, 12, all.length));
    return Answer.data(Map.of("plaintext", b64(plain)));
  }

  private static byte[] gcm(int mode, Key key, byte[] nonce, Map<String, Object> given, byte[] in)
      throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key.aes, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(bytes(given, "associated_data"));
    return cipher.doFinal(in);
  }

  private Answer sign(Key key, Map<String, Object> given) throws GeneralSecurityException {
    var wrong = exactly(given, "input", "key_version");
    if (wrong != null) {
      return wrong;
    }
    if (key == null || key.pair == null || ((Number) given.get("key_version")).intValue() != 1) {
      return Answer.errors(400, "key cannot sign");
    }
    var signature = Signature.getInstance("Ed25519");
    signature.initSign(key.pair.getPrivate());
    signature.update(bytes(given, "input"));
    return Answer.data(Map.of("signature", "vault:v1:" + b64(signature.sign()), "key_version", 1));
  }

  private static byte[] bytes(Map<String, Object> given, String member) {
    return Base64.getDecoder().decode((String) given.get(member));
  }

  private static String b64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    ((java.util.concurrent.ExecutorService) server.getExecutor()).shutdownNow();
  }
}
