package io.sallyport.proxy.kms.aws;

import io.sallyport.proxy.kms.KmsException;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * Where the keys are, out of the key URI.
 *
 * @param region as {@code eu-central-1}
 * @param name what the aliases of the keys begin with: {@code alias/NAME/…}
 * @param endpoint of a private endpoint (VPC, FIPS), or null for the region's own
 * @param waitDays how long AWS keeps a key that is to be destroyed: 7 to 30
 */
record Place(String region, String name, URI endpoint, int waitDays) {
  private static final int WAIT_MIN = 7;
  private static final int WAIT_MAX = 30;
  private static final Pattern FORM =
      Pattern.compile("([a-z]{2}[a-z0-9-]{3,30})/([a-z0-9][a-z0-9-]{0,30})(?:\\?(.+))?");
  private static final Pattern ENDPOINT =
      Pattern.compile("https://[^/?#@]+|http://(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d+)?");

  /**
   * @throws KmsException when it is none: says what to write
   */
  static Place parse(String rest) {
    var parts = FORM.matcher(rest);
    if (!parts.matches()) {
      throw wrong(rest, "write awskms:REGION/NAME, as awskms:eu-central-1/sallyport");
    }
    URI endpoint = null;
    int days = WAIT_MAX;
    for (var option : parts.group(3) == null ? new String[0] : parts.group(3).split("&", -1)) {
      if (option.startsWith("endpoint=")) {
        var url = option.substring("endpoint=".length());
        if (!ENDPOINT.matcher(url).matches()) {
          throw wrong(rest, "an endpoint is https://HOST[:PORT]");
        }
        endpoint = URI.create(url);
      } else if (option.matches("wait=\\d{1,2}")) {
        days = Integer.parseInt(option.substring("wait=".length()));
      } else {
        throw wrong(rest, "'" + option + "' is neither endpoint=URL nor wait=DAYS");
      }
    }
    if (days < WAIT_MIN || days > WAIT_MAX) {
      throw wrong(rest, "AWS keeps a key that is to be destroyed for 7 to 30 days");
    }
    return new Place(parts.group(1), parts.group(2), endpoint, days);
  }

  private static KmsException wrong(String rest, String how) {
    return new KmsException("not a place in AWS KMS: 'awskms:" + rest + "'; " + how, null);
  }

  @Override
  public String toString() {
    return "awskms:" + region + "/" + name;
  }
}
