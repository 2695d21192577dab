package io.sallyport.proxy.kms;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Set;
import javax.crypto.KeyGenerator;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes the key store that {@code pkcs12:} opens. */
public final class KeyStores {
  private static final int KEK_BITS = 256;

  // The certificate only carries the public key in the store; nobody validates a path over it.
  private static final int VALID_YEARS = 30;

  private KeyStores() {}

  /**
   * Creates a store with a fresh key-encryption key (AES-256) and a fresh identity (Ed25519),
   * readable by its owner only. Never overwrites: losing the key loses the journal.
   *
   * @throws KmsException when the file exists or cannot be written
   */
  public static void create(Path file, char[] password) {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      var aes = KeyGenerator.getInstance("AES");
      aes.init(KEK_BITS);
      store.setKeyEntry(Pkcs12Kms.KEK, aes.generateKey(), password, null);
      var identity = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      store.setKeyEntry(
          Pkcs12Kms.IDENTITY,
          identity.getPrivate(),
          password,
          new Certificate[] {selfSigned(identity)});
      var fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (var channel = Files.newByteChannel(file, fresh, ownerOnly)) {
        store.store(Channels.newOutputStream(channel), password);
      }
    } catch (IOException e) {
      throw new KmsException("cannot create key store " + file, e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new KmsException("cannot create keys", e);
    }
  }

  private static X509Certificate selfSigned(KeyPair pair)
      throws GeneralSecurityException, OperatorCreationException {
    var name = new X500Name("CN=Sallyport journal identity");
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(63, new SecureRandom()),
            Date.from(now),
            Date.from(now.plus(VALID_YEARS * 365L, ChronoUnit.DAYS)),
            name,
            pair.getPublic());
    var signer = new JcaContentSignerBuilder("Ed25519").build(pair.getPrivate());
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }
}
