package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record system that tells more than it is asked, byte by byte, behind the real appliance. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeakyUpstreamTest {
  private static final String PATIENT =
      "{\"resourceType\":\"Patient\",\"id\":\"1\",\"active\":true}";

  private volatile String response = "";
  private ScriptedUpstream ehr;
  private RunningAppliance appliance;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    ehr =
        new ScriptedUpstream(
            call -> {
              call.write(response);
              call.socket().close();
            });
    appliance = new RunningAppliance(dir, ehr.base(), "", "");
  }

  @AfterAll
  void stop() throws Exception {
    appliance.close();
    ehr.close();
  }

  private String get(String answered) throws Exception {
    response = answered.replace("~", "\r\n");
    try (Caller caller = appliance.call()) {
      return caller.get("/Patient/1");
    }
  }

  private static String ok(String heads, String body) {
    return "HTTP/1.1 200 OK~Content-Type: application/fhir+json~Content-Length: "
        + body.length()
        + "~"
        + heads
        + "~"
        + body;
  }

  @Test
  @Tag("F6")
  void noHeaderOfTheRecordSystemComesThrough() throws Exception {
    String got =
        get(
            ok(
                "ETag: W/\"canary\"~Last-Modified: Mon, 01 Jan 2001 00:00:00 GMT~Content-MD5: canary~"
                    + "Digest: sha-256=canary~Repr-Digest: sha-256=:canary:~Location: http://canary/~"
                    + "Content-Location: http://canary/~Link: <canary>~Set-Cookie: canary=1~X-Canary: 1~"
                    + "Server: canary~X-Security-Context: canary~Warning: 199 canary~X-Request-Id: canary~"
                    + "Content-Disposition: canary~X-Powered-By: canary~Via: canary~Age: 7~"
                    + "Access-Control-Allow-Origin: canary~WWW-Authenticate: canary~Retry-After: 77~",
                PATIENT));
    assertThat(got).startsWith("HTTP/1.1 200 ").contains("\"active\":true");
    assertThat(got.toLowerCase(Locale.ROOT)).doesNotContain("canary", "2001", "set-cookie");
    String head = got.substring(0, got.indexOf("\r\n\r\n"));
    assertThat(head.lines().skip(1).map(line -> line.split(":")[0]))
        .isSubsetOf(
            "Content-Type",
            "Content-Length",
            "Cache-Control",
            "Vary",
            "X-Request-Id",
            "X-Content-Type-Options",
            "Strict-Transport-Security",
            "Accept-Ranges",
            "Date");
  }

  @Test
  @Tag("F6")
  void neitherTrailersNorInterimAnswersComeThrough() throws Exception {
    String chunked =
        "HTTP/1.1 103 Early Hints~Link: <canary>~~HTTP/1.1 200 OK~Content-Type: application/fhir+json~"
            + "Transfer-Encoding: chunked~Trailer: X-Canary~~"
            + Integer.toHexString(PATIENT.length())
            + "~"
            + PATIENT
            + "~0~X-Canary: canary~~";
    assertThat(get(chunked).toLowerCase(Locale.ROOT)).doesNotContain("canary");
    assertThat(get(chunked.substring(chunked.indexOf("HTTP/1.1 200"))).toLowerCase(Locale.ROOT))
        .doesNotContain("canary");
  }

  @ParameterizedTest
  @Tag("F1")
  @ValueSource(
      strings = {
        "application/fhir+xml",
        "application/xml",
        "text/turtle",
        "text/html",
        "application/x-turtle",
        "application/pdf",
        "application/fhir+ndjson",
        "multipart/related",
        "application/json; charset=utf-16",
        "application/octet-stream",
        ""
      })
  void anotherFormatThanOursIsNoAnswer(String type) throws Exception {
    String got = get("HTTP/1.1 200 OK~Content-Type: " + type + "~Content-Length: 6~~canary");
    assertThat(got).startsWith("HTTP/1.1 502 ").doesNotContain("canary");
  }

  @ParameterizedTest
  @Tag("F2")
  @ValueSource(strings = {"gzip", "br", "zstd", "deflate", "gzip, gzip", "x-gzip", "canary"})
  void anEncodedBodyIsNoAnswer(String encoding) throws Exception {
    String got = get(ok("Content-Encoding: " + encoding + "~", PATIENT));
    assertThat(got).startsWith("HTTP/1.1 502 ").doesNotContain("active", "canary");
  }

  @Test
  @Tag("F5")
  void aPartOfABodyIsNoAnswer() throws Exception {
    String got =
        get(
            ok("Content-Range: bytes 0-" + (PATIENT.length() - 1) + "/999~", PATIENT)
                .replace("200 OK", "206 Partial Content"));
    assertThat(got).startsWith("HTTP/1.1 502 ").doesNotContain("active");
  }

  @Test
  @Tag("F8")
  void aRedirectionIsNotFollowedAndNotTold() throws Exception {
    String got = get("HTTP/1.1 302 Found~Location: http://store/canary~Content-Length: 0~~");
    assertThat(got).startsWith("HTTP/1.1 502 ").doesNotContain("canary", "Location");
  }

  /**
   * What callers send beside the request line changes nothing of what the record system is asked.
   */
  @Test
  @Tag("F4")
  @Tag("F9")
  @Tag("F15")
  @Tag("E6")
  void theRecordSystemIsAskedByUsAndNotByTheCaller() throws Exception {
    response = ok("", PATIENT).replace("~", "\r\n");
    String more =
        "X-HTTP-Method-Override: DELETE\r\nX-HTTP-Method: PUT\r\nX-Method-Override: DELETE\r\n"
            + "Range: bytes=0-3\r\nIf-Range: \"1\"\r\nAccept-Encoding: gzip, br\r\nCookie: canary=1\r\n"
            + "X-Forwarded-For: 10.0.0.1\r\nForwarded: for=canary\r\nX-Original-URL: /fhir/canary\r\n"
            + "Prefer: respond-async\r\nAccept: application/fhir+json;fhirVersion=4.0\r\n";
    try (Caller caller = appliance.call()) {
      int before = ehr.calls().size();
      String whole = caller.get("/Patient/1", more);
      assertThat(whole)
          .startsWith("HTTP/1.1 200 ")
          .doesNotContain("Content-Encoding", "Content-Range");
      String asked = ehr.calls().get(before).head();
      assertThat(asked)
          .startsWith("GET /fhir/Patient/1 HTTP/1.1\r\n")
          .contains("Accept-Encoding: identity", "Prefer: handling=strict")
          .doesNotContain("Override", "Method", "Range", "canary", "Forwarded", "async", "Cookie");
      int length =
          whole.substring(whole.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8).length;
      assertThat(whole).contains("Content-Length: " + length);
    }
  }
}
