package io.sallyport.proxy.kms.aws;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsProvider;
import java.nio.file.Path;

/** {@code awskms:REGION/NAME[?endpoint=URL][&wait=DAYS]}. */
public final class AwsKmsProvider implements KmsProvider {
  @Override
  public String scheme() {
    return "awskms";
  }

  @Override
  public Kms open(String rest, Path baseDir, char[] secret) {
    return AwsKms.open(Place.parse(rest), secret);
  }

  @Override
  public void create(String rest, Path baseDir, char[] secret) {
    AwsKms.create(Place.parse(rest), secret);
  }
}
