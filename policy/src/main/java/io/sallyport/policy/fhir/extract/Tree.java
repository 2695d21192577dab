package io.sallyport.policy.fhir.extract;

import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** One XML element of a definition with what is below it. */
record Tree(String name, String value, List<Tree> children) {

  /** Reads the element the reader stands on, to its end. */
  static Tree read(XMLStreamReader reader) throws XMLStreamException {
    String name = reader.getLocalName();
    String value = attribute(reader, "value");
    if (name.equals("extension")) {
      value = attribute(reader, "url");
    }
    List<Tree> children = new ArrayList<>();
    while (true) {
      int event = reader.next();
      if (event == XMLStreamConstants.START_ELEMENT) {
        children.add(read(reader));
      } else if (event == XMLStreamConstants.END_ELEMENT) {
        return new Tree(name, value, children);
      }
    }
  }

  private static String attribute(XMLStreamReader reader, String name) {
    String value = reader.getAttributeValue(null, name);
    return value == null ? "" : value;
  }

  List<Tree> all(String child) {
    return children.stream().filter(c -> c.name.equals(child)).toList();
  }

  /** The first child of this name, or null. */
  Tree one(String child) {
    return children.stream().filter(c -> c.name.equals(child)).findFirst().orElse(null);
  }

  /** The value of the first child of this name, or "". */
  String text(String child) {
    Tree found = one(child);
    return found == null ? "" : found.value;
  }
}
