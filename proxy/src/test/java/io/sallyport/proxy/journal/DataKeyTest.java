package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataKeyTest {
  private static final String ORIGIN = "auditlog.local/a";
  private static final String KEK = "journal-2026-11";

  @TempDir Path dir;
  private Kms kms;
  private DataKey key;

  @BeforeEach
  void make() {
    kms = Entries.kms(dir);
    kms.ensure(KEK);
    key = DataKey.fresh(kms, new SecureRandom(), ORIGIN, 3, 7, KEK, new byte[32]);
  }

  @Test
  void opensWhereItBelongs() throws Exception {
    var opened = DataKey.open(kms, ORIGIN, 3, 7, key.opening());
    assertThat(opened.key()).isEqualTo(key.key());
    assertThat(opened.salt()).isEqualTo(key.salt());
    assertThat(DataKey.wrappedBy(key.opening())).isEqualTo(KEK);
    assertThat(key).hasToString("[key]");
  }

  @Test
  void wrappedKeyOfAnotherPlaceDoesNotOpen() {
    assertThatThrownBy(() -> DataKey.open(kms, "auditlog.local/b", 3, 7, key.opening()))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> DataKey.open(kms, ORIGIN, 4, 7, key.opening()))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> DataKey.open(kms, ORIGIN, 3, 8, key.opening()))
        .isInstanceOf(KmsException.class);
  }

  @Test
  void everyByteOfTheOpeningCounts() {
    for (int at = 0; at < key.opening().length; at++) {
      var bent = key.opening().clone();
      bent[at] ^= 1;
      assertThatThrownBy(() -> DataKey.open(kms, ORIGIN, 3, 7, bent))
          .as("byte %s", at)
          .isInstanceOfAny(Frame.Malformed.class, KmsException.class);
    }
  }
}
