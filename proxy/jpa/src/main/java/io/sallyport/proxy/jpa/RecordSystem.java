package io.sallyport.proxy.jpa;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.LenientErrorHandler;
import ca.uhn.fhir.rest.api.server.SystemRequestDetails;
import ca.uhn.fhir.rest.api.server.storage.TransactionDetails;
import ca.uhn.fhir.rest.server.HardcodedServerAddressStrategy;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.exceptions.InvalidRequestException;
import ca.uhn.fhir.rest.server.exceptions.UnprocessableEntityException;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.hl7.fhir.r4.model.Resource;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * A JPA server on a port of loopback that it chooses. On standard input it takes, line by line, the
 * names of NDJSON files; for each it starts anew with what the file holds, and says {@code ready
 * PORT}. It ends with its input, so that none is left behind.
 */
public final class RecordSystem {
  private static final int VERSIONS_MAX = 3;

  private final AnnotationConfigApplicationContext beans;
  private final Server server = new Server();
  private final ServerConnector connector = new ServerConnector(server);

  private RecordSystem(String base) throws Exception {
    beans = new AnnotationConfigApplicationContext(Wiring.class);
    RestfulServer fhir = new RestfulServer(beans.getBean(FhirContext.class));
    fhir.registerProviders(beans.getBean(ResourceProviderFactory.class).createProviders());
    fhir.registerProvider(beans.getBean(IJpaSystemProvider.class));
    DatabaseBackedPagingProvider paging = beans.getBean(DatabaseBackedPagingProvider.class);
    paging.setDefaultPageSize(20);
    fhir.setPagingProvider(paging);
    fhir.setServerAddressStrategy(new HardcodedServerAddressStrategy(base));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler servlets = new ServletContextHandler();
    servlets.addServlet(new ServletHolder(fhir), "/fhir/*");
    server.setHandler(servlets);
    server.start();
  }

  /**
   * Keeps what a file holds, in its order, at the times and with the versions that it says; what
   * the server will not have (a reference that is a word) is left out.
   */
  private void load(Path world) throws IOException {
    DaoRegistry daos = beans.getBean(DaoRegistry.class);
    IParser parser =
        FhirContext.forR4Cached()
            .newJsonParser()
            .setParserErrorHandler(new LenientErrorHandler(false).disableAllErrors());
    List<Resource> resources = new ArrayList<>();
    for (String line : Files.readAllLines(world)) {
      resources.add((Resource) parser.parseResource(line));
    }
    // A reference is indexed when what it leads to is there: the second time, for all of them.
    for (int version = 1; version <= VERSIONS_MAX; version++) {
      for (Resource resource : resources) {
        if (version <= Integer.parseInt(resource.getMeta().getVersionId())) {
          Resource copy = resource.copy();
          copy.setId(resource.getIdElement().toUnqualifiedVersionless());
          copy.getMeta().setVersionId(null);
          put(daos, copy);
        }
      }
    }
  }

  private static void put(DaoRegistry daos, Resource resource) {
    TransactionDetails when = new TransactionDetails(resource.getMeta().getLastUpdated());
    try {
      daos.getResourceDao(resource)
          .update(resource, null, true, true, new SystemRequestDetails(), when);
    } catch (InvalidRequestException | UnprocessableEntityException refused) {
      LoggerFactory.getLogger(RecordSystem.class).info("not kept", refused);
    }
  }

  private void stop() throws Exception {
    server.stop();
    beans.close();
  }

  /**
   * Runs until its input ends.
   *
   * @param args the base that its links are to name
   */
  public static void main(String[] args) {
    int status = 1;
    try {
      run(args[0]);
      status = 0;
    } catch (Exception failure) {
      LoggerFactory.getLogger(RecordSystem.class).error("ended", failure);
    } finally {
      System.exit(status); // its pools hold threads
    }
  }

  private static void run(String base) throws Exception {
    RecordSystem current = null;
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (current != null) {
        current.stop();
      }
      current = new RecordSystem(base);
      current.load(Path.of(line));
      System.out.println("ready " + current.connector.getLocalPort());
    }
  }
}
