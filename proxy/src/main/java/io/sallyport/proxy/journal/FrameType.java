package io.sallyport.proxy.journal;

/** What a frame holds. Codes are part of the file format: never reuse one. */
enum FrameType {
  INTENT(1, true),
  OUTCOME(2, true),
  DISCLOSURE(3, true),
  CLOSE(4, true),
  REFUSED(5, true),
  ABORTED(6, true),
  STARTED(7, true),
  STOPPED(8, true),
  CONFIG(9, true),
  KEY(10, true),
  ALERT(11, true),
  /** A C2SP checkpoint of the log before this frame, so that it travels with the frames. */
  CHECKPOINT(12, false),
  /** What the start after an unclean stop found and left behind. */
  RECOVERY(13, false),
  /** The wrapped data key of the frames that follow; first frame of every roll file. */
  KEY_OPEN(14, false),
  OBSERVED(15, true),
  LOOKUP(16, true),
  BREAK_GLASS(17, true),
  NOTICE(18, true),
  /** An epoch's public key, signed by the identity: at each start, and once a day. */
  EPOCH_OPEN(19, false),
  /** An epoch's final size and root and its successor's key, signed by the epoch's own key. */
  EPOCH_CLOSE(20, false),
  /** A checkpoint with the cosignatures of witnesses. */
  COSIGNED(21, false),
  ANONYMOUS(30, true);

  private static final FrameType[] BY_CODE = new FrameType[64];

  static {
    for (var type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  final int code;

  /** Clear frames must be readable by who verifies, and hold nothing about anybody. */
  final boolean encrypted;

  FrameType(int code, boolean encrypted) {
    this.code = code;
    this.encrypted = encrypted;
  }

  /** The type of this code, or null: a verifier fails on types it does not know. */
  static FrameType of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  /** Whether it is about the appliance itself, and no caller waits for it. */
  boolean own() {
    return this == STARTED
        || this == STOPPED
        || this == CONFIG
        || this == KEY
        || this == ALERT
        || this == ANONYMOUS;
  }

  /** Whether a frame of this type ends the exchange its {@code ref} names. */
  boolean ends() {
    return this == OUTCOME || this == CLOSE || this == REFUSED || this == ABORTED;
  }
}
