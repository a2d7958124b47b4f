package dev.plinth.service.labmgr.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DocumentTest {

  @Test
  void aMergePatchRemovesMergesAndReplaces() {
    Document before =
        Document.of(
            Map.of("a", 1, "b", Map.of("c", "x", "d", "y"), "list", List.of(1, 2), "gone", true));
    Map<String, @Nullable Object> inner = new HashMap<>();
    inner.put("c", null);
    inner.put("e", "z");
    Map<String, @Nullable Object> patch = new HashMap<>();
    patch.put("b", inner);
    patch.put("list", List.of(3));
    patch.put("gone", null);
    assertThat(before.merge(Document.of(patch)))
        .isEqualTo(
            Document.of(Map.of("a", 1, "b", Map.of("d", "y", "e", "z"), "list", List.of(3))));
  }

  @Test
  void aMergePatchReplacesATextByAnObjectWithoutItsNulls() {
    Map<String, @Nullable Object> inner = new HashMap<>();
    inner.put("kept", 1);
    inner.put("dropped", null);
    assertThat(Document.of(Map.of("a", "text")).merge(Document.of(Map.of("a", inner))))
        .isEqualTo(Document.of(Map.of("a", Map.of("kept", 1))));
  }

  @Test
  void numbersAreEqualHoweverTheyWereRead() {
    assertThat(Document.of(Map.of("n", 5)))
        .isEqualTo(Document.of(Map.of("n", 5L)))
        .isEqualTo(Document.of(Map.of("n", BigInteger.valueOf(5))));
  }

  @Test
  void aDocumentDoesNotChangeWithWhatItWasMadeOf() {
    List<String> list = new ArrayList<>(List.of("a"));
    Document document = Document.of(Map.of("list", list));
    list.add("b");
    assertThat(document.texts("list")).containsExactly("a");
    assertThatThrownBy(() -> document.members().put("x", "y"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void whatIsOfAnotherTypeIsAsIfItWereMissing() {
    Document document = Document.of(Map.of("text", 1, "child", "x", "list", "y"));
    assertThat(document.text("text")).isEmpty();
    assertThat(document.child("child")).isEqualTo(Document.EMPTY);
    assertThat(document.texts("list")).isEmpty();
    assertThat(document.number("child", 7)).isEqualTo(7);
  }

  @Test
  void valuesAreNotPrinted() {
    assertThat(Document.of(Map.of("password", "hidden"))).hasToString("[password]");
  }
}
