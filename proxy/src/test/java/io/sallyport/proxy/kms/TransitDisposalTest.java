package io.sallyport.proxy.kms;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class TransitDisposalTest extends DisposalContract {
  private FakeTransit transit;

  @BeforeEach
  void start() throws IOException {
    transit = new FakeTransit();
    Kms.create("vault:" + transit.url(), Path.of(""), FakeTransit.TOKEN.toCharArray());
  }

  @AfterEach
  void stop() {
    assertThat(transit.surprises).isEmpty();
    transit.close();
  }

  @Override
  protected Kms kms() {
    return Kms.open("vault:" + transit.url(), Path.of(""), FakeTransit.TOKEN.toCharArray());
  }
}
