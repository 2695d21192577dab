package io.sallyport.proxy.kms;

import java.nio.file.Files;

class Pkcs12DisposalTest extends DisposalContract {
  private static final char[] PASSWORD = "for tests only".toCharArray();

  @Override
  protected Kms kms() {
    if (!Files.exists(dir.resolve("keys.p12"))) {
      KeyStores.create(dir.resolve("keys.p12"), PASSWORD);
    }
    return Kms.open("pkcs12:keys.p12", dir, PASSWORD);
  }
}
