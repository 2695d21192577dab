package io.sallyport.proxy.noninterference;

import io.sallyport.proxy.noninterference.Published.Parameter;
import io.sallyport.proxy.noninterference.World.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Reference;

/** Chains and reverse chains along references that are there, by parameters of the role's. */
final class Hops {
  private final Sample sample;
  private final List<World> worlds;
  private final Random random;
  private final Wanted wanted;

  Hops(Sample sample, List<World> worlds, Random random) {
    this.sample = sample;
    this.worlds = worlds;
    this.random = random;
    this.wanted = new Wanted(sample, random);
  }

  /** A link from one resource to another, by a search parameter. */
  private record Link(String code, Stored to) {}

  /** A hop by which a resource is found; null where none leads anywhere. */
  String from(String type, Stored some) {
    World world = worlds.get(random.nextInt(worlds.size()));
    if (random.nextBoolean()) {
      Link link = pick(links(world, some));
      String part = link == null || !open(link.to()) ? null : part(link.to());
      return part == null ? null : link.code() + ":" + link.to().type + "." + part;
    }
    List<String> reverse = new ArrayList<>();
    for (Stored other : world.all().stream().filter(this::open).toList()) {
      for (Link link : links(world, other)) {
        String part =
            link.to().type.equals(type) && link.to().id.equals(some.id) ? part(other) : null;
        if (part != null) {
          reverse.add("_has:" + other.type + ":" + link.code() + ":" + part);
        }
      }
    }
    return pick(reverse);
  }

  /** Nothing hops to a type of which anything may be withheld: such hops are drawn elsewhere. */
  private boolean open(Stored stored) {
    return sample.policy.view(sample.role).showsEvery(stored.type);
  }

  private <T> T pick(List<T> from) {
    return from.isEmpty() ? null : from.get(random.nextInt(from.size()));
  }

  private List<Link> links(World world, Stored some) {
    List<Link> links = new ArrayList<>();
    for (String code : sample.policy.searchable(sample.role, some.type)) {
      Parameter parameter = Published.r4().of(some.type).get(code);
      if (parameter != null && parameter.type().equals("reference")) {
        for (Base value : some.values(parameter)) {
          String target = value instanceof Reference reference ? reference.getReference() : null;
          String[] parts = target == null ? new String[0] : target.split("/");
          Stored to = parts.length == 2 ? world.find(parts[0], parts[1]) : null;
          if (to != null) {
            links.add(new Link(code, to));
          }
        }
      }
    }
    return links;
  }

  private String part(Stored stored) {
    List<String> codes = new ArrayList<>(sample.policy.searchable(sample.role, stored.type));
    codes.removeIf(
        code ->
            !Published.r4().has(stored.type, code)
                || stored.values(Published.r4().of(stored.type).get(code)).isEmpty());
    String code = pick(codes);
    return code == null ? null : wanted.part(stored, Published.r4().of(stored.type).get(code));
  }
}
