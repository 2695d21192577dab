package io.sallyport.loadtest.compare;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Reads one HTTP/1.1 response after another and keeps no body: its length and checksum. As little
 * work as checking every byte allows, because what is measured is somebody else.
 */
final class ResponseReader {
  private static final int HEAD_MAX = 16 << 10;

  private enum At {
    HEAD,
    BODY,
    SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER,
    DONE
  }

  private final byte[] head = new byte[HEAD_MAX];
  private final CRC32C crc = new CRC32C();
  private final ByteArrayOutputStream kept;
  private At at = At.HEAD;
  private int headLength;
  private int lineLength;
  private long left;
  private long size;
  private long length;
  private int status;
  private boolean closes;

  /**
   * @param keep whether the body is kept, for a first look
   */
  ResponseReader(boolean keep) {
    kept = keep ? new ByteArrayOutputStream() : null;
  }

  /** Takes what belongs to the response; true when it is whole. */
  boolean read(ByteBuf in) throws IOException {
    while (at != At.DONE && in.isReadable()) {
      switch (at) {
        case HEAD -> head(in);
        case BODY, CHUNK -> body(in);
        default -> framing(in.readByte());
      }
    }
    return at == At.DONE;
  }

  /** Makes ready for the next response. */
  void reset() {
    at = At.HEAD;
    headLength = 0;
    lineLength = 0;
    length = 0;
    closes = false;
    crc.reset();
    if (kept != null) {
      kept.reset();
    }
  }

  int status() {
    return status;
  }

  long length() {
    return length;
  }

  long checksum() {
    return crc.getValue();
  }

  /** Whether the server said that it closes the connection. */
  boolean closes() {
    return closes;
  }

  byte[] body() {
    return kept.toByteArray();
  }

  private void head(ByteBuf in) throws IOException {
    while (in.isReadable()) {
      if (headLength == HEAD_MAX) {
        throw new IOException("a response head of over 16 KiB");
      }
      byte b = in.readByte();
      head[headLength++] = b;
      if (b == '\n' && headLength >= 4 && head[headLength - 3] == '\n') {
        understand();
        return;
      }
    }
  }

  private void understand() throws IOException {
    if (headLength < 15 || !starts(0, "http/1.1 ")) {
      throw new IOException("no HTTP/1.1 response");
    }
    status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
    long announced = -1;
    boolean chunked = false;
    for (int i = 0; i < headLength - 2; i++) {
      if (head[i] != '\n') {
        continue;
      }
      int line = i + 1;
      if (starts(line, "content-length:")) {
        announced = Long.parseLong(value(line + 15));
      } else if (starts(line, "transfer-encoding:")) {
        chunked = value(line + 18).equalsIgnoreCase("chunked");
      } else if (starts(line, "connection:")) {
        closes = value(line + 11).equalsIgnoreCase("close");
      }
    }
    if (announced < 0 && !chunked) {
      throw new IOException("a response whose end is not announced");
    }
    left = announced;
    size = 0;
    at = chunked ? At.SIZE : announced == 0 ? At.DONE : At.BODY;
  }

  private boolean starts(int from, String lowerCase) {
    if (from + lowerCase.length() > headLength) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      int b = head[from + i];
      if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String value(int from) {
    int end = from;
    while (head[end] != '\r' && head[end] != '\n') {
      end++;
    }
    return new String(head, from, end - from, StandardCharsets.ISO_8859_1).strip();
  }

  private void body(ByteBuf in) throws IOException {
    int take = (int) Math.min(left, in.readableBytes());
    if (kept != null) {
      in.getBytes(in.readerIndex(), kept, take);
    }
    crc.update(in.nioBuffer(in.readerIndex(), take));
    in.skipBytes(take);
    length += take;
    left -= take;
    if (left == 0) {
      at = at == At.BODY ? At.DONE : At.CHUNK_END;
    }
  }

  /** Everything of chunked framing but the data itself. */
  private void framing(byte b) throws IOException {
    if (at == At.SIZE) {
      int digit = Character.digit(b, 16);
      if (digit >= 0) {
        size = (size << 4) + digit;
      } else if (b == '\n') {
        left = size;
        size = 0;
        at = left == 0 ? At.TRAILER : At.CHUNK;
      } else if (b != '\r') {
        throw new IOException("a chunk size that is no number");
      }
    } else if (b == '\n') {
      at = at == At.CHUNK_END ? At.SIZE : lineLength == 0 ? At.DONE : At.TRAILER;
      lineLength = 0;
    } else if (b != '\r') {
      if (at == At.CHUNK_END) {
        throw new IOException("a chunk longer than its size");
      }
      lineLength++;
    }
  }
}
