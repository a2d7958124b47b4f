package dev.plinth.service.labmgr.document;

import dev.plinth.chassis.error.ValidationException;
import dev.plinth.chassis.http.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Documents as JSON in requests and answers. Holds nothing. */
public final class DocumentCodec {
  private DocumentCodec() {}

  /**
   * Reads a body.
   *
   * @param content UTF-8
   * @return the object in it
   * @throws ValidationException if it is not one well-formed JSON object
   */
  public static Document read(byte[] content) {
    if (Json.read(content) instanceof ObjectNode object) {
      return Document.from(value(object));
    }
    throw new ValidationException("", "must be a JSON object");
  }

  private static @Nullable Object value(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        node.properties().forEach(each -> members.put(each.getKey(), value(each.getValue())));
        yield members;
      }
      case ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        node.forEach(each -> items.add(value(each)));
        yield items;
      }
      case STRING -> node.stringValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER ->
          node.isIntegralNumber() ? (Object) node.bigIntegerValue() : node.decimalValue();
      case NULL, MISSING -> null;
      case BINARY, POJO -> throw new IllegalStateException("JSON text holds no " + node);
    };
  }

  /** Returns a document as a tree to answer with. */
  public static JsonNode tree(Document document) {
    return tree((Object) document.members());
  }

  private static JsonNode tree(@Nullable Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (value) {
      case null -> nodes.nullNode();
      case Map<?, ?> map -> {
        ObjectNode object = nodes.objectNode();
        map.forEach((name, each) -> object.set(String.valueOf(name), tree(each)));
        yield object;
      }
      case List<?> list -> {
        ArrayNode array = nodes.arrayNode();
        list.forEach(each -> array.add(tree(each)));
        yield array;
      }
      case String text -> nodes.stringNode(text);
      case Boolean flag -> nodes.booleanNode(flag);
      case Long number -> nodes.numberNode(number);
      case BigDecimal number -> nodes.numberNode(number);
      default -> nodes.numberNode(new BigDecimal(value.toString()));
    };
  }
}
