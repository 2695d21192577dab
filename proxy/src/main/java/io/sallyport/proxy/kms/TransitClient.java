package io.sallyport.proxy.kms;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Speaks to a Transit engine: small JSON requests, bounded in size and in total time, no redirects.
 * Blocks. The token is in a header and in no message.
 */
final class TransitClient {
  private static final int BYTES_MAX = 256 << 10;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int NOT_FOUND = 404;

  private final URI mount;
  private final char[] token;
  private final HttpClient http;

  /**
   * @param mount as {@code https://vault.internal:8200/v1/transit}
   * @param ca PEM of CAs; null for the JDK's
   */
  TransitClient(URI mount, Path ca, char[] token) {
    this.mount = mount;
    this.token = token.clone();
    var builder =
        HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER);
    http = (ca == null ? builder : builder.sslContext(trusting(ca))).build();
  }

  /** The {@code data} of an answer, empty for one without; null for 404. */
  Map<String, Object> get(String path) {
    return ask("GET", path, null);
  }

  /** The same of a request with a body. */
  Map<String, Object> post(String path, Map<String, Object> body) {
    return ask("POST", path, JSONObjectUtils.toJSONString(body));
  }

  Map<String, Object> delete(String path) {
    return ask("DELETE", path, null);
  }

  private Map<String, Object> ask(String method, String path, String body) {
    var what = method + " " + mount + "/" + path;
    var request =
        HttpRequest.newBuilder(URI.create(mount + "/" + path))
            .timeout(TIMEOUT)
            .header("X-Vault-Token", new String(token))
            .header("X-Vault-Request", "true")
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    var text = new ByteArrayOutputStream();
    var answer =
        http.sendAsync(
            request,
            HttpResponse.BodyHandlers.ofByteArrayConsumer(
                chunk -> chunk.ifPresent(bytes -> take(text, bytes))));
    try {
      // In total: the request's own timeout ends at the headers, and a body can drip for ever.
      int status = answer.get(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      return data(what, status, text.toString(StandardCharsets.UTF_8));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new KmsException(what + ": interrupted", stopped);
    } catch (ExecutionException failure) {
      throw new KmsException(what + ": " + failure.getCause(), failure.getCause());
    } catch (TimeoutException late) {
      throw new KmsException(what + ": no answer in time", late);
    } finally {
      answer.cancel(true);
    }
  }

  private static void take(ByteArrayOutputStream body, byte[] bytes) {
    if (body.size() + bytes.length > BYTES_MAX) {
      throw new IllegalStateException("an answer over 256 KiB");
    }
    body.writeBytes(bytes);
  }

  private static Map<String, Object> data(String what, int status, String text) {
    if (status == 204) {
      return Map.of();
    }
    Map<String, Object> read;
    try {
      read = text.isEmpty() ? Map.of() : JSONObjectUtils.parse(text, BYTES_MAX);
      if (status == 200) {
        var data = JSONObjectUtils.getJSONObject(read, "data");
        return data == null ? Map.of() : data;
      }
    } catch (ParseException e) {
      throw new KmsException(what + ": " + status + " with what is no JSON object", null);
    }
    if (status == NOT_FOUND) {
      return null;
    }
    throw new KmsException(what + ": " + status + errors(read) + help(status), null);
  }

  // What the service says of its own; it repeats nothing secret.
  private static String errors(Map<String, Object> read) {
    return read.get("errors") instanceof List<?> errors && !errors.isEmpty()
        ? " (" + errors.stream().map(String::valueOf).collect(Collectors.joining("; ")) + ")"
        : "";
  }

  private static String help(int status) {
    return switch (status) {
      case 403 -> ": the token is not valid any more, or its policy does not allow this";
      case 503 -> ": the service is sealed or in maintenance";
      default -> "";
    };
  }

  private static SSLContext trusting(Path pem) {
    try (var in = Files.newInputStream(pem)) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int n = 0;
      for (var ca : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + n++, ca);
      }
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new KmsException("cannot use the CAs in " + pem, e);
    }
  }

  void close() {
    Arrays.fill(token, ' ');
  }

  @Override
  public String toString() {
    return mount.toString();
  }
}
