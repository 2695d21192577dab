package io.sallyport.proxy.siem;

import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * One receiver and what it gets.
 *
 * @param name its name in metrics and in its position's file
 * @param tls trusts it, and says who we are where it asks
 * @param format one of {@link #formats}
 * @param queries whether the values of searches go out; they may be birth dates and names
 * @param patients whether patients' ids go out; pseudonyms do otherwise
 */
public record ExportSettings(
    String name,
    SyslogTarget target,
    SSLContext tls,
    String format,
    boolean queries,
    boolean patients) {

  /** The formats there are. */
  public static Set<String> formats() {
    return Format.names();
  }
}
