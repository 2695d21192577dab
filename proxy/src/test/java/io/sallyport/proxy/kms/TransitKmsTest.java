package io.sallyport.proxy.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransitKmsTest extends KmsContract {
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

  @Test
  void keysStandUnderTheNameOfTheUrlAndOthersAreNotOurs() throws IOException {
    var kms = kms();
    kms.ensure("journal-2026-11");
    assertThat(transit.names()).containsExactly("sallyport-identity", "sallyport-journal-2026-11");
    var other = transit.url().replace("/sallyport", "/other");
    Kms.create("vault:" + other, Path.of(""), FakeTransit.TOKEN.toCharArray());
    var others = Kms.open("vault:" + other, Path.of(""), FakeTransit.TOKEN.toCharArray());
    assertThat(others.keys()).isEmpty();
    assertThat(kms.keys()).containsExactly("journal-2026-11");
  }

  @Test
  void whoMayCreateNeverReplaces() {
    assertThatThrownBy(
            () ->
                Kms.create("vault:" + transit.url(), Path.of(""), FakeTransit.TOKEN.toCharArray()))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("already");
  }

  @Test
  void softlyDeletedKeyIsScheduledAndDoesNothing() {
    var kms = kms();
    kms.ensure("journal-2026-11");
    var wrapped = kms.wrap("journal-2026-11", new byte[32], new byte[1]);
    transit.softDelete("sallyport-journal-2026-11");
    assertThat(kms.standing("journal-2026-11")).isEqualTo(Kms.Standing.SCHEDULED);
    assertThatThrownBy(() -> kms.unwrap("journal-2026-11", wrapped, new byte[1]))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> kms.ensure("journal-2026-11")).isInstanceOf(KmsException.class);
    assertThat(kms.destroy("journal-2026-11")).isEqualTo(Kms.Standing.ABSENT);
  }

  @Test
  void sealedServiceAndWrongTokenAreSaidWithoutTheToken() {
    var kms = kms();
    transit.sealed = true;
    assertThatThrownBy(() -> kms.ensure("a"))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("503")
        .hasMessageContaining("sealed");
    transit.sealed = false;
    kms.ensure("a");
    assertThatThrownBy(
            () -> Kms.open("vault:" + transit.url(), Path.of(""), "hvs.wrong".toCharArray()))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("403")
        .hasMessageContaining("token")
        .hasMessageNotContaining("hvs.wrong");
  }

  @Test
  void serviceThatIsNotThereIsSaid() {
    transit.close();
    assertThatThrownBy(this::kms)
        .isInstanceOf(KmsException.class)
        .hasMessageContaining(transit.url().replace("/sallyport", ""));
  }

  @Test
  void onlyHttpsLeavesTheMachine() {
    for (var bad :
        new String[] {
          "http://vault.internal:8200/v1/transit/s",
          "http://127.0.0.1.evil.example/v1/transit/s",
          "https://vault.internal:8200/transit/s",
          "https://user@vault.internal/v1/transit/s",
          "https://vault.internal/v1/transit/",
          "https://vault.internal/v1/../x/s",
          "vault.internal"
        }) {
      assertThatThrownBy(() -> Kms.open("vault:" + bad, Path.of(""), new char[] {'t'}))
          .as(bad)
          .isInstanceOf(KmsException.class)
          .hasMessageContaining("https");
    }
  }
}
