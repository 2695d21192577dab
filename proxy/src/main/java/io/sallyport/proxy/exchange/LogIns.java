package io.sallyport.proxy.exchange;

import io.sallyport.policy.Claims;
import io.sallyport.proxy.authn.Generations;
import io.sallyport.proxy.authn.Identity;
import io.sallyport.proxy.exchange.SeenPrivileges.Key;
import io.sallyport.proxy.exchange.SeenPrivileges.Last;
import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Records log-ins: each token that was not seen before, and first what it gives that its subject
 * did not have when last seen, or had and has not any more. Both are recorded before the first
 * request by that token is decided. A token that was seen costs one look-up.
 *
 * <p>Shared by all loops: who comes with a token that another exchange is recording waits for it.
 */
public final class LogIns implements Admission {
  private static final int TEXT_MAX = 512;

  /** A token by its id, which two issuers may both have given. */
  private record Seen(Key who, CompletableFuture<Void> recorded) {}

  private final Journal journal;
  private final Generations<String, Seen> tokens;
  private final Generations<Key, Last> lasts = new Generations<>(2 * SeenPrivileges.SUBJECTS_MAX);

  /**
   * @param tokensMax how many tokens are known as seen
   * @param before what was seen before the start
   */
  public LogIns(Journal journal, int tokensMax, SeenPrivileges before) {
    this.journal = journal;
    this.tokens = new Generations<>(tokensMax);
    before.seen().forEach(lasts::put);
  }

  @Override
  public CompletionStage<Identity> admit(Exchange x, Identity who) {
    Seen seen = tokens.find(who.token());
    if (seen != null && of(seen, who)) {
      return seen.recorded().isDone() && !seen.recorded().isCompletedExceptionally()
          ? CompletableFuture.completedFuture(who)
          : x.backOnLoop(seen.recorded().thenApply(done -> who));
    }
    Seen mine =
        new Seen(new Key(who.issuer(), who.subject(), who.client()), new CompletableFuture<Void>());
    Seen other = tokens.putIfAbsent(who.token(), mine);
    if (other != null && of(other, who)) {
      return x.backOnLoop(other.recorded().thenApply(done -> who));
    }
    record(x, who, mine.who())
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                mine.recorded().complete(null);
              } else {
                tokens.remove(who.token(), mine);
                mine.recorded().completeExceptionally(failure);
              }
            });
    return x.backOnLoop(mine.recorded().thenApply(done -> who));
  }

  private static boolean of(Seen seen, Identity who) {
    return seen.who().subject().equals(who.subject())
        && seen.who().issuer().equals(who.issuer())
        && seen.who().client().equals(who.client());
  }

  private CompletionStage<?> record(Exchange x, Identity who, Key key) {
    Last last = lasts.find(key);
    Last now = given(x, who);
    CompletionStage<?> told = CompletableFuture.completedFuture(null);
    if (last != null && !last.gives(now)) {
      told =
          append(
              new AdminEntry.Privileges(
                  x.id(),
                  key.issuer(),
                  key.subject(),
                  key.client(),
                  now.roles(),
                  now.scopes(),
                  now.assurance(),
                  last.roles(),
                  last.scopes(),
                  last.assurance()),
              EventClass.ADMIN);
    }
    if (last == null || !last.token().equals(now.token())) { // else it was seen before a restart
      told = told.thenCompose(done -> append(loggedIn(x, who, now), EventClass.LOGIN));
    }
    return told.thenAccept(done -> lasts.put(key, now));
  }

  private static JournalEntry loggedIn(Exchange x, Identity who, Last now) {
    return new AdminEntry.LoggedIn(
        x.id(),
        who.issuer(),
        who.subject(),
        who.client(),
        now.token(),
        who.claims().strings("sid").stream().findFirst().map(LogIns::text).orElse(""),
        x.remote(),
        now.roles(),
        now.scopes(),
        now.assurance());
  }

  private CompletionStage<?> append(JournalEntry entry, EventClass event) {
    try {
      return journal.append(entry, entry, event);
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private static Last given(Exchange x, Identity who) {
    Claims claims = who.claims();
    String roles =
        x.snapshot().routes().stream()
            .map(route -> route.path() + "=" + role(route, who))
            .collect(Collectors.joining(","));
    TreeSet<String> scopes = new TreeSet<>();
    for (String claim : List.of("scope", "scp")) {
      claims.strings(claim).forEach(text -> scopes.addAll(List.of(text.split(" "))));
    }
    scopes.remove("");
    List<String> assurance = new ArrayList<>();
    claims.strings("acr").forEach(acr -> assurance.add("acr=" + acr));
    if (!claims.strings("amr").isEmpty()) {
      assurance.add("amr=" + String.join(",", new TreeSet<>(claims.strings("amr"))));
    }
    return new Last(
        who.token(),
        text(roles),
        text(String.join(" ", scopes)),
        text(String.join(" ", assurance)));
  }

  private static String role(Route route, Identity who) {
    String role = route.policy().role(who.claims(), who.client());
    return role.isEmpty() ? "-" : role;
  }

  // What an issuer writes is bounded, and what is cut is told apart by the hash of all of it.
  private static String text(String text) {
    return text.length() <= TEXT_MAX
        ? text
        : text.substring(0, TEXT_MAX)
            + "…"
            + new Digest().of(text.getBytes(StandardCharsets.UTF_8));
  }
}
