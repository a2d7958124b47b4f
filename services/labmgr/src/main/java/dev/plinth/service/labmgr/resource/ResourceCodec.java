package dev.plinth.service.labmgr.resource;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import jakarta.inject.Inject;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Resources as JSON in the store. Thread-safe. */
final class ResourceCodec {
  private static final TypeReference<Map<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  @Inject
  ResourceCodec() {}

  Bytes encode(LabResource resource) {
    return Bytes.of(mapper.writeValueAsBytes(resource.stored().members()));
  }

  Stored decode(String kind, ResourceName name, Entry entry) {
    try {
      Map<String, @Nullable Object> members = mapper.readValue(entry.value().toArray(), OBJECT);
      if (members == null) {
        return new Stored.Unreadable(name, entry.modified(), "is null");
      }
      return LabResource.read(kind, name, Document.of(members), entry);
    } catch (JacksonException notAnObject) {
      return new Stored.Unreadable(name, entry.modified(), "is not a JSON object");
    }
  }
}
