package io.sallyport.proxy.kms;

import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * A key service that is not built in, because it brings a vendor's libraries: a module of its own,
 * found by {@link ServiceLoader} where its jar lies on the class path. Open and create may wait for
 * a network.
 */
public interface KmsProvider {
  /** What its URIs begin with, before the colon. */
  String scheme();

  /**
   * Opens the service.
   *
   * @param rest the URI behind the colon
   * @param baseDir where relative files are
   * @param secret what opens it; the caller may clear it afterwards
   * @throws KmsException when it is not there, or the URI or the secret is none of its
   */
  Kms open(String rest, Path baseDir, char[] secret);

  /**
   * Makes the identity. Never overwrites.
   *
   * @throws KmsException when there is one already, or it cannot be made
   */
  void create(String rest, Path baseDir, char[] secret);

  /** The one for a URI, or what is wrong with the URI. */
  static KmsProvider of(String uri, String scheme) {
    for (var provider : ServiceLoader.load(KmsProvider.class)) {
      if (provider.scheme().equals(scheme)) {
        return provider;
      }
    }
    throw new KmsException(
        "unknown key service '"
            + uri
            + "': write pkcs12:FILE, pkcs11:FILE or vault:https://HOST:PORT/v1/MOUNT/NAME;"
            + " awskms:REGION/NAME needs the module kms-aws beside lib (see its chapter in the"
            + " manual)",
        null);
  }
}
