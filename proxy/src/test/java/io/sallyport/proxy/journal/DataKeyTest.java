package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.kms.KmsException;
import java.security.SecureRandom;
import java.time.YearMonth;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DataKeyTest {
  private static final String ORIGIN = "auditlog.local/a";
  private static final YearMonth MONTH = YearMonth.of(2026, 11);

  private final MemoryKms kms = new MemoryKms();
  private FileKeys keys;

  @BeforeEach
  void make() {
    for (var retention : RetentionClass.values()) {
      kms.ensure(FileKeys.kek(MONTH, retention));
    }
    keys = FileKeys.fresh(kms, new SecureRandom(), ORIGIN, 3, 7, MONTH, new byte[32]);
  }

  private DataKey open(String origin, int run, int number, RetentionClass retention, byte[] body)
      throws Frame.Malformed {
    var opening = KeyOpening.parse(body);
    var wrapped = opening.of(retention);
    var place =
        new DataKey.Place(origin, run, number, retention, opening.epochKey(), wrapped.kek());
    return DataKey.open(kms, place, wrapped);
  }

  @Test
  void everyClassHasAKeyOfItsOwnThatOpensWhereItBelongs() throws Exception {
    for (var retention : RetentionClass.values()) {
      var opened = open(ORIGIN, 3, 7, retention, keys.opening());
      assertThat(opened.key()).isEqualTo(keys.of(retention).key());
      assertThat(opened.salt()).isEqualTo(keys.of(retention).salt());
      assertThat(KeyOpening.parse(keys.opening()).of(retention).kek())
          .isEqualTo("journal-2026-11-" + retention.word());
    }
    assertThat(keys.of(RetentionClass.ACCESS).key())
        .isNotEqualTo(keys.of(RetentionClass.SECURITY).key())
        .isNotEqualTo(keys.of(RetentionClass.ADMINISTRATION).key());
    assertThat(keys).hasToString("[key]");
    assertThat(keys.of(RetentionClass.ACCESS)).hasToString("[key]");
  }

  @Test
  void wrappedKeyOfAnotherPlaceDoesNotOpen() {
    var access = RetentionClass.ACCESS;
    assertThatThrownBy(() -> open("auditlog.local/b", 3, 7, access, keys.opening()))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> open(ORIGIN, 4, 7, access, keys.opening()))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> open(ORIGIN, 3, 8, access, keys.opening()))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(
            () -> {
              var opening = KeyOpening.parse(keys.opening());
              var wrapped = opening.of(access);
              DataKey.open(
                  kms,
                  new DataKey.Place(
                      ORIGIN, 3, 7, RetentionClass.SECURITY, opening.epochKey(), wrapped.kek()),
                  wrapped);
            })
        .isInstanceOf(KmsException.class);
  }

  // A changed byte spoils one key or all, and each byte is in one of them.
  @Test
  void everyByteOfTheOpeningCounts() {
    for (int at = 0; at < keys.opening().length; at++) {
      var bent = keys.opening().clone();
      bent[at] ^= 1;
      assertThatThrownBy(
              () -> {
                for (var retention : RetentionClass.values()) {
                  open(ORIGIN, 3, 7, retention, bent);
                }
              })
          .as("byte %s", at)
          .isInstanceOfAny(Frame.Malformed.class, KmsException.class);
    }
  }

  @Test
  void anOpeningWithMoreOrLessBehindItIsNone() {
    var body = keys.opening();
    assertThatThrownBy(() -> KeyOpening.parse(Arrays.copyOf(body, body.length + 1)))
        .isInstanceOf(Frame.Malformed.class);
    assertThatThrownBy(() -> KeyOpening.parse(Arrays.copyOf(body, body.length - 1)))
        .isInstanceOf(Frame.Malformed.class);
  }
}
