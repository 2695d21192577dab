package io.sallyport.policy;

/**
 * Why a request is refused: the one closed vocabulary for the HTTP status, the OperationOutcome
 * code, the journal, the SIEM and the metric label. Callers learn the reason and nothing else.
 *
 * <p>The issue codes are those of <a href="https://hl7.org/fhir/R4/valueset-issue-type.html">FHIR
 * issue-type</a>.
 */
public enum Reason {
  NO_CREDENTIALS(401, "login", Fault.DOWNSTREAM, "A bearer token is required."),
  BAD_CREDENTIALS(401, "login", Fault.DOWNSTREAM, "The bearer token is not valid here."),
  EXPIRED_CREDENTIALS(401, "expired", Fault.DOWNSTREAM, "The bearer token has expired."),
  /** Also of a role's terms: who logs in better gets in, which 403 would not say (RFC 9470). */
  INSUFFICIENT_AUTHENTICATION(
      401, "login", Fault.DOWNSTREAM, "The caller must log in by a stronger method."),
  ISSUER_UNAVAILABLE(
      503, "transient", Fault.UPSTREAM, "The identity provider's keys are not available."),

  NO_ROLE(403, "forbidden", Fault.DOWNSTREAM, "The caller has no role in this policy."),
  NO_PURPOSE(403, "forbidden", Fault.DOWNSTREAM, "The caller's purpose of use is not permitted."),
  NO_RULE_PERMITS(
      403, "forbidden", Fault.DOWNSTREAM, "No rule permits this interaction for the caller."),
  FORBIDDEN(403, "forbidden", Fault.DOWNSTREAM, "A rule forbids this interaction."),
  NOT_IN_COMPARTMENT(
      403, "forbidden", Fault.DOWNSTREAM, "The caller may only see its own compartment."),
  INSUFFICIENT_SCOPE(
      403, "forbidden", Fault.DOWNSTREAM, "The token's scopes do not permit this interaction."),
  BREAK_GLASS_NEEDS_REASON(
      403,
      "required",
      Fault.DOWNSTREAM,
      "Breaking the glass needs a reason: at least as many characters as the policy says (often 20)"
          + " in the header Break-Glass-Reason, percent-encoded where they are not ASCII."),
  BREAK_GLASS_NEEDS_PATIENT(
      403,
      "required",
      Fault.DOWNSTREAM,
      "Breaking the glass is for one patient: read by id, or search with patient or subject."),
  SEARCH_NOT_PERMITTED(
      403, "forbidden", Fault.DOWNSTREAM, "The caller may not search by this parameter."),

  MALFORMED_REQUEST(400, "invalid", Fault.DOWNSTREAM, "The request is malformed."),
  UNKNOWN_PARAMETER(400, "not-supported", Fault.DOWNSTREAM, "A parameter is not supported."),
  NOT_FOUND(404, "not-found", Fault.DOWNSTREAM, "There is no such resource."),
  UNKNOWN_ROUTE(404, "not-found", Fault.DOWNSTREAM, "There is no such path."),
  INTERACTION_NOT_SUPPORTED(
      405, "not-supported", Fault.DOWNSTREAM, "This interaction is not supported."),
  NOT_ACCEPTABLE(406, "not-supported", Fault.DOWNSTREAM, "Only application/fhir+json is served."),
  BODY_TOO_LARGE(413, "too-long", Fault.DOWNSTREAM, "The request body is too large."),
  URI_TOO_LONG(414, "too-long", Fault.DOWNSTREAM, "The request line is too long."),
  UNSUPPORTED_MEDIA_TYPE(
      415, "not-supported", Fault.DOWNSTREAM, "The request's media type is not supported."),
  EXPECTATION_FAILED(417, "not-supported", Fault.DOWNSTREAM, "The expectation is not supported."),
  MISDIRECTED(421, "not-found", Fault.DOWNSTREAM, "This host is not served here."),
  HEADERS_TOO_LARGE(431, "too-long", Fault.DOWNSTREAM, "The request's headers are too large."),
  REQUEST_TIMEOUT(408, "timeout", Fault.DOWNSTREAM, "The request did not arrive in time."),
  VERSION_NOT_SUPPORTED(
      505, "not-supported", Fault.DOWNSTREAM, "Only HTTP/1.1 is supported on this connection."),

  UPSTREAM_UNREACHABLE(502, "transient", Fault.UPSTREAM, "The record system could not be reached."),
  UPSTREAM_INVALID(
      502, "exception", Fault.UPSTREAM, "The record system's answer was not valid FHIR JSON."),
  UPSTREAM_TOO_LARGE(502, "too-long", Fault.UPSTREAM, "The record system's answer was too large."),
  UPSTREAM_ERROR(502, "exception", Fault.UPSTREAM, "The record system reported an error."),
  /** The record system found the request wrong, though we did not. */
  UPSTREAM_REJECTED(400, "invalid", Fault.DOWNSTREAM, "The record system rejected the request."),
  UPSTREAM_BUSY(503, "throttled", Fault.UPSTREAM, "The record system is busy."),
  UPSTREAM_TIMEOUT(504, "timeout", Fault.UPSTREAM, "The record system did not answer in time."),

  /** Better no answer than an unrecorded one. */
  JOURNAL_UNAVAILABLE(503, "transient", Fault.INTERNAL, "The access could not be recorded."),
  OVERLOADED(503, "throttled", Fault.INTERNAL, "The appliance is overloaded."),
  DRAINING(503, "transient", Fault.INTERNAL, "The appliance is shutting down."),
  /** The caller went away before its answer: recorded, never sent. */
  CLIENT_ABORTED(499, "transient", Fault.DOWNSTREAM, "The caller closed the connection."),
  INTERNAL(500, "exception", Fault.INTERNAL, "An internal error occurred.");

  /** Whose fault it is, which tells an operator where to look first. */
  public enum Fault {
    DOWNSTREAM,
    UPSTREAM,
    INTERNAL
  }

  private final int status;
  private final String issue;
  private final Fault fault;
  private final String text;

  Reason(int status, String issue, Fault fault, String text) {
    this.status = status;
    this.issue = issue;
    this.fault = fault;
    this.text = text;
  }

  /** The HTTP status, 400 to 599. */
  public int status() {
    return status;
  }

  /** The FHIR issue-type code. */
  public String issue() {
    return issue;
  }

  public Fault fault() {
    return fault;
  }

  /** One sentence for the caller. It never contains data. */
  public String text() {
    return text;
  }
}
