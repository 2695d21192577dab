package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What a start found after an unclean stop; body of a {@link FrameType#RECOVERY} frame, in clear.
 *
 * @param sealed records that the last checkpoint covered
 * @param found records found, all kept: the next one is the key of the new run
 * @param damage where bytes were left behind that are no frame, or "" when all was well formed
 */
record Recovery(long sealed, long found, String damage) {
  private static final String TITLE = "sallyport recovery 1";

  byte[] body() {
    return (TITLE + "\n" + sealed + "\n" + found + "\n" + damage + "\n").getBytes(UTF_8);
  }

  static Recovery parse(byte[] body) throws Frame.Malformed {
    var lines = new String(body, UTF_8).split("\n", -1);
    try {
      if (lines.length == 5 && lines[0].equals(TITLE) && lines[4].isEmpty()) {
        return new Recovery(Long.parseLong(lines[1]), Long.parseLong(lines[2]), lines[3]);
      }
    } catch (NumberFormatException e) {
      throw new Frame.Malformed("a recovery record that holds no numbers");
    }
    throw new Frame.Malformed("a recovery record that is none");
  }
}
