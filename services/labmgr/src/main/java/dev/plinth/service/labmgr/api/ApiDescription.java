package dev.plinth.service.labmgr.api;

import java.util.List;
import java.util.Map;

/**
 * What a feature contributes to the description of the API.
 *
 * <p>Implementations are immutable.
 */
public interface ApiDescription {
  /** Returns the operations it registers as routes. */
  List<ApiOperation> operations();

  /** Returns the schemas its operations name, as OpenAPI writes them. */
  Map<String, Map<String, Object>> schemas();
}
