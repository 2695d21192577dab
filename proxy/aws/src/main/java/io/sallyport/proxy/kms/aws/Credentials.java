package io.sallyport.proxy.kms.aws;

import io.sallyport.proxy.kms.KmsException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Who asks AWS: {@code ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]}, or the word {@code role}
 * for whatever the machine is given (instance or container role, web identity), which AWS renews.
 */
final class Credentials {
  private static final String ROLE = "role";

  private Credentials() {}

  /**
   * @throws KmsException when the secret is neither
   */
  static AwsCredentialsProvider of(char[] secret) {
    var text = new String(secret);
    if (text.equals(ROLE)) {
      return DefaultCredentialsProvider.builder().build();
    }
    var parts = text.split(":", 3);
    if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw new KmsException(
          "the secret of awskms is ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN], or the word"
              + " role",
          null);
    }
    return StaticCredentialsProvider.create(
        parts.length == 2
            ? AwsBasicCredentials.create(parts[0], parts[1])
            : AwsSessionCredentials.create(parts[0], parts[1], parts[2]));
  }
}
