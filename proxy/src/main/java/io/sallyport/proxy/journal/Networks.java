package io.sallyport.proxy.journal;

/** The network that an address is counted under: the /24 of IPv4, the /64 of IPv6. */
final class Networks {
  private Networks() {}

  /**
   * @param address as the kernel gave it, never a name: {@code 192.0.2.7}, {@code 2001:db8::7}
   * @return {@code 192.0.2.0/24}, {@code 2001:db8:0:0::/64}; what is no address, as it is
   */
  static String of(String address) {
    int zone = address.indexOf('%');
    var plain = zone < 0 ? address : address.substring(0, zone);
    int dot = plain.lastIndexOf('.');
    if (dot > 0) {
      int colon = plain.lastIndexOf(':'); // ::ffff:192.0.2.7
      return plain.substring(colon + 1, dot) + ".0/24";
    }
    return plain.indexOf(':') < 0 ? plain : v6(plain);
  }

  private static String v6(String address) {
    int gap = address.indexOf("::");
    var head = (gap < 0 ? address : address.substring(0, gap)).split(":", -1);
    var tail = gap < 0 || gap + 2 == address.length() ? new String[0] : split(address, gap + 2);
    int given = gap == 0 ? 0 : head.length;
    var network = new StringBuilder();
    for (int group = 0; group < 4; group++) {
      int inTail = group - (8 - tail.length);
      var text = group < given ? head[group] : inTail >= 0 ? tail[inTail] : "0";
      network.append(stripped(text)).append(':');
    }
    return network.append(":/64").toString();
  }

  private static String[] split(String address, int from) {
    return address.substring(from).split(":", -1);
  }

  private static String stripped(String group) {
    int from = 0;
    while (from < group.length() - 1 && group.charAt(from) == '0') {
      from++;
    }
    return group.substring(from);
  }
}
