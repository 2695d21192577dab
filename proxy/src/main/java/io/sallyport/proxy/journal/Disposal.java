package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The certificate of a disposal: a note signed by the identity, body of a {@link
 * FrameType#DISPOSAL} frame, in clear. It says nothing about anybody but those who asked and
 * approved.
 *
 * <pre>
 * sallyport disposal 1
 * auditlog.local/6f1c…
 * state destroyed
 * begun 4711           the record that said it would be done
 * service pkcs12:0f…: absent
 * opened-no-more 2880  data keys that were tried
 * time 2033-01-02T10:00:00Z
 * method cryptographic erase, NIST SP 800-88
 * approver VKEY
 * approver VKEY
 * &gt; the request as they signed it
 *
 * — the identity
 * </pre>
 *
 * @param begun record number; -1 in the one that begins
 * @param service what the key service said
 * @param tried data keys that did not open any more when they were tried; 0 before
 * @param approvers verifier keys
 * @param request as signed
 */
record Disposal(
    String origin,
    State state,
    long begun,
    String service,
    long tried,
    Instant time,
    List<String> approvers,
    String request) {
  private static final String TITLE = "sallyport disposal 1";
  private static final String METHOD = "cryptographic erase, NIST SP 800-88";
  private static final String APPROVER = "approver ";
  private static final String QUOTE = "> ";

  /** How far it is. */
  enum State {
    /** It is decided, and the key is about to be destroyed. */
    BEGUN,
    /** Nobody can use the key any more, but the service will keep it for a while. */
    SCHEDULED,
    /** There is no such key any more. */
    DESTROYED,
    /** It was begun and came to nothing: the key is there, and a rule forbids to go on. */
    ABANDONED;

    /** Nobody can read the records any more. */
    boolean gone() {
      return this == SCHEDULED || this == DESTROYED;
    }
  }

  private String text() {
    var text =
        new StringBuilder(
            new Statement(TITLE, origin)
                .put("state", state.name().toLowerCase(Locale.ROOT))
                .put("begun", begun < 0 ? "" : begun)
                .put("service", service)
                .put("opened-no-more", tried)
                .put("time", time)
                .put("method", METHOD)
                .text());
    approvers.forEach(key -> text.append(APPROVER).append(key).append('\n'));
    request.lines().forEach(line -> text.append(QUOTE).append(line).append('\n'));
    return text.toString();
  }

  /** The signed note. */
  String sign(Note.Signer identity) {
    var note = Note.sign(text(), identity);
    if (note.getBytes(UTF_8).length > Frame.BODY_MAX) {
      throw new IllegalArgumentException("a certificate that does not fit into a record");
    }
    return note;
  }

  /** The entry that it amounts to. */
  JournalEntry.Disposing entry(String note) {
    var asked = asked();
    return new JournalEntry.Disposing(
        state.name().toLowerCase(Locale.ROOT),
        asked.key(),
        asked.records().frames(),
        asked.records().first(),
        asked.records().last(),
        service,
        approved(),
        note);
  }

  /** What was asked for. */
  DisposalRequest asked() {
    return (DisposalRequest) RetentionRequest.parse(origin, Note.parse(request).text());
  }

  /** The approvers' names. */
  String approved() {
    return approvers.stream()
        .map(key -> key.substring(0, key.indexOf('+')))
        .collect(Collectors.joining(", "));
  }

  /**
   * Reads a certificate; only the spelling that is written passes. No signature is verified.
   *
   * @throws IllegalArgumentException when it is none of this log
   */
  static Disposal parse(String origin, Note note) {
    var head = new StringBuilder();
    var approvers = new ArrayList<String>();
    var request = new StringBuilder();
    note.text()
        .lines()
        .forEach(
            line -> {
              if (line.startsWith(APPROVER)) {
                approvers.add(line.substring(APPROVER.length()));
              } else if (line.startsWith(QUOTE)) {
                request.append(line.substring(QUOTE.length())).append('\n');
              } else {
                head.append(line).append('\n');
              }
            });
    try {
      var from = Statement.parse(TITLE, origin, head.toString());
      var begun = from.get("begun");
      var disposal =
          new Disposal(
              origin,
              State.valueOf(from.get("state").toUpperCase(Locale.ROOT)),
              begun.isEmpty() ? -1 : Long.parseLong(begun),
              from.get("service"),
              Long.parseLong(from.get("opened-no-more")),
              Instant.parse(from.get("time")),
              List.copyOf(approvers),
              request.toString());
      boolean spelled = disposal.text().equals(note.text());
      if (spelled
          && RetentionRequest.parse(origin, Note.parse(disposal.request).text())
              instanceof DisposalRequest) {
        return disposal;
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("a certificate with a time that is none", e);
    }
    throw new IllegalArgumentException("not a certificate of a disposal");
  }
}
