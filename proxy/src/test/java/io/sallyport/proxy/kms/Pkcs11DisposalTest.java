package io.sallyport.proxy.kms;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** SoftHSM2: the PKCS#11 token that needs no hardware. */
@Tag("real")
class Pkcs11DisposalTest extends DisposalContract {
  private static Path configuration;

  @BeforeAll
  static void token() throws IOException, InterruptedException {
    configuration = SoftHsm.token().configuration(false);
  }

  @Override
  protected Kms kms() {
    return Kms.open("pkcs11:" + configuration, Path.of(""), SoftHsm.PIN.toCharArray());
  }
}
