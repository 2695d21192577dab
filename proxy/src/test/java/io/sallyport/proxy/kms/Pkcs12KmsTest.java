package io.sallyport.proxy.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Pkcs12KmsTest extends KmsContract {
  private static final char[] PASSWORD = "correct horse".toCharArray();

  @TempDir Path dir;

  @BeforeEach
  void create() {
    Kms.create("pkcs12:keys.p12", dir, PASSWORD);
  }

  @Override
  protected Kms kms() {
    return Kms.open("pkcs12:keys.p12", dir, PASSWORD);
  }

  @Test
  void anotherStoreCannotUnwrap() {
    Kms.create("pkcs12:other.p12", dir, PASSWORD);
    var kms = kms();
    var other = Kms.open("pkcs12:other.p12", dir, PASSWORD);
    kms.ensure("a");
    other.ensure("a");
    var wrapped = kms.wrap("a", new byte[32], new byte[1]);
    assertThatThrownBy(() -> other.unwrap("a", wrapped, new byte[1]))
        .isInstanceOf(KmsException.class);
    assertThat(other.name()).isNotEqualTo(kms.name()).startsWith("pkcs12:");
  }

  @Test
  void whoeverChangesTheStoreBesideUsLosesNoKeyOfOurs() throws Exception {
    var everybody = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> work = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        var key = "key-" + i;
        work.add(
            () -> {
              kms().ensure(key); // a store of its own, as another process has
              return null;
            });
      }
      for (var done : everybody.invokeAll(work)) {
        done.get();
      }
    } finally {
      everybody.shutdownNow();
    }
    assertThat(kms().keys()).hasSize(12);
  }

  @Test
  void storeIsForItsOwnerOnlyAndNeverOverwritten() throws Exception {
    var file = dir.resolve("keys.p12");
    kms().ensure("a"); // replaced by now
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> Kms.create("pkcs12:keys.p12", dir, PASSWORD))
        .isInstanceOf(KmsException.class);
    assertThat(kms().keys()).containsExactly("a");
  }

  @Test
  void whatACrashLeftBesideTheStoreIsInNobodysWay() throws Exception {
    Files.writeString(dir.resolve("keys.p12.new"), "half a store");
    kms().ensure("a");
    assertThat(kms().keys()).containsExactly("a");
  }

  @Test
  void openingSaysWhatIsWrong() {
    assertThatThrownBy(() -> Kms.open("azure:x", dir, PASSWORD))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("azure:x")
        .hasMessageContaining("pkcs12:FILE");
    assertThatThrownBy(() -> Kms.open("keys.p12", dir, PASSWORD)).isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> Kms.create("azure:x", dir, PASSWORD)).isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> Kms.open("pkcs12:none.p12", dir, PASSWORD))
        .hasMessageContaining("none.p12");
    assertThatThrownBy(() -> Kms.open("pkcs12:keys.p12", dir, "wrong".toCharArray()))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("password");
  }
}
