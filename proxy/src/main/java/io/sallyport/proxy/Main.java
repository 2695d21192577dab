package io.sallyport.proxy;

import io.sallyport.proxy.cli.CommandLines;

/** {@code sallyport}. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(CommandLines.sallyport().execute(args));
  }
}
