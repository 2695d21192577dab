package io.sallyport.proxy.kms.aws;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.kms.DisposalContract;
import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A service that keeps a destroyed key for days: two certificates. */
class AwsDisposalTest extends DisposalContract {
  private static final SigV4 SIGNING =
      new SigV4("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a session's token");

  private FakeAwsKms aws;

  @BeforeEach
  void start() throws IOException {
    aws = new FakeAwsKms(SIGNING);
    Kms.create(uri(), Path.of(""), secret());
  }

  @AfterEach
  void stop() {
    assertThat(aws.surprises).isEmpty();
    aws.close();
  }

  private static char[] secret() {
    return (SIGNING.id() + ":" + SIGNING.secret() + ":" + SIGNING.token()).toCharArray();
  }

  private String uri() {
    return "awskms:" + FakeAwsKms.REGION + "/sallyport?endpoint=" + aws.url();
  }

  @Override
  protected Kms kms() {
    return Kms.open(uri(), Path.of(""), secret());
  }

  @Override
  protected Kms.Standing afterDestroy() {
    return Kms.Standing.SCHEDULED;
  }

  @Override
  protected void daysPass() {
    aws.daysPass();
  }
}
