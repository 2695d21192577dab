package io.sallyport.proxy.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SoftHSM2: the PKCS#11 token that needs no hardware. */
@Tag("real")
class Pkcs11KmsTest extends KmsContract {
  private static SoftHsm hsm;
  private static Path configuration;

  @BeforeAll
  static void token() throws IOException, InterruptedException {
    hsm = SoftHsm.token();
    configuration = hsm.configuration(false);
  }

  @Override
  protected Kms kms() {
    return Kms.open("pkcs11:" + configuration, Path.of(""), SoftHsm.PIN.toCharArray());
  }

  @Test
  void keysDoNotLeaveTheToken() throws Exception {
    assertThat(kms().identity().algorithm()).isEqualTo(IdentityKey.Algorithm.ECDSA_P256);
    var loose =
        Kms.open("pkcs11:" + hsm.configuration(true), Path.of(""), SoftHsm.PIN.toCharArray());
    assertThatThrownBy(() -> loose.ensure("could-be-taken-out"))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("CKA_EXTRACTABLE = false");
    assertThat(loose.keys()).doesNotContain("could-be-taken-out");
  }

  @Test
  void identityIsNeverMadeAnew() {
    assertThatThrownBy(
            () -> Kms.create("pkcs11:" + configuration, Path.of(""), SoftHsm.PIN.toCharArray()))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("already");
  }

  @Test
  void openingSaysWhatIsWrong() {
    assertThatThrownBy(() -> Kms.open("pkcs11:none.cfg", Path.of("/"), new char[] {'1'}))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("/none.cfg")
        .hasMessageContaining("library=");
  }
}
