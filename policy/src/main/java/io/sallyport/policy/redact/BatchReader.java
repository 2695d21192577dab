package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the Bundle of a batch request. Strictly, as answers are read: what two readers could read
 * differently is refused with its place, before anything of it is looked at.
 *
 * @see <a href="https://hl7.org/fhir/R4/http.html#transaction">FHIR R4 batch</a>
 */
public final class BatchReader {
  /** More requests than this are not answered at once. */
  public static final int ENTRIES_MAX = 100;

  private static final byte[] TYPE = TypeSkim.key("type");

  /**
   * What one entry asks for.
   *
   * @param method as given
   * @param url as given
   * @param problem what is wrong with it, where the others can be answered; null when nothing is
   */
  public record Asked(String method, String url, String problem) {
    @Override
    public String toString() {
      return method + " [phi]";
    }
  }

  /** Where a member's value is. */
  private record Span(int from, int to) {}

  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private final byte[] s;

  private BatchReader(byte[] json) {
    s = Arrays.copyOf(json, json.length + Redactor.PADDING);
  }

  /**
   * The entries in their order.
   *
   * @throws Refusal MALFORMED_REQUEST with the byte position when it is not strict JSON or no
   *     Bundle of requests; INTERACTION_NOT_SUPPORTED for another type of Bundle; BODY_TOO_LARGE
   *     for too many entries
   */
  public static List<Asked> read(byte[] json) {
    try {
      StrictJson.check(json);
    } catch (Refusal wrong) {
      throw new Refusal(Reason.MALFORMED_REQUEST, wrong.detail());
    }
    return new BatchReader(json).bundle();
  }

  private List<Asked> bundle() {
    int at = Text.space(s, 0);
    if (s[at] != '{' || !"Bundle".equals(TypeSkim.resourceType(s, at))) {
      throw malformed(at, "not a Bundle");
    }
    String type = TypeSkim.member(s, at, TYPE);
    if (!"batch".equals(type)) {
      throw "transaction".equals(type)
          ? new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "a transaction")
          : malformed(at, "the Bundle is no batch");
    }
    List<Asked> asked = new ArrayList<>();
    Span entries = members(at).get("entry");
    if (entries == null) {
      return asked;
    }
    if (s[entries.from()] != '[') {
      throw malformed(entries.from(), "entry is not a list");
    }
    int p = Text.space(s, entries.from() + 1);
    while (s[p] != ']') {
      if (asked.size() == ENTRIES_MAX) {
        throw new Refusal(Reason.BODY_TOO_LARGE, "a batch has over " + ENTRIES_MAX + " entries");
      }
      asked.add(entry(p));
      p = Text.space(s, redactor.skip(s, p));
      p = s[p] == ',' ? Text.space(s, p + 1) : p;
    }
    return asked;
  }

  private Asked entry(int p) {
    if (s[p] != '{') {
      throw malformed(p, "an entry is not an object");
    }
    Map<String, Span> entry = members(p);
    Span request = entry.get("request");
    if (request == null || s[request.from()] != '{') {
      throw malformed(p, "an entry without a request");
    }
    Map<String, Span> members = members(request.from());
    String method = text(members.get("method"), request.from());
    String url = text(members.get("url"), request.from());
    // A read is answered whole whatever the caller has already: what asks for less is not minded.
    // What is of a write only makes no sense here, and may mean more than we know.
    boolean writes = members.containsKey("ifMatch") || members.containsKey("ifNoneExist");
    String problem =
        entry.containsKey("resource")
            ? "a read with a resource"
            : writes ? "a read with a condition of writes" : null;
    return new Asked(method, url, problem);
  }

  private String text(Span value, int at) {
    if (value == null || s[value.from()] != '"') {
      throw malformed(at, "a request without method or url");
    }
    return Text.decode(s, value.from() + 1, value.to() - 1);
  }

  /** The members of the valid object at {@code p}, no key of which comes twice. */
  private Map<String, Span> members(int p) {
    Map<String, Span> members = new HashMap<>();
    p = Text.space(s, p + 1);
    while (s[p] != '}') {
      int end = Text.string(s, p + 1);
      String key = Text.decode(s, p + 1, end);
      int from = Text.space(s, Text.space(s, end + 1) + 1);
      int to = redactor.skip(s, from);
      members.put(key, new Span(from, to));
      p = Text.space(s, to);
      p = s[p] == ',' ? Text.space(s, p + 1) : p;
    }
    return members;
  }

  private static Refusal malformed(int at, String why) {
    return new Refusal(Reason.MALFORMED_REQUEST, "byte " + at + ": " + why);
  }
}
