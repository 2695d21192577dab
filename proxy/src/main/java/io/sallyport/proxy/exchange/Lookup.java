package io.sallyport.proxy.exchange;

/**
 * What we ask the record system ourselves, in a caller's exchange but with our own credentials.
 *
 * @param relation the relation's name, for the log
 * @param reference what is asked, relative to the route's upstream
 * @param timeMillis how long all of it may take
 */
public record Lookup(String relation, String reference, long timeMillis) {
  @Override
  public String toString() {
    return "lookup of " + relation;
  }
}
