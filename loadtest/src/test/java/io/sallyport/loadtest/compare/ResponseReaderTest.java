package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ResponseReaderTest {
  private static final byte[] BODY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final String WHOLE =
      "HTTP/1.1 200 OK\r\nServer: x\r\nContent-length: 16\r\n\r\n0123456789abcdef";
  private static final String CHUNKED =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "A\r\n0123456789\r\n6\r\nabcdef\r\n0\r\nX-Trailer: y\r\n\r\n";

  @Test
  void bodyIsTheSameHoweverItIsFramedAndCut() throws IOException {
    Expected expected = Expected.of(200, BODY);
    for (String response : new String[] {WHOLE, CHUNKED}) {
      for (int cut = 0; cut < response.length(); cut++) {
        ResponseReader reader = new ResponseReader(true);
        assertThat(reader.read(bytes(response.substring(0, cut)))).as("cut at %d", cut).isFalse();
        assertThat(reader.read(bytes(response.substring(cut)))).as("cut at %d", cut).isTrue();
        assertThat(expected.problem(reader.status(), reader.length(), reader.checksum())).isNull();
        assertThat(reader.body()).isEqualTo(BODY);
      }
    }
  }

  @Test
  void oneByteAtATimeAndOneAnswerAfterAnother() throws IOException {
    ResponseReader reader = new ResponseReader(false);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < CHUNKED.length(); i++) {
        boolean whole = reader.read(bytes(CHUNKED.substring(i, i + 1)));
        assertThat(whole).isEqualTo(i == CHUNKED.length() - 1);
      }
      assertThat(reader.checksum()).isEqualTo(Expected.of(200, BODY).checksum());
      reader.reset();
    }
  }

  @Test
  void whatBelongsToTheNextAnswerIsLeft() throws IOException {
    ByteBuf two = bytes(WHOLE + "HTTP/1.1 500 ");
    assertThat(new ResponseReader(false).read(two)).isTrue();
    assertThat(two.toString(StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 500 ");
  }

  @Test
  void serverThatClosesIsHeard() throws IOException {
    ResponseReader reader = new ResponseReader(false);
    reader.read(bytes("HTTP/1.1 401 No\r\nCONNECTION: Close\r\nContent-Length: 0\r\n\r\n"));
    assertThat(reader.closes()).isTrue();
    assertThat(reader.status()).isEqualTo(401);
  }

  @Test
  void whatIsNoResponseIsAnError() {
    for (String wrong :
        new String[] {
          "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nServer: endless\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
          "HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000)
        }) {
      assertThatThrownBy(() -> new ResponseReader(false).read(bytes(wrong)))
          .as(wrong.substring(0, 30))
          .isInstanceOf(IOException.class);
    }
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }
}
