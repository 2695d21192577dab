package io.sallyport.proxy.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;

/**
 * Makes entries of a walk's frames: decrypted, those of several frames put together. Data keys and
 * recoveries are shown as the entries they amount to; what only seals is left out. One thread.
 */
final class EntryWalk {
  private final JournalWalk walk;
  private final Decryption decryption;
  private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
  private final MerkleFrontier hasher = new MerkleFrontier();
  private final boolean hashing;
  private final Set<FrameType> wanted;
  private long first;
  private byte[] leaf = {};

  /**
   * @param hashing whether {@link #leaf} is wanted
   */
  EntryWalk(JournalWalk walk, Decryption decryption, boolean hashing) {
    this(walk, decryption, hashing, EnumSet.allOf(FrameType.class));
  }

  /**
   * @param wanted the only frames that are decrypted and handed out
   */
  EntryWalk(JournalWalk walk, Decryption decryption, boolean hashing, Set<FrameType> wanted) {
    this.walk = walk;
    this.decryption = decryption;
    this.hashing = hashing;
    this.wanted = wanted;
  }

  /**
   * The next entry.
   *
   * @return null when no more whole entries are there now
   * @throws JournalWalk.Broken when what follows is not what a journal holds
   * @throws Frame.Malformed when a frame was changed or says nothing that we know
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot open a data key
   */
  JournalReader.Entry next() throws IOException, JournalWalk.Broken, Frame.Malformed {
    return next(Long.MAX_VALUE);
  }

  /** The same, reading no frame whose number is over {@code last}. */
  JournalReader.Entry next(long last) throws IOException, JournalWalk.Broken, Frame.Malformed {
    while (walk.count() <= last && walk.next()) {
      var header = walk.header();
      boolean skipped = !wanted.contains(header.type());
      if (skipped && header.type().encrypted) {
        continue;
      }
      var body = decryption.open(walk); // a data key's in any case: it opens what follows
      if (skipped) {
        continue;
      }
      if (!header.continued()) {
        payload.reset(); // also drops an entry that a kill cut short
        first = header.seq();
        if (hashing) {
          leaf = hasher.hash(walk.bytes(), walk.from(), walk.to() - walk.from());
        }
      }
      if (body == null) {
        if (header.more()) {
          continue;
        }
        return at(header, disposed(header));
      }
      payload.write(body);
      if (!header.more() && shown(header.type())) {
        return at(header, entry(header, payload.toByteArray()));
      }
    }
    return null;
  }

  /** The newest frame of which, and of those before, all is handed out that is wanted. */
  long settled() {
    return walk.insideEntry() && wanted.contains(walk.header().type())
        ? first - 1
        : walk.count() - 1;
  }

  private JournalReader.Entry at(Frame.Header header, JournalEntry entry) {
    var time = Instant.EPOCH.plus(header.micros(), ChronoUnit.MICROS);
    return new JournalReader.Entry(first, time, header.ref(), entry);
  }

  private JournalEntry disposed(Frame.Header header) {
    var found = decryption.disposed();
    return new JournalEntry.Disposed(
        header.type().word(), found.disposal().asked().key(), found.seq());
  }

  /** The RFC 6962 leaf hash of the last entry's first frame, where it is wanted. */
  byte[] leaf() {
    return leaf;
  }

  private static boolean shown(FrameType type) {
    return type.encrypted
        || type == FrameType.KEY_OPEN
        || type == FrameType.RECOVERY
        || type == FrameType.DISPOSAL
        || type == FrameType.VAULT;
  }

  private JournalEntry entry(Frame.Header header, byte[] payload) throws Frame.Malformed {
    if (header.type() == FrameType.DISPOSAL) {
      return decryption.disposal(payload);
    }
    if (header.type() == FrameType.VAULT) {
      return decryption.vault(payload);
    }
    if (header.type() == FrameType.KEY_OPEN) {
      var key = "run " + header.run() + " key " + header.key();
      return new JournalEntry.KeyEvent("data-keys-opened", key, KeyOpening.parse(payload).named());
    }
    if (header.type() == FrameType.RECOVERY) {
      var recovery = Recovery.parse(payload);
      return new JournalEntry.Alert(
          "recovery", "the last stop was not in order: " + recovery.told());
    }
    return PayloadReader.read(header.type(), payload);
  }
}
