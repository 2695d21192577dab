package io.sallyport.proxy.journal;

import java.util.Locale;

/** What a frame holds. Codes are part of the file format: never reuse one. */
enum FrameType {
  INTENT(1, RetentionClass.ACCESS),
  OUTCOME(2, RetentionClass.ACCESS),
  DISCLOSURE(3, RetentionClass.ACCESS),
  CLOSE(4, RetentionClass.ACCESS),
  REFUSED(5, RetentionClass.ACCESS),
  ABORTED(6, RetentionClass.ACCESS),
  STARTED(7, RetentionClass.ADMINISTRATION),
  STOPPED(8, RetentionClass.ADMINISTRATION),
  CONFIG(9, RetentionClass.ADMINISTRATION),
  KEY(10, RetentionClass.ADMINISTRATION),
  ALERT(11, RetentionClass.ADMINISTRATION),
  /** A C2SP checkpoint of the log before this frame, so that it travels with the frames. */
  CHECKPOINT(12, null),
  /** What the start after an unclean stop found and left behind. */
  RECOVERY(13, null),
  /** The wrapped data key of the frames that follow; first frame of every roll file. */
  KEY_OPEN(14, null),
  OBSERVED(15, RetentionClass.ACCESS),
  LOOKUP(16, RetentionClass.ACCESS),
  BREAK_GLASS(17, RetentionClass.ACCESS),
  NOTICE(18, RetentionClass.ACCESS),
  /** An epoch's public key, signed by the identity: at each start, and once a day. */
  EPOCH_OPEN(19, null),
  /** An epoch's final size and root and its successor's key, signed by the epoch's own key. */
  EPOCH_CLOSE(20, null),
  /** A checkpoint with the cosignatures of witnesses. */
  COSIGNED(21, null),
  /** A legal hold: what may not be disposed of. */
  HOLD(22, RetentionClass.ADMINISTRATION),
  HOLD_RELEASED(23, RetentionClass.ADMINISTRATION),
  /** The certificate of a disposal, signed by the identity: what can be read no more, and why. */
  DISPOSAL(24, null),
  /** What a hold vault keeps of a month that is about to be disposed of, and under which key. */
  VAULT(25, null),
  /** Somebody read the journal with a command. */
  JOURNAL_READ(26, RetentionClass.ACCESS),
  /** An id that is too long for a pseudonym which holds it, and what stands for it there. */
  PSEUDONYM(27, RetentionClass.ACCESS),
  /** What somebody may do is not what it was when last seen. */
  PRIVILEGES(28, RetentionClass.ACCESS),
  /** A token that was not seen before. */
  LOGIN(29, RetentionClass.ACCESS),
  ANONYMOUS(30, RetentionClass.SECURITY),
  /** A change of the policy changed what a role sees. */
  ROLE_VIEW(31, RetentionClass.ADMINISTRATION),
  /** How a file of the configuration differs from the one before. */
  CONFIG_DIFF(32, RetentionClass.ADMINISTRATION);

  private static final FrameType[] BY_CODE = new FrameType[64];

  static {
    for (var type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  final int code;

  /** What it is kept with unless its entry says otherwise; null for what is stored in clear. */
  final RetentionClass retention;

  /** Clear frames must be readable by who verifies, and hold nothing about anybody. */
  final boolean encrypted;

  FrameType(int code, RetentionClass retention) {
    this.code = code;
    this.retention = retention;
    encrypted = retention != null;
  }

  /** The type of this code, or null: a verifier fails on types it does not know. */
  static FrameType of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  /** The word of its entries, as {@link JournalEntry#kind} has it. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it is about the appliance itself, and no caller waits for it. */
  boolean own() {
    return this == STARTED
        || this == STOPPED
        || this == CONFIG
        || this == KEY
        || this == ALERT
        || this == HOLD
        || this == HOLD_RELEASED
        || this == DISPOSAL
        || this == VAULT
        || this == ANONYMOUS
        || this == JOURNAL_READ
        || this == ROLE_VIEW
        || this == CONFIG_DIFF;
  }

  /** Whether a frame of this type ends the exchange its {@code ref} names. */
  boolean ends() {
    return this == OUTCOME || this == CLOSE || this == REFUSED || this == ABORTED;
  }
}
