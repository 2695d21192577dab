package io.sallyport.proxy;

import java.util.Map;

/** Who runs a program of ours on this machine, as far as the operating system tells. */
public final class Operator {
  private Operator() {}

  /**
   * The user of the process, and who became that user by sudo: {@code sallyport (sudo: ann)}. It is
   * as true as the machine: who may write the journal's directory may say anything.
   *
   * @param environment of the process
   */
  public static String name(Map<String, String> environment) {
    var user = System.getProperty("user.name", "");
    var before = environment.getOrDefault("SUDO_USER", "");
    return before.isEmpty() || before.equals(user) ? user : user + " (sudo: " + before + ")";
  }
}
