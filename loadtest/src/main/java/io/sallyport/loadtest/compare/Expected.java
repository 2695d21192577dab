package io.sallyport.loadtest.compare;

import java.util.zip.CRC32C;

/**
 * What every answer of a workload must be. The first answer is read and judged as a whole; all that
 * follow must be the same bytes, which their length and checksum say.
 */
record Expected(int status, long length, long checksum) {
  static Expected of(int status, byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body, 0, body.length);
    return new Expected(status, body.length, crc.getValue());
  }

  /** Null when the answer is as it must be. */
  String problem(int gotStatus, long gotLength, long gotChecksum) {
    if (gotStatus != status) {
      return "status " + gotStatus + " instead of " + status;
    }
    if (gotLength != length) {
      return "a body of " + gotLength + " bytes instead of " + length;
    }
    return gotChecksum == checksum ? null : "a body of the right length with other bytes";
  }
}
