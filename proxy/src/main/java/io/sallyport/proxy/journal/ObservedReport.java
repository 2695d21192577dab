package io.sallyport.proxy.journal;

import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.Observed;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a policy in observe mode would have denied and hidden, by role and person: what a hospital
 * reads before it enforces the policy. Made of a journal's entries in their order.
 */
public final class ObservedReport {
  /** The requests of a role, or of one person in it. */
  public static final class Account {
    private int requests;
    private int denied;
    private int withheld;
    private int hidden;
    private final Map<String, Integer> denials = new TreeMap<>();
    private final Map<String, Integer> elements = new TreeMap<>();
    private final Map<String, Account> people = new TreeMap<>();

    /** How many were observed. */
    public int requests() {
      return requests;
    }

    /** How many would have been denied. */
    public int denied() {
      return denied;
    }

    /** How many resources would have been withheld. */
    public int withheld() {
      return withheld;
    }

    /** How many elements would have been taken out or changed. */
    public int hidden() {
      return hidden;
    }

    /** How often a reason would have denied: {@code NO_PURPOSE read Patient by roles.nurse…}. */
    public Map<String, Integer> denials() {
      return denials;
    }

    /** How many elements each line of the policy would have taken out or changed. */
    public Map<String, Integer> elements() {
      return elements;
    }

    /** The same by person: issuer and subject. */
    public Map<String, Account> people() {
      return people;
    }

    private void add(Intent intent, Observed found) {
      if (!found.reason().isEmpty()) {
        denied++;
        String target = intent.target();
        int slash = target.indexOf('/');
        String type = slash < 0 ? target : target.substring(0, slash);
        denials.merge(
            found.reason() + " " + intent.interaction() + " " + type + " by " + found.rule(),
            1,
            Integer::sum);
      }
      withheld += found.withheld();
      found
          .removed()
          .forEach(
              (rule, times) -> {
                hidden += times;
                elements.merge(rule, times, Integer::sum);
              });
    }
  }

  private final Map<String, Account> roles = new TreeMap<>();
  private final Map<Long, Intent> intents = new HashMap<>();
  private Instant from;
  private Instant to;

  /** Takes the next entry; most of them say nothing about observe mode. */
  public void add(JournalReader.Entry entry) {
    if (entry.entry() instanceof Intent intent) {
      if (intent.rule().startsWith(JournalEntry.OBSERVED)) {
        from = from == null ? entry.time() : from;
        to = entry.time();
        intents.put(entry.seq(), intent);
        role(intent).requests++;
        person(intent).requests++;
      }
    } else if (entry.entry() instanceof Observed found && intents.containsKey(entry.ref())) {
      Intent intent = intents.get(entry.ref());
      role(intent).add(intent, found);
      person(intent).add(intent, found);
    } else if (entry.ref() >= 0 && ends(entry.entry())) {
      intents.remove(entry.ref());
    }
  }

  private static boolean ends(JournalEntry entry) {
    return entry instanceof JournalEntry.Outcome
        || entry instanceof JournalEntry.Close
        || entry instanceof JournalEntry.Refused;
  }

  private Account role(Intent intent) {
    return roles.computeIfAbsent(intent.role(), role -> new Account());
  }

  private Account person(Intent intent) {
    return role(intent)
        .people
        .computeIfAbsent(intent.issuer() + " " + intent.subject(), person -> new Account());
  }

  /** By role; "" is who has none. */
  public Map<String, Account> roles() {
    return roles;
  }

  /** When the first observed request was recorded; null when there is none. */
  public Instant from() {
    return from;
  }

  /** When the last one was. */
  public Instant to() {
    return to;
  }
}
