package io.sallyport.proxy.authn;

import static io.sallyport.proxy.authn.TestIssuer.NOW;
import static io.sallyport.proxy.authn.TestIssuer.accepted;
import static io.sallyport.proxy.authn.TestIssuer.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import io.sallyport.policy.Claims;
import io.sallyport.policy.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a token that was seen before is still asked, and how long it is known. */
class TokenCacheTest {
  private final TestIssuer issuer = new TestIssuer();
  private final BearerAuthenticator authenticator = issuer.authenticator(IssuerProfile.RFC9068);

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void aCachedTokenIsCheckedForExpiryEachTime() {
    String token = issuer.token();
    accepted(authenticator, token);
    issuer.clock.now = NOW + 3599;
    accepted(authenticator, token);
    issuer.clock.now = NOW + 3600;
    assertThat(refused(authenticator, token).reason()).isEqualTo(Reason.EXPIRED_CREDENTIALS);
  }

  @Test
  void aCachedTokenDoesNotVouchForAnotherSignature() {
    String token = issuer.token();
    accepted(authenticator, token);
    int dot = token.lastIndexOf('.');
    byte[] signature = new Base64URL(token.substring(dot + 1)).decode();
    signature[10] ^= 1;
    assertThat(
            refused(authenticator, token.substring(0, dot + 1) + Base64URL.encode(signature))
                .getMessage())
        .contains("signature");
  }

  @Test
  void tokensInUseOutliveAFloodOfTenTimesTheBound() {
    TokenCache cache = new TokenCache(200);
    for (int i = 0; i < 20; i++) {
      cache.put("hot-" + i, verified("hot-" + i));
    }
    for (int i = 0; i < 2_000; i++) {
      cache.put("flood-" + i, verified("flood-" + i));
      assertThat(cache.size()).isLessThanOrEqualTo(200);
      String hot = "hot-" + i % 20;
      assertThat(cache.find(hot)).as("%s after %d others", hot, i).isEqualTo(verified(hot));
    }
    assertThat(cache.find("flood-0")).isNull();
    assertThat(cache.find("flood-1999")).isEqualTo(verified("flood-1999"));
  }

  @Test
  void aFloodFromManyLoopsKeepsTheBound() throws Exception {
    int loops = 8;
    TokenCache cache = new TokenCache(2_000);
    List<Callable<Void>> floods = new ArrayList<>();
    for (int loop = 0; loop < loops; loop++) {
      String name = "loop-" + loop;
      floods.add(
          () -> {
            for (int i = 0; i < 2_500; i++) {
              cache.put(name + "-" + i, verified(name));
              cache.find(name + "-" + i / 2);
              assertThat(cache.size()).isLessThanOrEqualTo(2_000 + loops);
            }
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(loops);
    try {
      for (Future<Void> flood : threads.invokeAll(floods)) {
        flood.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static TokenCache.Verified verified(String token) {
    return new TokenCache.Verified(
        new Identity("i", "u", "c", token, NOW + 3600, new Claims(Map.of())), null, 0);
  }
}
