package io.sallyport.proxy.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A reference to a secret: {@code env:NAME}, {@code file:PATH} or {@code credential:NAME}. A
 * configuration holds references and never values, so that it can be kept, diffed and shown.
 */
public sealed interface Secret {
  /** An environment variable. */
  record Env(String name) implements Secret {
    @Override
    public String toString() {
      return "env:" + name;
    }
  }

  /** The first line of a file. */
  record InFile(Path path) implements Secret {
    @Override
    public String toString() {
      return "file:" + path;
    }
  }

  /**
   * The first line of a credential that systemd hands to the service ({@code LoadCredential=} or
   * {@code LoadCredentialEncrypted=} of its unit, systemd.exec(5)).
   */
  record Credential(String name) implements Secret {
    /** Where systemd says the credentials of a service are. */
    static final String DIRECTORY = "CREDENTIALS_DIRECTORY";

    @Override
    public String toString() {
      return "credential:" + name;
    }
  }

  /**
   * Reads a reference.
   *
   * @param base relative files are under it
   * @throws IllegalArgumentException when it is none; the message does not repeat the text, which
   *     may be a secret that was pasted in
   */
  static Secret parse(String text, Path base) {
    if (text.startsWith("env:") && text.length() > 4) {
      return new Env(text.substring(4));
    }
    if (text.startsWith("file:") && text.length() > 5) {
      return new InFile(base.resolve(text.substring(5)).normalize());
    }
    if (text.matches("credential:[A-Za-z0-9_.-]+") && !text.endsWith(":..")) {
      return new Credential(text.substring(11));
    }
    throw new IllegalArgumentException(
        "is not a reference to a secret: write env:NAME, file:PATH or credential:NAME, never the"
            + " secret itself");
  }

  /**
   * The secret itself. The caller keeps it no longer than needed.
   *
   * @throws IOException when it is not there or empty
   */
  default char[] open(Map<String, String> environment) throws IOException {
    String value;
    if (this instanceof Env env) {
      value = environment.get(env.name());
      if (value == null) {
        throw new IOException("the environment variable " + env.name() + " is not set");
      }
    } else if (this instanceof Credential credential) {
      String directory = environment.get(Credential.DIRECTORY);
      if (directory == null) {
        throw new IOException(
            this
                + ": systemd gave no credentials; the unit needs LoadCredential="
                + credential.name());
      }
      value = line(Path.of(directory, credential.name()));
    } else {
      value = line(((InFile) this).path());
    }
    if (value.isEmpty()) {
      throw new IOException(this + " is empty");
    }
    return value.toCharArray();
  }

  private static String line(Path path) throws IOException {
    if (!Files.isReadable(path)) {
      throw new IOException("the file " + path + " is not there or cannot be read");
    }
    return Files.readString(path).lines().findFirst().orElse("");
  }
}
