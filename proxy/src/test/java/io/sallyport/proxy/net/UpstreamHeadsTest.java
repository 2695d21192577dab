package io.sallyport.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sallyport.proxy.exchange.UpstreamTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamHeadsTest {
  private static UpstreamTarget target(String authorization) {
    return new UpstreamTarget(
        "ehr",
        "http://ehr.internal:8080/fhir",
        "ehr.internal",
        8080,
        false,
        "/fhir",
        authorization,
        4,
        List.of(),
        1000,
        1000,
        1000,
        1 << 20);
  }

  private static String request(String authorization, String uri, String id) {
    ByteBuf bytes =
        new UpstreamHeads(target(authorization)).request(UnpooledByteBufAllocator.DEFAULT, uri, id);
    try {
      return bytes.toString(StandardCharsets.ISO_8859_1);
    } finally {
      bytes.release();
    }
  }

  @Test
  @Tag("F9")
  void theRequestIsWhatWeWriteAndNothingElse() {
    assertThat(request("", "/fhir/Patient/1?a=%20", "r-1"))
        .isEqualTo(
            "GET /fhir/Patient/1?a=%20 HTTP/1.1\r\nHost: ehr.internal:8080\r\n"
                + "Accept: application/fhir+json\r\nAccept-Encoding: identity\r\n"
                + "User-Agent: Sallyport\r\nPrefer: handling=strict\r\nX-Request-Id: r-1\r\n\r\n");
    assertThat(request("Bearer a b", "/", "r")).contains("\r\nAuthorization: Bearer a b\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a b",
        "/a\r\nX: y",
        "/a\n",
        "/\u0000",
        "/\u007f",
        "/\u00e9",
        "/\u0120", // its low byte is a space
        "/\u010a" // and this one's a line feed
      })
  void nothingCanEndALineEarly(String part) {
    assertThatThrownBy(() -> request("", part, "r")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> request("", "/", part)).isInstanceOf(IllegalArgumentException.class);
    if (!part.equals("/a b")) {
      assertThatThrownBy(() -> request(part, "/", "r"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
