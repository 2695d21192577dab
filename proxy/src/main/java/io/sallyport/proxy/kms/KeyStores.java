package io.sallyport.proxy.kms;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Set;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;

/** The file behind {@code pkcs12:}: made, read, and replaced in one step. */
public final class KeyStores {
  static final String IDENTITY = "journal-identity";
  private static final int KEK_BITS = 256;
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private KeyStores() {}

  /**
   * Creates a store with a fresh identity (Ed25519), readable by its owner only. Never overwrites:
   * losing the keys loses the journal.
   *
   * @throws KmsException when the file exists or cannot be written
   */
  public static void create(Path file, char[] password) {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      var identity = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      store.setKeyEntry(
          IDENTITY,
          identity.getPrivate(),
          password,
          new Certificate[] {SelfSigned.of(identity, "Ed25519", null)});
      write(store, file, password);
    } catch (IOException e) {
      throw new KmsException("cannot create key store " + file, e);
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot create keys", e);
    }
  }

  static SecretKey freshKey() throws GeneralSecurityException {
    var aes = KeyGenerator.getInstance("AES");
    aes.init(KEK_BITS);
    return aes.generateKey();
  }

  /** The store in a file; an {@link IOException} when the password is wrong. */
  static KeyStore read(Path file, char[] password) throws IOException, GeneralSecurityException {
    try (var in = Files.newInputStream(file)) {
      var store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      return store;
    }
  }

  /**
   * Puts a store in the place of a file, whole or not at all: written beside it, forced, renamed,
   * and the directory forced, so that a key is on the disk before anything is wrapped under it.
   */
  static void replace(KeyStore store, Path file, char[] password)
      throws IOException, GeneralSecurityException {
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    write(store, fresh, password);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (var directory =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static void write(KeyStore store, Path file, char[] password)
      throws IOException, GeneralSecurityException {
    var fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (var channel = FileChannel.open(file, fresh, OWNER_ONLY)) {
      store.store(Channels.newOutputStream(channel), password);
      channel.force(true);
    }
  }
}
