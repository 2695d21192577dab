package io.sallyport.proxy.exchange;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;

/**
 * Host and path to a route. Compares whole path segments of the raw path; nothing is normalised.
 */
final class Router {
  private Router() {}

  /** The route with the longest matching path. Refuses MISDIRECTED or UNKNOWN_ROUTE. */
  static Route route(Snapshot snapshot, RequestHead head) {
    if (!snapshot.hosts().isEmpty() && !snapshot.hosts().contains(head.host())) {
      throw new Refusal(Reason.MISDIRECTED, "host is not in listeners.hosts");
    }
    Route best = null;
    for (Route route : snapshot.routes()) {
      if (matches(route.path(), head.path())
          && (best == null || route.path().length() > best.path().length())) {
        best = route;
      }
    }
    if (best == null) {
      throw new Refusal(Reason.UNKNOWN_ROUTE, "no route has this path");
    }
    return best;
  }

  private static boolean matches(String prefix, String path) {
    return path.startsWith(prefix)
        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
  }

  /** The path below the route, without its leading slash. */
  static String below(Route route, RequestHead head) {
    String rest = head.path().substring(route.path().length());
    return rest.isEmpty() ? rest : rest.substring(1);
  }
}
