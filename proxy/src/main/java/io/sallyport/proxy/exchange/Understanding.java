package io.sallyport.proxy.exchange;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;

/** A request's head and body to the one interaction it means. */
final class Understanding {
  private final SealedLinks links;

  Understanding(SealedLinks links) {
    this.links = links;
  }

  /** Reads the request as a FHIR interaction; a paging token as the search it continues. */
  Interaction of(Exchange x) {
    RequestHead head = x.head();
    if (!Negotiation.acceptsJson(head.accept())) {
      throw new Refusal(Reason.NOT_ACCEPTABLE, "Accept has no JSON");
    }
    Definitions definitions = x.route().policy().definitions();
    InteractionParser parser = new InteractionParser(definitions);
    String below = Router.below(x.route(), head);
    // HEAD is answered from the same, redacted, answer as GET: its length must not tell what is
    // hidden.
    String method = head.method().equals("HEAD") ? "GET" : head.method();
    if (method.equals("GET") && below.isEmpty() && isPage(head.query())) {
      SealedLinks.Page page =
          links.open(x, head.query().substring(SealedLinks.PARAMETER.length() + 1));
      x.page(page.reference(), page.skip());
      int question = page.search().indexOf('?');
      return question < 0
          ? parser.parse("GET", page.search(), null, "", null)
          : parser.parse(
              "GET",
              page.search().substring(0, question),
              page.search().substring(question + 1),
              "",
              null);
    }
    return parser.parse(method, below, head.query(), head.contentType(), form(x));
  }

  /** Refuses what is sent to the base of a route and is not FHIR JSON. */
  static void requireBatch(Exchange x) {
    if (!Negotiation.acceptsJson(x.head().accept())) {
      throw new Refusal(Reason.NOT_ACCEPTABLE, "Accept has no JSON");
    }
    new InteractionParser(x.route().policy().definitions())
        .requireBatch(x.head().query(), x.head().contentType());
  }

  private static boolean isPage(String query) {
    return query != null && query.startsWith(SealedLinks.PARAMETER + "=");
  }

  private static byte[] form(Exchange x) {
    if (!x.body().isReadable()) {
      return x.head().method().equals("POST") ? new byte[0] : null;
    }
    byte[] form = new byte[x.body().readableBytes()];
    x.body().getBytes(x.body().readerIndex(), form);
    return form;
  }
}
