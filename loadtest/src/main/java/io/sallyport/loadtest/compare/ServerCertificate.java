package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * A throw-away ECDSA P-256 certificate for localhost, which all servers of a run present. Made by
 * the JDK's keytool: no library and no openssl is needed for it.
 */
final class ServerCertificate {
  private static final String PASSWORD = "throw-away";

  private final Path dir;
  private final X509Certificate certificate;

  private ServerCertificate(Path dir, X509Certificate certificate) {
    this.dir = dir;
    this.certificate = certificate;
  }

  /** Writes {@code server.pem}, {@code server-key.pem} and both in {@code server-both.pem}. */
  static ServerCertificate make(Path dir) throws IOException {
    Path store = dir.resolve("server.p12");
    Programs.run(
        "make a certificate",
        dir,
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-alias",
        "server",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-sigalg",
        "SHA256withECDSA",
        "-validity",
        "90",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost,ip:127.0.0.1",
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD,
        "-keystore",
        store.toString());
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      X509Certificate certificate = (X509Certificate) keys.getCertificate("server");
      String open = pem("CERTIFICATE", certificate.getEncoded());
      byte[] secret = keys.getKey("server", PASSWORD.toCharArray()).getEncoded();
      String key = pem("PRIVATE KEY", secret);
      Files.writeString(dir.resolve("server.pem"), open);
      secret(dir.resolve("server-key.pem"), key);
      secret(dir.resolve("server-both.pem"), open + key);
      return new ServerCertificate(dir, certificate);
    } catch (GeneralSecurityException failure) {
      throw CompareFailure.environment("cannot read the certificate just made", failure);
    }
  }

  X509Certificate certificate() {
    return certificate;
  }

  Path chain() {
    return dir.resolve("server.pem");
  }

  Path key() {
    return dir.resolve("server-key.pem");
  }

  /** Certificate and key in one file. */
  Path both() {
    return dir.resolve("server-both.pem");
  }

  private static void secret(Path file, String text) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  private static String pem(String what, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n";
  }
}
