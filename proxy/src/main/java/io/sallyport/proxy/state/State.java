package io.sallyport.proxy.state;

import io.sallyport.proxy.journal.JournalTail;
import io.sallyport.proxy.journal.JournalUnavailable;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what must survive. At the start it takes the newest snapshot that holds, and reads the
 * journal from there; without one, the whole journal. Then the thread {@code state} follows the
 * journal once a minute and writes a snapshot if something has changed. An older snapshot put in
 * the place of a newer one only makes more to read.
 */
public final class State implements AutoCloseable {
  private static final long MINUTE = 60;

  /** Records behind a snapshot at most, changed or not: so that a start has little to read. */
  private static final long BEHIND_MAX = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(State.class);

  private final List<Section> sections;
  private final SnapshotStore store;
  private final SnapshotFile form;
  private final JournalTail tail;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  // Of the thread once it runs, of the caller before and after.
  private long applied = -1;
  private long written = -1;
  private boolean changed;
  private boolean said;

  /**
   * Opens it and brings it up to the journal's end.
   *
   * @param journal the journal's directory, whose lock the caller holds
   * @param durable the newest record on the disk: no snapshot knows more
   * @param alerts told of a snapshot that was set aside, and of a journal that cannot be read, so
   *     that everything begins anew: a word, and what
   * @throws IOException when there is no place for it
   */
  public static State open(
      Path journal,
      Kms kms,
      List<Section> sections,
      LongSupplier durable,
      BiConsumer<String, String> alerts)
      throws IOException {
    return new State(journal, kms, sections, durable, alerts);
  }

  private State(
      Path journal,
      Kms kms,
      List<Section> sections,
      LongSupplier durable,
      BiConsumer<String, String> alerts)
      throws IOException {
    this.sections = List.copyOf(sections);
    Set<String> kinds = new HashSet<>();
    sections.forEach(section -> kinds.addAll(section.kinds()));
    tail = new JournalTail(journal, kms, 0, durable, kinds);
    store = new SnapshotStore(journal);
    form = new SnapshotFile(kms, tail.origin());
    load(durable.getAsLong(), alerts);
    tail.seek(applied + 1);
    try {
      follow();
    } catch (JournalUnavailable | KmsException e) {
      begin(durable.getAsLong(), e, alerts);
    }
    thread = new Thread(this::run, "state");
    thread.setDaemon(true);
    thread.start();
  }

  private void load(long last, BiConsumer<String, String> alerts) throws IOException {
    for (var file : store.newest()) {
      try {
        var opened = form.open(Files.readAllBytes(file));
        if (opened.seq() > last) {
          throw new IOException("it knows of records that the journal does not have");
        }
        if (read(opened.plain())) {
          applied = opened.seq();
          written = applied;
          return;
        }
        LOG.info("state: {} lacks something that is kept now", file.getFileName());
      } catch (IOException e) {
        LOG.warn("state: {} is set aside", file, e);
        store.setAside(file);
        alerts.accept("state-set-aside", file.getFileName() + ": " + e.getMessage());
      }
      sections.forEach(Section::clear);
    }
  }

  // A key that is gone without a certificate, for example: no reason not to serve. Whose glass was
  // broken is asked for a reason again, and everybody is seen for the first time.
  private void begin(long last, RuntimeException why, BiConsumer<String, String> alerts) {
    LOG.error("state: the journal cannot be read; everything begins anew", why);
    sections.forEach(Section::clear);
    applied = last;
    changed = true;
    tail.seek(applied + 1);
    alerts.accept("state-lost", why.getMessage());
  }

  // False when a section is not in it.
  private boolean read(byte[] plain) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(plain));
    Set<String> lacking = new HashSet<>();
    sections.forEach(section -> lacking.add(section.name()));
    for (int left = in.readInt(); left > 0; left--) {
      var name = in.readUTF();
      int length = in.readInt();
      if (length < 0 || length > in.available()) {
        throw new IOException("a section that ends early");
      }
      var own = new DataInputStream(new ByteArrayInputStream(in.readNBytes(length)));
      for (var section : sections) {
        if (section.name().equals(name)) {
          section.read(own);
          lacking.remove(name);
        }
      }
    }
    return lacking.isEmpty();
  }

  private byte[] plain() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(sections.size());
    for (var section : sections) {
      var own = new ByteArrayOutputStream();
      section.write(new DataOutputStream(own));
      out.writeUTF(section.name());
      out.writeInt(own.size());
      own.writeTo(out);
    }
    return bytes.toByteArray();
  }

  private void run() {
    try {
      while (!closing.await(MINUTE, TimeUnit.SECONDS)) {
        keep();
      }
    } catch (InterruptedException e) {
      LOG.warn("state: interrupted; it is kept at the stop", e);
    }
  }

  private void keep() {
    try {
      follow();
      if (changed || applied - written >= BEHIND_MAX) {
        save();
      }
      said = false;
    } catch (IOException | JournalUnavailable | KmsException e) {
      if (!said) { // nothing is lost: the journal has it all
        LOG.error("state: no snapshot can be written", e);
        said = true;
      }
      tail.seek(applied + 1);
    }
  }

  private void follow() {
    for (var next = tail.next(); next != null; next = tail.next()) {
      if (next.read().seq() > applied) {
        for (var section : sections) {
          if (section.kinds().contains(next.kind())) {
            section.apply(next.read());
            changed = true;
          }
        }
        applied = next.read().seq();
      }
    }
    applied = Math.max(applied, tail.settled());
  }

  private void save() throws IOException {
    store.write(applied, form.seal(applied, plain()));
    written = applied;
    changed = false;
  }

  /** Follows the journal to its end, and writes what there is. */
  @Override
  public void close() {
    closing.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    changed = true;
    keep();
    tail.close();
  }
}
