package dev.plinth.chassis.http;

import dev.plinth.chassis.error.ValidationException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON as a tree, in and out. Thread-safe, holds nothing that changes. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();

  private Json() {}

  /**
   * Returns an object without fields.
   *
   * @return a new one
   */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /**
   * Returns an array without items.
   *
   * @return a new one
   */
  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /**
   * Reads one document.
   *
   * @param content UTF-8
   * @return the tree
   * @throws ValidationException with line and column, if it is not one well-formed document, a
   *     field stands in it twice, or it is nested too deeply
   */
  public static JsonNode read(byte[] content) {
    try {
      JsonNode node = MAPPER.readTree(content);
      if (node.isMissingNode()) {
        throw new ValidationException("", "a JSON document is needed, the body is empty");
      }
      return node;
    } catch (StreamConstraintsException tooMuch) {
      throw new ValidationException("", "the JSON is nested too deeply or has too long a token");
    } catch (MismatchedInputException more) {
      throw new ValidationException("", "there is something after the end of the JSON document");
    } catch (JacksonException malformed) {
      TokenStreamLocation at = malformed.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new ValidationException(
          "", "this is not well-formed JSON" + place + ": " + malformed.getOriginalMessage());
    }
  }

  /**
   * Writes one document.
   *
   * @param node the tree
   * @return UTF-8, on one line
   */
  public static byte[] write(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  /**
   * Writes one document.
   *
   * @param node the tree
   * @return on one line
   */
  public static String text(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }
}
