package io.sallyport.proxy.authn;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Fetches small JSON documents: bounded in size and time, no redirects. Blocks; not for loops. */
final class JsonFetcher {
  private static final int BYTES_MAX = 256 << 10;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient client;

  /**
   * @param trust PEM of CAs; null for the JDK's
   */
  JsonFetcher(Path trust) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER);
    client = (trust == null ? builder : builder.sslContext(trusting(trust))).build();
  }

  String get(URI uri) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).GET().build();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(
            request,
            HttpResponse.BodyHandlers.ofByteArrayConsumer(
                chunk -> chunk.ifPresent(bytes -> take(body, bytes))));
    try {
      // In total: the request's own timeout ends at the headers, and a body can drip for ever.
      HttpResponse<Void> response = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IOException("status " + response.statusCode());
      }
      return body.toString(StandardCharsets.UTF_8);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
    } catch (ExecutionException failure) {
      throw new IOException(failure.getCause().getMessage(), failure.getCause());
    } catch (TimeoutException late) {
      throw new IOException("did not arrive within " + TIMEOUT.toSeconds() + " s", late);
    } finally {
      answer.cancel(true);
    }
  }

  private static void take(ByteArrayOutputStream body, byte[] bytes) {
    if (body.size() + bytes.length > BYTES_MAX) {
      throw new IllegalStateException("document is over 256 KiB");
    }
    body.writeBytes(bytes);
  }

  private static SSLContext trusting(Path pem) {
    try (InputStream in = Files.newInputStream(pem)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int n = 0;
      for (Certificate ca : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + n++, ca);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException failure) {
      throw new IllegalArgumentException("cannot use the CAs in " + pem, failure);
    }
  }
}
