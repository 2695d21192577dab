package io.sallyport.loadtest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A small FHIR R4 server on loopback with synthetic patients: metadata, read, vread, and search by
 * GET and POST with paging. It is deliberately talkative: absolute links and diagnostics carry its
 * own address, which a proxy must hide.
 *
 * <p>Plain HTTP/1.1, one event loop. Not for patient data.
 */
public final class DemoEhr implements AutoCloseable {
  /** The patient that examples name. */
  public static final String PATIENT = "demo-patient";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BODY_BYTES_MAX = 1 << 20;
  private static final int LOGGED_MAX = 10_000;
  private static final int PAGE_MAX = 100;

  /**
   * One request as it arrived. Header names are in lower case; of repeated headers the last is
   * kept.
   */
  public record Request(
      String method, String uri, Map<String, String> headers, Instant at, long nanoTime) {
    @Override
    public String toString() {
      return method + " [phi]";
    }
  }

  private final DemoRecords records;
  private final MultiThreadIoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ConcurrentLinkedQueue<Request> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger logged = new AtomicInteger();
  private final Map<String, byte[]> prepared = new ConcurrentHashMap<>();
  // Set by any thread, called on the loop.
  private volatile Consumer<Request> observer = request -> {};
  private Channel channel;
  private String base;

  private DemoEhr(DemoRecords records) {
    this.records = records;
  }

  /** Starts a server; port 0 takes any free one. */
  public static DemoEhr start(int port) throws IOException {
    DemoEhr ehr = new DemoEhr(DemoRecords.load());
    var bound =
        new ServerBootstrap()
            .group(ehr.loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel child) {
                    child
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(BODY_BYTES_MAX),
                            ehr.new Handler());
                  }
                })
            .bind("127.0.0.1", port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      ehr.loop.shutdownGracefully();
      throw new IOException("cannot listen on 127.0.0.1:" + port, bound.cause());
    }
    ehr.channel = bound.channel();
    ehr.base = "http://127.0.0.1:" + ehr.port() + "/fhir";
    return ehr;
  }

  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /** The FHIR base, without a slash at its end. */
  public String base() {
    return base;
  }

  /** The first 10,000 requests, in order of arrival. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Called on the event loop for each request, before it is answered. */
  public void onRequest(Consumer<Request> observer) {
    this.observer = observer;
  }

  /** From now on this is the answer to a GET of exactly this target, whatever the records say. */
  public void prepare(String target, byte[] resource) {
    prepared.put(target, resource);
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, 2, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request)
        throws IOException {
      note(request);
      FullHttpResponse response = answer(request);
      boolean keep = HttpUtil.isKeepAlive(request);
      HttpUtil.setContentLength(response, response.content().readableBytes());
      HttpUtil.setKeepAlive(response, keep);
      var written = ctx.writeAndFlush(response);
      if (!keep) {
        written.addListener(ChannelFutureListener.CLOSE);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  private void note(FullHttpRequest request) {
    Map<String, String> headers = new LinkedHashMap<>();
    request
        .headers()
        .forEach(h -> headers.put(h.getKey().toLowerCase(java.util.Locale.ROOT), h.getValue()));
    Request seen =
        new Request(
            request.method().name(),
            request.uri(),
            Map.copyOf(headers),
            Instant.now(),
            System.nanoTime());
    if (logged.getAndIncrement() < LOGGED_MAX) {
      requests.add(seen);
    }
    observer.accept(seen);
  }

  private FullHttpResponse answer(FullHttpRequest request) throws IOException {
    byte[] ready = prepared.get(request.uri());
    if (ready != null && request.method().equals(HttpMethod.GET)) {
      return json(200, ready);
    }
    QueryStringDecoder uri = new QueryStringDecoder(request.uri());
    String[] path = uri.path().split("/", -1);
    boolean get = request.method().equals(HttpMethod.GET);
    boolean post = request.method().equals(HttpMethod.POST);
    if (path.length < 3 || !path[1].equals("fhir")) {
      return outcome(404, "not-found", uri.path());
    }
    if (get && path.length == 3 && path[2].equals("metadata")) {
      return json(200, metadata());
    }
    if (!records.knows(path[2])) {
      return outcome(404, "not-supported", path[2]);
    }
    if (get && path.length == 3) {
      return search(path[2], uri.parameters());
    }
    if (post && path.length == 4 && path[3].equals("_search")) {
      Map<String, List<String>> all = new LinkedHashMap<>(uri.parameters());
      String form = request.content().toString(StandardCharsets.UTF_8);
      all.putAll(new QueryStringDecoder(form, false).parameters());
      return search(path[2], all);
    }
    boolean version = path.length == 6 && path[4].equals("_history");
    if (get && (path.length == 4 || version)) {
      DemoRecords.Stored stored = records.read(path[2], path[3]);
      return stored == null || version && !path[5].equals("1")
          ? outcome(404, "not-found", path[2] + "/" + path[3])
          : read(stored);
    }
    return outcome(405, "not-supported", request.method() + " " + uri.path());
  }

  private static FullHttpResponse read(DemoRecords.Stored stored) {
    FullHttpResponse response = json(200, stored.bytes());
    response.headers().set("ETag", "W/\"1\"").set("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    return response;
  }

  private FullHttpResponse search(String type, Map<String, List<String>> asked) throws IOException {
    Map<String, List<String>> parameters = new LinkedHashMap<>(asked);
    int count = PAGE_MAX;
    int offset = 0;
    try {
      if (parameters.containsKey("_count")) {
        count = Math.min(PAGE_MAX, Integer.parseUnsignedInt(parameters.remove("_count").get(0)));
      }
      if (parameters.containsKey("_getpages")) {
        offset = Integer.parseUnsignedInt(parameters.remove("_getpages").get(0), 36);
      }
    } catch (NumberFormatException e) {
      return outcome(400, "invalid", "paging of " + type);
    }
    List<String> sort = parameters.remove("_sort");
    List<DemoRecords.Stored> found =
        records.search(type, parameters, sort == null ? "" : sort.get(0));
    if (found == null) {
      return outcome(400, "invalid", "a parameter of " + type);
    }
    ObjectNode bundle =
        JSON.createObjectNode().put("resourceType", "Bundle").put("type", "searchset");
    bundle.put("total", found.size());
    if (sort != null) {
      parameters.put("_sort", sort);
    }
    int end = Math.min(found.size(), offset + count);
    ArrayNode links = bundle.putArray("link");
    links.addObject().put("relation", "self").put("url", link(type, parameters, count, offset));
    if (count > 0 && end < found.size()) {
      links.addObject().put("relation", "next").put("url", link(type, parameters, count, end));
    }
    List<DemoRecords.Stored> page = found.subList(Math.min(offset, end), end);
    ArrayNode entries =
        page.isEmpty() ? null : bundle.putArray("entry"); // FHIR JSON knows no empty arrays
    for (DemoRecords.Stored stored : page) {
      ObjectNode entry = entries.addObject().put("fullUrl", base + "/" + type + "/" + stored.id());
      entry.set("resource", stored.json());
      entry.putObject("search").put("mode", "match");
    }
    return json(200, JSON.writeValueAsBytes(bundle));
  }

  private String link(String type, Map<String, List<String>> parameters, int count, int offset) {
    var link = new io.netty.handler.codec.http.QueryStringEncoder(base + "/" + type);
    parameters.forEach((name, values) -> values.forEach(value -> link.addParam(name, value)));
    link.addParam("_count", Integer.toString(count));
    if (offset > 0) {
      link.addParam("_getpages", Integer.toString(offset, 36));
    }
    return link.toString();
  }

  private byte[] metadata() throws IOException {
    ObjectNode statement = JSON.createObjectNode().put("resourceType", "CapabilityStatement");
    statement
        .put("status", "active")
        .put("date", "2026-01-01")
        .put("kind", "instance")
        .put("fhirVersion", "4.0.1");
    statement.putArray("format").add("json");
    statement.putObject("implementation").put("description", "Synthetic EHR").put("url", base);
    ObjectNode rest = statement.putArray("rest").addObject().put("mode", "server");
    ArrayNode resources = rest.putArray("resource");
    for (String type : DemoRecords.TYPES) {
      ArrayNode interactions = resources.addObject().put("type", type).putArray("interaction");
      for (String code : List.of("read", "vread", "search-type")) {
        interactions.addObject().put("code", code);
      }
    }
    return JSON.writeValueAsBytes(statement);
  }

  private FullHttpResponse outcome(int status, String code, String what) throws IOException {
    ObjectNode outcome = JSON.createObjectNode().put("resourceType", "OperationOutcome");
    ObjectNode issue =
        outcome.putArray("issue").addObject().put("severity", "error").put("code", code);
    issue.put("diagnostics", "demo EHR at " + base + " cannot serve " + what);
    return json(status, JSON.writeValueAsBytes(outcome));
  }

  private static FullHttpResponse json(int status, byte[] body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    response.headers().set("Content-Type", "application/fhir+json;charset=utf-8");
    return response;
  }
}
