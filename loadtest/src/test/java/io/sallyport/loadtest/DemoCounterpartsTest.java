package io.sallyport.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoCounterpartsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void readAnswersThePatientWithItsVersion() throws Exception {
    try (DemoEhr ehr = DemoEhr.start(0)) {
      var response = get(ehr.base() + "/Patient/" + DemoEhr.PATIENT);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("etag")).contains("W/\"1\"");
      assertThat(JSON.readTree(response.body()).path("id").asText()).isEqualTo(DemoEhr.PATIENT);
      assertThat(get(ehr.base() + "/Patient/" + DemoEhr.PATIENT + "/_history/1").statusCode())
          .isEqualTo(200);
      assertThat(ehr.requests()).hasSize(2);
      assertThat(ehr.requests().get(0).uri()).isEqualTo("/fhir/Patient/demo-patient");
    }
  }

  @Test
  void nextLinksLeadToEveryMatchOnce() throws Exception {
    try (DemoEhr ehr = DemoEhr.start(0)) {
      String next = ehr.base() + "/Observation?patient=" + DemoEhr.PATIENT + "&_count=3";
      Set<String> ids = new HashSet<>();
      int total = -1;
      for (int page = 0; next != null && page < 100; page++) {
        JsonNode bundle = JSON.readTree(get(next).body());
        total = bundle.path("total").asInt();
        for (JsonNode entry : bundle.path("entry")) {
          assertThat(ids.add(entry.path("fullUrl").asText())).isTrue();
          assertThat(entry.at("/resource/subject/reference").asText())
              .isEqualTo("Patient/demo-patient");
        }
        next = null;
        for (JsonNode link : bundle.path("link")) {
          next = link.path("relation").asText().equals("next") ? link.path("url").asText() : next;
        }
      }
      assertThat(ids).hasSize(total).hasSizeGreaterThan(3);
    }
  }

  @Test
  void whatIsFoundIsSortedByWhatIsAskedFor() throws Exception {
    try (DemoEhr ehr = DemoEhr.start(0)) {
      List<String> ids = sorted(ehr, "_id");
      assertThat(ids).hasSizeGreaterThan(3).isSorted();
      List<String> down = new ArrayList<>(ids);
      Collections.reverse(down);
      assertThat(sorted(ehr, "-_id")).isEqualTo(down).isNotEqualTo(ids);
      List<String> byGender = new ArrayList<>(sorted(ehr, "gender,_id"));
      assertThat(byGender).isNotEqualTo(ids).containsExactlyInAnyOrderElementsOf(ids);
      List<String> women = ids(get(ehr.base() + "/Patient?gender=female&_sort=_id&_count=100"));
      assertThat(byGender.subList(0, women.size())).isEqualTo(women).isSorted();
      assertThat(get(ehr.base() + "/Patient?_sort=shoe-size").statusCode()).isEqualTo(400);
      JsonNode page = JSON.readTree(get(ehr.base() + "/Patient?_sort=-_id&_count=1").body());
      assertThat(page.at("/link/0/url").asText()).contains("_sort=-_id");
      assertThat(ids(get(page.at("/link/1/url").asText()))).containsExactly(down.get(1));
    }
  }

  private List<String> sorted(DemoEhr ehr, String by) throws Exception {
    return ids(get(ehr.base() + "/Patient?_count=100&_sort=" + by));
  }

  private static List<String> ids(HttpResponse<String> bundle) throws Exception {
    List<String> ids = new ArrayList<>();
    JSON.readTree(bundle.body())
        .path("entry")
        .forEach(entry -> ids.add(entry.at("/resource/id").asText()));
    return ids;
  }

  @Test
  void searchByPostAnswersAsSearchByGet() throws Exception {
    try (DemoEhr ehr = DemoEhr.start(0)) {
      var post =
          HttpRequest.newBuilder(URI.create(ehr.base() + "/Patient/_search"))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString("gender=female"))
              .build();
      var posted = client.send(post, HttpResponse.BodyHandlers.ofString());
      assertThat(posted.body()).isEqualTo(get(ehr.base() + "/Patient?gender=female").body());
    }
  }

  @Test
  void errorsNameTheInternalAddress() throws Exception {
    try (DemoEhr ehr = DemoEhr.start(0)) {
      assertThat(get(ehr.base() + "/Patient/nobody").statusCode()).isEqualTo(404);
      var unknown = get(ehr.base() + "/Patient?shoe-size=44");
      assertThat(unknown.statusCode()).isEqualTo(400);
      assertThat(JSON.readTree(unknown.body()).at("/issue/0/diagnostics").asText())
          .contains(ehr.base());
    }
  }

  @Test
  void mintedTokensVerifyAgainstThePublishedKeys() throws Exception {
    try (DemoIssuer issuer = DemoIssuer.start(0, "https://localhost", null)) {
      JsonNode metadata =
          JSON.readTree(get(issuer.issuer() + "/.well-known/openid-configuration").body());
      JWKSet keys = JWKSet.parse(get(metadata.path("jwks_uri").asText()).body());
      SignedJWT token =
          SignedJWT.parse(
              issuer.mint("u1", Map.of("roles", List.of("nurse")), Duration.ofHours(12)));
      var key = keys.getKeyByKeyId(token.getHeader().getKeyID());
      assertThat(key.isPrivate()).isFalse();
      assertThat(token.verify(new RSASSAVerifier(key.toRSAKey()))).isTrue();
      assertThat(token.getHeader().getType().getType()).isEqualTo("at+jwt");
      assertThat(token.getJWTClaimsSet().getStringListClaim("roles")).containsExactly("nurse");
      assertThat(token.getJWTClaimsSet().getIssuer()).isEqualTo(metadata.path("issuer").asText());
    }
  }

  @Test
  void writtenKeyStartsTheSameIssuerAgain(@TempDir Path dir) throws Exception {
    String kid;
    try (DemoIssuer issuer = DemoIssuer.start(0, "a", null)) {
      issuer.writeTo(dir);
      kid = issuer.keyId();
      assertThat(JSON.readTree(dir.resolve("issuer.json").toFile()).path("kid").asText())
          .isEqualTo(kid);
    }
    try (DemoIssuer again =
        DemoIssuer.start(0, "a", DemoIssuer.readKey(dir.resolve("issuer.pem")))) {
      assertThat(again.keyId()).isEqualTo(kid);
      assertThat(again.mint("u", Map.of(), Duration.ofMinutes(1))).isNotEmpty();
    }
  }

  private HttpResponse<String> get(String uri) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
