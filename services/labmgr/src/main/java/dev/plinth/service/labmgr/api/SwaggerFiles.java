package dev.plinth.service.labmgr.api;

import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The files of the page that shows the API: two of our own, the others of the Swagger UI on the
 * class path. Nothing is loaded from elsewhere.
 *
 * <p>Immutable.
 */
final class SwaggerFiles {
  private static final String POM = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  /** What is served, by name, with its media type. */
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "start.js", "text/javascript; charset=utf-8",
          "swagger-ui-bundle.js", "text/javascript; charset=utf-8",
          "swagger-ui.css", "text/css; charset=utf-8",
          "favicon-32x32.png", "image/png");

  private final String webJar;

  /**
   * A file.
   *
   * @param mediaType its type
   * @param content an open stream, to be closed by whoever takes it
   */
  record Asset(String mediaType, InputStream content) {}

  @Inject
  SwaggerFiles() {
    Properties properties = new Properties();
    try (InputStream pom = SwaggerFiles.class.getResourceAsStream(POM)) {
      if (pom == null) {
        throw new IllegalStateException("the Swagger UI is not on the class path");
      }
      properties.load(pom);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    this.webJar =
        "/META-INF/resources/webjars/swagger-ui/" + properties.getProperty("version") + "/";
  }

  /** Finds a file by its name; what is not on the list is not there. */
  Optional<Asset> find(String name) {
    String type = TYPES.get(name);
    if (type == null) {
      return Optional.empty();
    }
    InputStream own = SwaggerFiles.class.getResourceAsStream(name);
    InputStream found = own == null ? SwaggerFiles.class.getResourceAsStream(webJar + name) : own;
    return found == null ? Optional.empty() : Optional.of(new Asset(type, found));
  }
}
