package io.sallyport.proxy.siem;

import java.util.Map;
import java.util.Set;

/** How a record is worded for a receiver. One file a format, and a line in the table. */
interface Format {
  Map<String, Format> ALL = Map.of("ocsf", new Ocsf(), "cef", new Cef());

  /** One line of text, without a line end. */
  String text(Event event);

  /** The names that a configuration may give. */
  static Set<String> names() {
    return ALL.keySet();
  }
}
