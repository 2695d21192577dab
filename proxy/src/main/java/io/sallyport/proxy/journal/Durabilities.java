package io.sallyport.proxy.journal;

import java.util.EnumMap;
import java.util.Map;

/** The durability of each class of events. Immutable. */
public final class Durabilities {
  /** The least that each class may have. */
  public static final Durabilities LEAST = new Durabilities(new EnumMap<>(EventClass.class));

  // Holds only what is more than the least.
  private final EnumMap<EventClass, Durability> raised;

  private Durabilities(EnumMap<EventClass, Durability> raised) {
    this.raised = raised;
  }

  /**
   * @param wanted what differs from the least
   * @throws IllegalArgumentException when a class would have less than it must
   */
  public static Durabilities of(Map<EventClass, Durability> wanted) {
    var raised = new EnumMap<EventClass, Durability>(EventClass.class);
    wanted.forEach(
        (event, durability) -> {
          if (durability.compareTo(event.least()) < 0) {
            throw new IllegalArgumentException(event.word() + " must be disk");
          }
          raised.put(event, durability);
        });
    return new Durabilities(raised);
  }

  public Durability of(EventClass event) {
    return raised.getOrDefault(event, event.least());
  }
}
