package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Redacted;
import java.util.Objects;

/** What may go to a caller. There is no other kind: raw upstream bytes are not an answer. */
public sealed interface Answer {

  /** Releases the buffer it holds, if it is never sent. */
  default void release() {}

  /**
   * Patient data, or a window of it. Needs a {@link Redacted}: bytes that did not go through the
   * redactor cannot be released.
   *
   * @param number the window's number, from 1
   * @param last whether the answer ends with it
   * @param digest SHA-256 of the body, hex
   */
  record Disclosure(
      Downstream.Head head, ByteBuf body, Redacted proof, int number, boolean last, String digest)
      implements Answer {
    public Disclosure {
      Objects.requireNonNull(proof);
    }

    /** Whether it is the whole answer, which then needs no framing of its own. */
    public boolean whole() {
      return number == 1 && last;
    }

    @Override
    public void release() {
      body.release();
    }
  }

  /** A refusal: the caller learns the reason, never data. */
  record Refused(Refusal why) implements Answer {}

  /** Something we wrote ourselves that discloses no patient: the CapabilityStatement. */
  record Authored(Downstream.Head head, ByteBuf body, String digest) implements Answer {
    static Authored of(Downstream.Head head, byte[] json) {
      return new Authored(head, Unpooled.wrappedBuffer(json), new Digest().of(json));
    }

    @Override
    public void release() {
      body.release();
    }
  }
}
