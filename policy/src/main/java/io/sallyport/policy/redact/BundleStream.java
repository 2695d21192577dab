package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A searchset on its way through: chunks in, windows of judged entries out, in constant memory.
 * Every entry is buffered whole, judged by its own facts, rewritten or dropped; nothing of an entry
 * leaves before its last byte was proven valid. The envelope is written anew from an allow-list
 * ({@code resourceType, type, entry, link, total}); link and total come last, because only then
 * they are known; but a total that counts nothing withheld stays ahead of the entries.
 *
 * <p>Not thread-safe; bound to its redactor's loop.
 */
public final class BundleStream {
  /** Bytes from a member's key to its value: white space between them is held back with it. */
  private static final int MEMBER_HEAD_BYTES_MAX = 16 << 10;

  /** More than this of one entry is kept in an array of its own, not copied with every chunk. */
  private static final int HELD_BYTES_MAX = 128 << 10;

  /** How often an entry is walked in the hope that all of it is there. */
  private static final int ATTEMPTS_MAX = 2;

  private final Redactor redactor;
  private final Limits limits;
  private final Envelope envelope;
  private final EntryJudge judge;
  private final WindowWriter out;
  private final Skip skip = new Skip();
  private EnvelopeMembers members = new EnvelopeMembers();
  private final PageFill fill;
  private final Deque<Redacted> ready = new ArrayDeque<>();

  private byte[] held = {};
  private byte[] buffer = held;
  private int at;
  private int length;
  private int scanned;
  private long consumed;
  private boolean discarding;
  private int attempts;
  private BundleState state = BundleState.START;
  private String key;
  private boolean finished;
  private boolean waiting;

  /** A stream whose windows keep their bytes until they are written. */
  public BundleStream(Redactor redactor, View view, Limits limits, Envelope envelope) {
    this(redactor, view, limits, envelope, PageFill.none(), null);
  }

  /**
   * A stream that writes straight to where its windows leave from.
   *
   * @param fill where pages are filled up; null where they are the upstream's
   * @param outlet gives the next window's sink, in the order in which {@link #window} answers them
   */
  public BundleStream(
      Redactor redactor,
      View view,
      Limits limits,
      Envelope envelope,
      PageFill fill,
      Supplier<Sink> outlet) {
    this.redactor = redactor;
    this.limits = limits;
    this.envelope = envelope;
    this.out = new WindowWriter(view, outlet);
    this.fill = fill == null ? PageFill.none() : fill;
    this.judge = new EntryJudge(redactor, view, envelope, limits, this.fill, out);
    out.text("{\"resourceType\":\"Bundle\",\"type\":\"" + envelope.form().code() + "\"");
  }

  /** Has what is released judged by another view besides, before anything is fed. */
  public void observe(Shadow shadow) {
    judge.shadow(shadow);
  }

  /**
   * Takes the next bytes of the upstream's body. After it, {@link #window} may have a window.
   *
   * @throws io.sallyport.policy.Refusal as {@link Redactor#redact}
   */
  public void feed(byte[] source, int offset, int count) {
    feed(count, (into, at, length) -> System.arraycopy(source, offset, into, at, length));
  }

  /** As {@link #feed(byte[], int, int)}; {@code source} is read at once. */
  public void feed(int count, BundleSource source) {
    int rest = length - at;
    boolean borrowed = rest <= HELD_BYTES_MAX;
    move(
        borrowed
            ? redactor.scratch(rest + count + Redactor.PADDING)
            : Text.grown(buffer, rest + count),
        rest);
    source.read(buffer, length, count);
    length += count;
    Arrays.fill(buffer, length, length + Redactor.PADDING, (byte) 0);
    while (!waiting && step()) {
      if (out.size() >= envelope.windowBytes()) {
        ready.add(out.window());
      }
    }
    if (borrowed) {
      // The array is the loop's: another stream may be next. Mostly a part of an entry is left.
      rest = length - at;
      boolean fits = held.length >= rest + Redactor.PADDING && held.length <= 2 * HELD_BYTES_MAX;
      held = fits ? held : new byte[rest + rest / 2 + Redactor.PADDING];
      move(held, rest);
      Arrays.fill(buffer, length, length + Redactor.PADDING, (byte) 0);
    }
  }

  /** Goes on in another array, or at the beginning of the same, with what is left to read. */
  private void move(byte[] into, int rest) {
    System.arraycopy(buffer, at, into, 0, rest);
    buffer = into;
    consumed += at;
    scanned -= at;
    length = rest;
    at = 0;
  }

  /** One step of the envelope's grammar; false when more input is needed. */
  private boolean step() {
    if (state != BundleState.VALUE || scanned <= at) {
      at = Math.min(Text.space(buffer, at), length);
      scanned = Math.max(scanned, at);
    }
    if (at >= length && !discarding) {
      return false;
    }
    int c = buffer[at];
    switch (state) {
      case START -> expect(c, '{', BundleState.FIRST_KEY);
      case FIRST_KEY, KEY -> {
        return key();
      }
      case VALUE -> {
        return value();
      }
      case AFTER_MEMBER -> after(c, '}', BundleState.END, BundleState.KEY);
      case FIRST_ENTRY, ENTRY -> {
        if (c != ']' || state == BundleState.ENTRY) {
          return entry(c);
        }
        // Not FHIR, but what some servers say when they found nothing. We say it without it.
        expect(c, ']', BundleState.AFTER_MEMBER);
      }
      case AFTER_ENTRY -> after(c, ']', BundleState.AFTER_MEMBER, BundleState.ENTRY);
      default -> throw malformed("bytes behind the Bundle");
    }
    return true;
  }

  private void after(int c, char close, BundleState closed, BundleState next) {
    boolean closes = c == close;
    expect(c, closes ? close : ',', closes ? closed : next);
  }

  private void expect(int c, char wanted, BundleState next) {
    if (c != wanted) {
      throw malformed("expected '" + wanted + "'");
    }
    at++;
    state = next;
    skip.reset();
    scanned = at;
  }

  private boolean key() {
    if (buffer[at] != '"') {
      throw malformed("a key must be a string");
    }
    int end = unit();
    if (end < 0) {
      return false;
    }
    redactor.validate(buffer, at, end);
    key = Text.decode(buffer, at + 1, end - 1);
    if (members.has(key)) {
      throw malformed("duplicate key");
    }
    int colon = Text.space(buffer, end);
    int start = buffer[colon] == ':' ? Text.space(buffer, colon + 1) : colon;
    if (start >= length) {
      // Not all of it is here: come back to the whole key.
      skip.reset();
      scanned = at;
      if (length - at > MEMBER_HEAD_BYTES_MAX) {
        throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "the Bundle's envelope is over its limit");
      }
      return false;
    }
    if (buffer[colon] != ':') {
      throw malformed("expected ':'");
    }
    members.add(key);
    at = start;
    skip.reset();
    scanned = at;
    if (key.equals("entry") && buffer[at] == '[') {
      at++;
      scanned = at;
      state = BundleState.FIRST_ENTRY;
      judge.entries().ahead(envelope.total().ahead(members.total()));
    } else {
      state = BundleState.VALUE;
    }
    return true;
  }

  /** A member of the envelope itself: proven valid, and read where we need it. */
  private boolean value() {
    int end = unit();
    if (end < 0) {
      return false;
    }
    String problem = members.read(redactor, key, buffer, at, end);
    if (problem != null) {
      throw malformed(problem);
    }
    at = scanned = end;
    state = BundleState.AFTER_MEMBER;
    return true;
  }

  /**
   * One entry. The judge walks what is there: mostly all of the entry is, and it needs no look for
   * its end first. When that fails, the end is looked for, and with it the reason.
   */
  private boolean entry(int c) {
    if (c != '{' && !discarding) {
      throw malformed("an entry must be an object");
    }
    int end = -1;
    if (attempts < ATTEMPTS_MAX && scanned <= at && !discarding) {
      end = attempt();
      if (end == EntryJudge.WAITS) {
        return await();
      }
      if (end < 0 && ++attempts < ATTEMPTS_MAX) {
        // More of it may come: then it is walked again.
        return false;
      }
    }
    if (end < 0) {
      end = unit();
      if (end < 0) {
        return false;
      }
      if (discarding) {
        discarding = false;
        judge.tooLarge();
      } else if (!judge(end)) {
        return await();
      }
    }
    attempts = 0;
    at = scanned = end;
    state = BundleState.AFTER_ENTRY;
    return true;
  }

  /** The entry is walked again when {@link #wanted} is known; until then only gathered. */
  private boolean await() {
    waiting = true;
    attempts = 0;
    skip.reset();
    scanned = at;
    return false;
  }

  private int attempt() {
    try {
      int end = judge.entry(buffer, at);
      return end > length ? -1 : end;
    } catch (Refusal | IndexOutOfBoundsException maybeCut) {
      return -1;
    }
  }

  /** False when the entry waits. */
  private boolean judge(int end) {
    try {
      int walked = judge.entry(buffer, at);
      if (walked != end && walked != EntryJudge.WAITS) {
        throw Text.malformed(at, "not one value");
      }
      return walked == end;
    } catch (Refusal refusal) {
      throw Text.shifted(refusal, consumed);
    } catch (IndexOutOfBoundsException cut) {
      throw Text.shifted(Text.malformed(end, "entry ends too early"), consumed);
    }
  }

  /** The end of the value that starts at {@link #at}; -1 when not all of it is here. */
  private int unit() {
    int end = skip.end(buffer, Math.max(scanned, at), length);
    if (end >= 0) {
      return end;
    }
    scanned = length;
    if (length - at > limits.resourceBytesMax() || discarding) {
      if (state != BundleState.ENTRY && state != BundleState.FIRST_ENTRY) {
        throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "the Bundle's envelope is over its limit");
      }
      // Too large to judge: its bytes are let go as they come, and it is counted as withheld.
      discarding = true;
      at = length;
    }
    return -1;
  }

  private Refusal malformed(String why) {
    return new Refusal(Reason.UPSTREAM_INVALID, "byte " + (consumed + at) + ": " + why);
  }

  /**
   * The patients of whom the release rule must learn before it goes on, some of the next ones among
   * them; empty when nothing waits. More input may be fed meanwhile, and is kept.
   */
  public Set<String> wanted() {
    return waiting ? judge.wanted(buffer, at) : Set.of();
  }

  /** The input that is kept, in bytes. */
  public int kept() {
    return length - at;
  }

  /** The release rule has learned of {@link #wanted}. */
  public void goOn() {
    waiting = false;
    feed(0, (into, offset, none) -> {});
  }

  /**
   * The upstream's body ended cleanly. Its link to its next page, where that is needed to fill
   * ours; else null.
   */
  public String more() {
    end();
    return fill.open() ? members.links().next() : null;
  }

  /** The upstream's self link on its page that was read last; null for none. */
  public String self() {
    return members.links().self();
  }

  /** Another page of the upstream's begins, to fill ours. */
  public void resume() {
    members = new EnvelopeMembers();
    fill.turn();
    consumed = 0;
    state = BundleState.START;
  }

  /** The upstream's body ended cleanly. The last window (perhaps empty of entries) is ready. */
  public void finish() {
    end();
    judge.close();
    boolean only = members.links().write(out, envelope, fill);
    int total = envelope.total().of(only, judge.matches(), members.total());
    out.text(total < 0 || judge.entries().saidAhead() ? "}" : ",\"total\":" + total + "}");
    ready.add(out.window());
    finished = true;
  }

  private void end() {
    if (state == BundleState.ENTRY || state == BundleState.FIRST_ENTRY) {
      // What could not be walked may have been wrong, not cut.
      attempts = ATTEMPTS_MAX;
      while (step()) {}
    }
    boolean whole = state == BundleState.END && !discarding;
    if (!whole || !members.is(envelope.form().code())) {
      throw malformed(whole ? "not a " + envelope.form().code() : "input ends too early");
    }
  }

  /** The next full window, or after {@link #finish} the last; null when more input is needed. */
  public Redacted window() {
    return ready.poll();
  }

  /** Whether the last window has been taken. */
  public boolean done() {
    return finished && ready.isEmpty();
  }
}
