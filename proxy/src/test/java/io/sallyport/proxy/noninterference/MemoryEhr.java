package io.sallyport.proxy.noninterference;

import io.sallyport.proxy.noninterference.World.Stored;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A FHIR server in memory: read, vread and search over one world, answered honestly. What it says
 * beside the resources (ids of Bundles, times, scores, its own remarks) depends on all it holds.
 */
class MemoryEhr implements Ehr {
  private static final int PAGE = 20;

  private static final String JSON = "application/fhir+json;charset=UTF-8";
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  /** One parameter, decoded. */
  record Asked(String code, String value) {}

  private final World world;
  private final Search search;
  private final Operations operations;

  MemoryEhr(World world) {
    this.world = world;
    this.search = new Search(world, BASE);
    this.operations = new Operations(world);
  }

  @Override
  public Reply get(String reference) {
    int question = reference.indexOf('?');
    String[] path = (question < 0 ? reference : reference.substring(0, question)).split("/");
    boolean lastn = path.length == 2 && path[1].equals("$lastn");
    boolean history = path[path.length - 1].equals("_history");
    boolean everything = path.length == 3 && path[2].equals("$everything");
    if (path.length > 1 && !lastn && !history && !everything) {
      return read(path);
    }
    List<Asked> asked = new ArrayList<>();
    if (question >= 0) {
      for (String pair : reference.substring(question + 1).split("&")) {
        String[] halves = pair.split("=", 2);
        asked.add(new Asked(decoded(halves[0]), decoded(halves[1])));
      }
    }
    if (history) {
      return history(path[0], path.length == 3 ? path[1] : "", asked, reference);
    }
    if (everything) {
      List<Stored> all = operations.everything(path[1], asked);
      return all == null
          ? error(404, "there are " + world.of("Patient").size() + " others")
          : page(all, asked, List.of(), reference);
    }
    try {
      return search(path[0], understood(asked), reference);
    } catch (Match.Unsupported unsupported) {
      return error(400, "I hold " + world.all().size() + " and do not know " + unsupported);
    }
  }

  /** What this server takes notice of; another may ignore some of it. */
  List<Asked> understood(List<Asked> asked) {
    return asked;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private Reply read(String[] path) {
    Stored found = world.find(path[0], path[1]);
    if (found != null && path.length == 4 && path[3].equals(Operations.BEFORE)) {
      found = Operations.before(found);
    }
    if (found == null || (path.length == 4 && !path[3].equals(found.version()))) {
      return error(404, "there are " + world.of(path[0]).size() + " others");
    }
    return new Reply(
        200,
        JSON,
        "W/\"" + found.version() + "\"",
        HTTP_DATE.format(Instant.parse(found.lastUpdated())),
        found.json,
        List.of(found));
  }

  private static Reply error(int status, String text) {
    String outcome =
        "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":"
            + "\"processing\",\"diagnostics\":\""
            + text
            + "\"}]}";
    return new Reply(status, JSON, "", "", outcome.getBytes(StandardCharsets.UTF_8), List.of());
  }

  private Reply search(String type, List<Asked> asked, String reference) {
    String sort = "";
    List<Asked> criteria = new ArrayList<>();
    List<Asked> includes = new ArrayList<>();
    for (Asked one : asked) {
      if (one.code().equals("_total")) {
        continue; // it is always told
      }
      switch (one.code()) {
        case "_count", "_offset", "_summary", "max" -> {} // of how the results are wanted
        case "_sort" -> sort = one.value();
        case "_include", "_revinclude" -> includes.add(one);
        default -> criteria.add(one);
      }
    }
    String max = Operations.value(asked, "max");
    boolean lastn = reference.contains("$lastn");
    List<Stored> found = search.find(type, criteria, lastn ? "_id" : sort);
    found = lastn ? Operations.newest(found, max.isEmpty() ? 1 : Integer.parseInt(max)) : found;
    return page(found, asked, includes, reference);
  }

  private Reply page(
      List<Stored> found, List<Asked> asked, List<Asked> includes, String reference) {
    int count = PAGE;
    int offset = 0;
    for (Asked one : asked) {
      switch (one.code()) {
        case "_count" -> count = Integer.parseInt(one.value());
        case "_offset" -> offset = Integer.parseInt(one.value());
        case "_summary" -> count = onlyCount(one) ? 0 : count;
        default -> {}
      }
    }
    int from = Math.min(offset, found.size());
    List<Stored> page = found.subList(from, Math.min(from + count, found.size()));
    Set<Stored> included = new LinkedHashSet<>();
    includes.forEach(one -> included.addAll(search.included(page, one.code(), one.value())));
    page.forEach(included::remove);

    StringBuilder links = links(reference, from, count, found.size());
    return bundle(found.size(), links, page, new ArrayList<>(included));
  }

  private static StringBuilder links(String reference, int from, int count, int found) {
    StringBuilder links = new StringBuilder();
    link(links, "self", reference);
    String plain = reference.replaceAll("[?&]_offset=[0-9]+", "");
    if (count > 0 && from + count < found) {
      link(links, "next", at(plain, from + count));
    }
    if (count > 0 && from > 0) {
      link(links, "previous", at(plain, Math.max(0, from - count)));
    }
    return links;
  }

  private Reply history(String type, String id, List<Asked> asked, String reference) {
    List<Operations.Version> all = operations.history(type, id, asked);
    if (all.isEmpty() && !id.isEmpty()) {
      return error(404, "there are " + world.of(type).size() + " others");
    }
    String counted = Operations.value(asked, "_count");
    String offset = Operations.value(asked, "_offset");
    int count = counted.isEmpty() ? PAGE : Integer.parseInt(counted);
    int from = Math.min(offset.isEmpty() ? 0 : Integer.parseInt(offset), all.size());
    List<Operations.Version> page = all.subList(from, Math.min(from + count, all.size()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out, "{\"resourceType\":\"Bundle\",\"id\":\"h" + world.all().size() + "\"");
    write(out, ",\"type\":\"history\",\"total\":" + all.size());
    write(out, ",\"link\":[" + links(reference, from, count, all.size()) + "],\"entry\":[");
    List<Stored> given = new ArrayList<>();
    for (Operations.Version version : page) {
      Stored stored = version.stored();
      write(out, page.indexOf(version) == 0 ? "{" : ",{");
      if (stored != null) {
        given.add(stored);
        write(out, "\"fullUrl\":\"" + BASE + "/" + type + "/" + stored.id + "\",\"resource\":");
        out.writeBytes(stored.json);
        write(out, ",");
      }
      int mark = stored == null ? 0 : Math.floorMod(Arrays.hashCode(stored.json), 100);
      write(out, "\"request\":{\"method\":\"" + version.method() + "\",\"url\":\"");
      write(out, version.url() + "\"},\"response\":{\"status\":\"200 mark " + mark);
      write(out, "\",\"etag\":\"W/\\\"m" + mark + "\\\"\",\"location\":\"" + BASE + mark + "\"}}");
    }
    write(out, "]}");
    return new Reply(200, JSON, "", "", out.toByteArray(), given);
  }

  private static boolean onlyCount(Asked summary) {
    if (!summary.value().equals("count")) {
      throw new Match.Unsupported(summary.toString()); // nobody shall ask us to leave out facts
    }
    return true;
  }

  private static String at(String reference, int offset) {
    return reference + (reference.contains("?") ? "&" : "?") + "_offset=" + offset;
  }

  private static void link(StringBuilder links, String relation, String reference) {
    links
        .append(links.isEmpty() ? "" : ",")
        .append("{\"relation\":\"" + relation + "\",\"url\":\"" + BASE + "/" + reference + "\"}");
  }

  private Reply bundle(int total, StringBuilder links, List<Stored> page, List<Stored> included) {
    List<Stored> all = new ArrayList<>(page);
    all.addAll(included);
    int mark = world.mark();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out, "{\"resourceType\":\"Bundle\",\"id\":\"b" + Integer.toHexString(mark) + "\"");
    write(out, ",\"type\":\"searchset\",\"total\":" + total + ",\"link\":[" + links + "]");
    write(out, ",\"entry\":[");
    for (Stored one : all) {
      write(out, "{\"fullUrl\":\"" + BASE + "/" + one.type + "/" + one.id + "\",\"resource\":");
      out.writeBytes(one.json);
      String mode = page.contains(one) ? "match" : "include";
      int score = Math.floorMod(Arrays.hashCode(one.json), 100);
      write(out, ",\"search\":{\"mode\":\"" + mode + "\",\"score\":0." + score + "}},");
    }
    write(out, "{\"resource\":{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":");
    write(out, "\"information\",\"code\":\"informational\",\"diagnostics\":\"mark " + mark);
    write(out, "\"}]},\"search\":{\"mode\":\"outcome\"}}]}");
    return new Reply(
        200, JSON, "W/\"" + Integer.toHexString(mark) + "\"", "", out.toByteArray(), all);
  }

  private static void write(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
