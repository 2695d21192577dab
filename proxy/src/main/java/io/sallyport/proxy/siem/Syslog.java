package io.sallyport.proxy.siem;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.BreakGlass;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.Notice;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import java.io.ByteArrayOutputStream;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A syslog message (RFC 5424) in octet-counting frames (RFC 5425 section 4.3.1). Structured data
 * holds what tells the record from every other and proves it; 32473 is the enterprise number kept
 * for documentation (RFC 5612), this product having none.
 */
final class Syslog {
  private static final int FACILITY_AUDIT = 13;
  private static final int CRITICAL = 2;
  private static final int WARNING = 4;
  private static final int INFORMATIONAL = 6;

  // RFC 5424 section 6.2.3: at most six digits of a second's fraction.
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final String host;
  private final long pid;

  /**
   * @param host what to be called: {@code -} where it is unknown
   */
  Syslog(String host, long pid) {
    this.host = ascii(host, 255);
    this.pid = pid;
  }

  /** The length in bytes, a space, and the message. */
  byte[] frame(Event event, String text) {
    var message =
        "<"
            + (FACILITY_AUDIT * 8 + severity(event.entry()))
            + ">1 "
            + TIME.format(event.time())
            + " "
            + host
            + " sallyport "
            + pid
            + " "
            + ascii(event.kind(), 32)
            + " [sallyport@32473 origin=\""
            + parameter(event.origin())
            + "\" seq=\""
            + event.seq()
            + "\" leaf=\""
            + event.leaf()
            + "\"] ";
    var bytes = message.getBytes(UTF_8);
    var body = text.getBytes(UTF_8);
    // No byte order mark (MSG-ANY of RFC 5424 section 6.4): those who parse JSON stumble over it.
    var frame = new ByteArrayOutputStream(bytes.length + body.length + 8);
    frame.writeBytes(((bytes.length + body.length) + " ").getBytes(UTF_8));
    frame.writeBytes(bytes);
    frame.writeBytes(body);
    return frame.toByteArray();
  }

  private static int severity(JournalEntry entry) {
    if (entry instanceof Alert || entry instanceof Notice || entry instanceof BreakGlass) {
      return CRITICAL;
    }
    boolean denied = entry instanceof Refused || entry instanceof Intent i && !i.permitted();
    return denied ? WARNING : INFORMATIONAL;
  }

  private static String ascii(String text, int most) {
    var clean = text.codePoints().map(c -> c > ' ' && c < 127 ? c : '_').limit(most);
    var made =
        clean
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return made.isEmpty() ? "-" : made;
  }

  // RFC 5424 section 6.3.3.
  private static String parameter(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("]", "\\]");
  }
}
