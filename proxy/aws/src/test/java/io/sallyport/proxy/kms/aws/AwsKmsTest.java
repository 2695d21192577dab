package io.sallyport.proxy.kms.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsContract;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a service that checks the signature and every field of every request. */
class AwsKmsTest extends KmsContract {
  private static final SigV4 SIGNING =
      new SigV4("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a session's token");

  private FakeAwsKms aws;

  @BeforeEach
  void start() throws IOException {
    aws = new FakeAwsKms(SIGNING);
    Kms.create(uri(""), Path.of(""), secret());
  }

  @AfterEach
  void stop() {
    assertThat(aws.surprises).isEmpty();
    aws.close();
  }

  private static char[] secret() {
    return (SIGNING.id() + ":" + SIGNING.secret() + ":" + SIGNING.token()).toCharArray();
  }

  private String uri(String more) {
    return "awskms:" + FakeAwsKms.REGION + "/sallyport?endpoint=" + aws.url() + more;
  }

  @Override
  protected Kms kms() {
    return Kms.open(uri(""), Path.of(""), secret());
  }

  @Override
  protected Kms.Standing afterDestroy() {
    return Kms.Standing.SCHEDULED;
  }

  @Test
  void keysStandUnderTheNameOfTheUriAndOthersAreNotOurs() {
    var kms = kms();
    for (int month = 1; month <= 7; month++) { // more than a page of aliases
      kms.ensure("journal-2026-0" + month);
    }
    assertThat(aws.aliases())
        .contains("alias/sallyport/identity", "alias/sallyport/journal-2026-07");
    var other = uri("").replace("/sallyport", "/sallyport-2");
    Kms.create(other, Path.of(""), secret());
    assertThat(Kms.open(other, Path.of(""), secret()).keys()).isEmpty();
    assertThat(kms.keys()).hasSize(7).doesNotContain("identity");
  }

  @Test
  void identityIsNeverReplacedNorDestroyedAsAKey() {
    assertThatThrownBy(() -> Kms.create(uri(""), Path.of(""), secret()))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("already");
    assertThatThrownBy(() -> kms().ensure("identity")).isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> kms().destroy("identity")).isInstanceOf(KmsException.class);
    assertThat(kms().sign(new byte[1])).isNotEmpty();
  }

  @Test
  void destroyedKeyIsGoneWhenTheDaysAreOver() {
    var kms = Kms.open(uri("&wait=7"), Path.of(""), secret());
    kms.ensure("journal-2020-01");
    var wrapped = kms.wrap("journal-2020-01", new byte[32], new byte[1]);
    assertThat(kms.destroy("journal-2020-01")).isEqualTo(Kms.Standing.SCHEDULED);
    assertThat(kms.destroy("journal-2020-01")).isEqualTo(Kms.Standing.SCHEDULED);
    assertThat(aws.waits).containsExactly(7);
    aws.daysPass();
    assertThat(kms.standing("journal-2020-01")).isEqualTo(Kms.Standing.ABSENT);
    assertThat(kms.keys()).isEmpty();
    kms.ensure("journal-2020-01");
    assertThatThrownBy(() -> kms.unwrap("journal-2020-01", wrapped, new byte[1]))
        .isInstanceOf(KmsException.class);
  }

  @Test
  void disabledKeyDoesNothingAndComesBack() {
    var kms = kms();
    kms.ensure("journal-2026-11");
    var wrapped = kms.wrap("journal-2026-11", new byte[32], new byte[1]);
    aws.state("alias/sallyport/journal-2026-11", "Disabled");
    assertThat(kms.standing("journal-2026-11")).isEqualTo(Kms.Standing.SCHEDULED);
    assertThatThrownBy(() -> kms.unwrap("journal-2026-11", wrapped, new byte[1]))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("DisabledException");
    aws.state("alias/sallyport/journal-2026-11", "Enabled");
    assertThat(kms.unwrap("journal-2026-11", wrapped, new byte[1])).hasSize(32);
    aws.state("alias/sallyport/journal-2026-11", "Updating");
    assertThatThrownBy(() -> kms.standing("journal-2026-11"))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("Updating");
  }

  @Test
  void refusalsAreSaidWithoutTheSecret() {
    var kms = kms();
    kms.ensure("a");
    aws.failing = "AccessDeniedException";
    assertThatThrownBy(() -> kms.wrap("a", new byte[32], new byte[1]))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("AccessDeniedException")
        .hasMessageContaining("awskms:eu-central-1/sallyport");
    aws.failing = null;
    var wrong = (SIGNING.id() + ":another").toCharArray();
    assertThatThrownBy(() -> Kms.open(uri(""), Path.of(""), wrong))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("InvalidSignature")
        .hasMessageNotContaining("another");
    for (var bad : new String[] {"", "x", ":", "x:", ":y"}) {
      assertThatThrownBy(() -> Kms.open(uri(""), Path.of(""), bad.toCharArray()))
          .as(bad)
          .isInstanceOf(KmsException.class)
          .hasMessageContaining("ACCESS_KEY_ID");
    }
  }

  @Test
  void whoLosesTheRaceForANameTakesTheOthersKey() {
    var kms = kms();
    aws.racing = "alias/sallyport/journal-2026-11";
    kms.ensure("journal-2026-11");
    assertThat(aws.waits).as("our own key is given up").containsExactly(30);
    var wrapped = kms.wrap("journal-2026-11", new byte[32], new byte[1]);
    assertThat(kms().unwrap("journal-2026-11", wrapped, new byte[1])).hasSize(32);
  }

  @Test
  void whatIsNoPlaceIsSaid() {
    for (var bad :
        new String[] {
          "",
          "eu-central-1",
          "eu-central-1/",
          "EU/x",
          "eu-central-1/X",
          "eu-central-1/x?wait=6",
          "eu-central-1/x?wait=31",
          "eu-central-1/x?wat=7",
          "eu-central-1/x?endpoint=http://kms",
          "eu-central-1/x?endpoint=https://kms/path",
          "eu-central-1/x?",
          "eu-central-1/x?&"
        }) {
      assertThatThrownBy(() -> Kms.open("awskms:" + bad, Path.of(""), secret()))
          .as(bad)
          .isInstanceOf(KmsException.class)
          .hasMessageContaining("awskms:");
    }
  }
}
