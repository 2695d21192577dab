package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.FakeJournal;
import io.sallyport.proxy.journal.JournalEntry.KeyEvent;
import io.sallyport.proxy.kms.IdentityKey;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RecordedKmsTest {
  /** Wraps by adding a byte; fails when it is told to. */
  private static final class Service implements Kms {
    private final TreeSet<String> keys = new TreeSet<>();
    private boolean away;

    private void here() {
      if (away) {
        throw new KmsException("it does not answer", null);
      }
    }

    @Override
    public void ensure(String key) {
      here();
      keys.add(key);
    }

    @Override
    public byte[] wrap(String key, byte[] dataKey, byte[] aad) {
      here();
      return dataKey.clone();
    }

    @Override
    public byte[] unwrap(String key, byte[] wrapped, byte[] aad) {
      here();
      if (wrapped.length == 0 || !keys.contains(key)) {
        throw new KmsException("cannot unwrap", null);
      }
      return wrapped.clone();
    }

    @Override
    public Standing standing(String key) {
      here();
      return keys.contains(key) ? Standing.USABLE : Standing.ABSENT;
    }

    @Override
    public List<String> keys() {
      return List.copyOf(keys);
    }

    @Override
    public Standing destroy(String key) {
      keys.remove(key);
      return Standing.ABSENT;
    }

    @Override
    public byte[] sign(byte[] message) {
      here();
      return message.clone();
    }

    @Override
    public IdentityKey identity() {
      return new IdentityKey(IdentityKey.Algorithm.ED25519, new byte[32]);
    }

    @Override
    public String name() {
      return "service";
    }
  }

  private final Service service = new Service();
  private final RecordedKms kms = new RecordedKms(service);
  private final FakeJournal journal = new FakeJournal();

  private List<String> told() {
    return journal.entries(KeyEvent.class).stream().map(e -> e.what() + " " + e.key()).toList();
  }

  @Test
  void aKeyThatIsMadeIsRecordedOnceAndWhatWasBeforeTheJournalToo() {
    kms.ensure("journal-2026-11");
    assertThat(journal.entries()).isEmpty();
    kms.to(journal);
    kms.ensure("journal-2026-11");
    kms.ensure("journal-2026-12");
    assertThat(told()).containsExactly("kek-made journal-2026-11", "kek-made journal-2026-12");
  }

  @Test
  void aServiceThatIsAwayAndBackIsRecordedOnceEach() {
    kms.to(journal);
    service.away = true;
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> kms.wrap("k", new byte[1], new byte[0]))
          .isInstanceOf(KmsException.class);
      assertThatThrownBy(() -> kms.sign(new byte[1])).isInstanceOf(KmsException.class);
    }
    assertThat(told()).containsExactly("key-service-away service");
    service.away = false;
    kms.sign(new byte[1]);
    kms.wrap("k", new byte[1], new byte[0]);
    assertThat(told()).containsExactly("key-service-away service", "key-service-back service");
  }

  @Test
  void whatCannotBeUnwrappedIsRecordedUnlessTheKeyIsGone() {
    kms.ensure("a");
    kms.to(journal);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> kms.unwrap("a", new byte[0], new byte[0]))
          .isInstanceOf(KmsException.class);
      assertThatThrownBy(() -> kms.unwrap("gone", new byte[1], new byte[0]))
          .isInstanceOf(KmsException.class);
    }
    assertThat(kms.unwrap("a", new byte[1], new byte[0])).hasSize(1);
    assertThat(told()).containsExactly("kek-made a", "unwrap-failed a");
  }

  @Test
  void aJournalThatCannotWriteStopsNoKey() {
    kms.to(journal);
    journal.fence(true);
    kms.ensure("a");
    assertThat(kms.wrap("a", new byte[1], new byte[0])).hasSize(1);
    assertThat(told()).isEmpty();
  }
}
