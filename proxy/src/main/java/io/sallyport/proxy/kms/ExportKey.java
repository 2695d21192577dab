package io.sallyport.proxy.kms;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What makes pseudonyms for receivers outside: HMAC-SHA-256 under a key of its own, which lies
 * wrapped beside the positions of exports. The same id is the same pseudonym for as long as that
 * file is kept, and who has only pseudonyms cannot try ids. Safe for use from several threads.
 */
public final class ExportKey {
  private static final String KEK = "export";
  private static final byte[] AAD = "sallyport export key".getBytes(StandardCharsets.US_ASCII);
  private static final int BYTES = 32;

  /** Bytes of a pseudonym: no two patients of a hospital share one by chance. */
  private static final int PSEUDONYM = 16;

  private final ThreadLocal<Mac> mac;

  private ExportKey(byte[] raw) {
    var key = new SecretKeySpec(raw, "HmacSHA256");
    mac =
        ThreadLocal.withInitial(
            () -> {
              try {
                var one = Mac.getInstance("HmacSHA256");
                one.init(key);
                return one;
              } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has HmacSHA256", e);
              }
            });
  }

  /**
   * Opens the key in a file, or makes it.
   *
   * @throws KmsException when the service cannot, or the file is not one of this service
   */
  public static ExportKey open(Kms kms, Path file) {
    var raw = new byte[BYTES];
    try {
      if (Files.exists(file)) {
        raw = kms.unwrap(KEK, Files.readAllBytes(file), AAD);
      } else {
        new SecureRandom().nextBytes(raw);
        kms.ensure(KEK);
        write(file, kms.wrap(KEK, raw, AAD));
      }
      return new ExportKey(raw);
    } catch (IOException e) {
      throw new KmsException("cannot keep the key of exports in " + file, e);
    } finally {
      Arrays.fill(raw, (byte) 0);
    }
  }

  private static void write(Path file, byte[] wrapped) throws IOException {
    Files.createDirectories(file.getParent());
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    try (var channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(wrapped));
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What is said outside in place of an id. */
  public String pseudonym(String id) {
    if (id.isEmpty()) {
      return id;
    }
    var tag = mac.get().doFinal(id.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(tag, 0, PSEUDONYM);
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
