package dev.plinth.service.labmgr.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.error.FieldError;
import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.worker.TestKind;
import dev.plinth.spi.Revision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SelectorTest {
  private static final ResourceKind KIND = TestKind.labWorker();

  private static LabResource resource(String name, Map<String, String> labels, String phase) {
    return new LabResource(
        KIND.name(),
        new Metadata(
            new ResourceName("default", name),
            "uid",
            Instant.EPOCH,
            1,
            labels,
            Map.of(),
            List.of(),
            Optional.empty(),
            Document.EMPTY),
        Document.EMPTY.with("labTrack", "t"),
        Document.EMPTY.with("phase", phase),
        Document.EMPTY,
        Revision.of(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "track=a | true",
        "track==a | true",
        "track!=a | false",
        "track in (a, b) | true",
        "track notin (a,b) | false",
        "track in (b) | false",
        "track | true",
        "!track | false",
        "missing | false",
        "!missing | true",
        "missing!=a | true",
        "missing notin (a) | true",
        "missing in (a) | false",
        "track=a,zone=1 | true",
        "track=a,zone=2 | false",
        "track in (a,b),zone notin (2,3),!other | true",
        "empty= | true",
      })
  void labelsAreComparedAsUsersOfKubernetesExpect(String selector, boolean selected) {
    FieldErrors errors = new FieldErrors();
    Selector parsed = Selector.parse(KIND, selector, "", errors);
    assertThat(errors.list()).isEmpty();
    LabResource resource = resource("w", Map.of("track", "a", "zone", "1", "empty", ""), "Ready");
    assertThat(parsed.selects(KIND, resource)).isEqualTo(selected);
  }

  @Test
  void everyTermThatIsWrongIsNamed() {
    FieldErrors errors = new FieldErrors();
    Selector.parse(KIND, "a=b=c,ok=1,x in y", "spec.secret=1,metadata.name", errors);
    assertThat(errors.list())
        .extracting(FieldError::field)
        .containsExactly("labelSelector", "labelSelector", "fieldSelector", "fieldSelector");
  }

  @Test
  void theIndexFindsWhatLookingAtEverythingFinds() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ResourceIndex index = new ResourceIndex(KIND);
    Map<String, LabResource> model = new TreeMap<>();
    List<String> selectors =
        List.of(
            "track=a", "track in (a,b)", "track", "!track", "track!=a,zone=1", "zone notin (1)");
    List<String> fields =
        List.of("", "status.phase=Ready", "status.phase!=Ready", "metadata.name=w7");
    for (int step = 0; step < 2000; step++) {
      String name = "w" + random.nextInt(40);
      if (random.nextInt(4) == 0) {
        index.remove(new ResourceName("default", name));
        model.remove(name);
      } else {
        Map<String, String> labels = new HashMap<>();
        if (random.nextBoolean()) {
          labels.put("track", List.of("a", "b", "c").get(random.nextInt(3)));
        }
        labels.put("zone", Integer.toString(random.nextInt(3)));
        LabResource next = resource(name, labels, random.nextBoolean() ? "Ready" : "Failed");
        index.put(next);
        model.put(name, next);
      }
      Selector selector =
          Selector.parse(
              KIND,
              selectors.get(random.nextInt(selectors.size())),
              fields.get(random.nextInt(fields.size())),
              new FieldErrors());
      List<Stored> expected =
          new ArrayList<>(model.values().stream().filter(r -> selector.selects(KIND, r)).toList());
      assertThat(index.search("default", selector)).as("seed %s", seed).isEqualTo(expected);
    }
  }

  @Test
  void whatCannotBeReadIsPartOfEveryAnswer() {
    ResourceIndex index = new ResourceIndex(KIND);
    Stored.Unreadable broken =
        new Stored.Unreadable(new ResourceName("default", "broken"), Revision.of(2), "no JSON");
    index.put(broken);
    index.put(resource("w", Map.of("track", "b"), "Ready"));
    Selector selector = Selector.parse(KIND, "track=a", "", new FieldErrors());
    assertThat(index.search("default", selector)).containsExactly(broken);
    assertThat(index.invalid()).isEqualTo(1);
  }
}
