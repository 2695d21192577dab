package io.sallyport.proxy.cli;

import io.sallyport.proxy.journal.ObservedReport;
import java.util.Map;
import java.util.stream.Collectors;

/** An {@link ObservedReport} for programs: one object. */
final class ReportJson {
  private ReportJson() {}

  static String of(ObservedReport report) {
    String when =
        report.from() == null
            ? ""
            : "\"from\":"
                + JsonString.of(report.from().toString())
                + ",\"to\":"
                + JsonString.of(report.to().toString())
                + ",";
    return "{" + when + "\"roles\":" + accounts(report.roles()) + "}";
  }

  private static String accounts(Map<String, ObservedReport.Account> accounts) {
    return accounts.entrySet().stream()
        .map(e -> JsonString.of(e.getKey()) + ":" + account(e.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String account(ObservedReport.Account account) {
    String people = account.people().isEmpty() ? "" : ",\"people\":" + accounts(account.people());
    return "{\"requests\":"
        + account.requests()
        + ",\"denied\":"
        + account.denied()
        + ",\"withheld\":"
        + account.withheld()
        + ",\"hidden\":"
        + account.hidden()
        + ",\"denials\":"
        + counts(account.denials())
        + ",\"elements\":"
        + counts(account.elements())
        + people
        + "}";
  }

  private static String counts(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .map(e -> JsonString.of(e.getKey()) + ":" + e.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }
}
