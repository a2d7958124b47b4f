package dev.plinth.service.labmgr;

import static dev.plinth.service.labmgr.LabManagerFixture.WORKERS;
import static dev.plinth.service.labmgr.LabManagerFixture.phase;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.service.labmgr.provider.LabProvider;
import dev.plinth.service.labmgr.provider.Machine;
import dev.plinth.service.labmgr.provider.ProviderException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Many clients and several instances at a time. */
@Timeout(180)
final class LabManagerConcurrencyTest {
  private static final int CLIENTS = 8;

  private interface Work {
    void run(int client);
  }

  private static void concurrently(Work work) throws InterruptedException {
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int client = i;
      threads.add(
          Thread.ofVirtual()
              .uncaughtExceptionHandler((thread, thrown) -> failures.add(thrown))
              .start(() -> work.run(client)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void ofManyCreatorsOneWins() throws InterruptedException {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      ConcurrentLinkedQueue<Integer> answers = new ConcurrentLinkedQueue<>();
      concurrently(client -> answers.add(labs.create("w").status()));
      assertThat(answers).containsOnlyOnce(201).hasSize(CLIENTS);
      assertThat(answers.stream().filter(status -> status != 201)).containsOnly(409);
    }
  }

  @Test
  void patchesOfDifferentFieldsAllSurviveAndPinnedOnesCountWhatTheyChanged()
      throws InterruptedException {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.create("w");
      int rounds = 10;
      concurrently(client -> {
        for (int round = 0; round < rounds; round++) {
          String patch =
              "{\"metadata\": {\"labels\": {\"c-%d\": \"%d\"}}}".formatted(client, round);
          int status = labs.mergePatch(WORKERS + "/w", patch).status();
          while (status == 409) {
            status = labs.mergePatch(WORKERS + "/w", patch).status();
          }
          assertThat(status).isEqualTo(200);
        }
      });
      JsonNode labels = labs.read("w").path("metadata").path("labels");
      for (int client = 0; client < CLIENTS; client++) {
        assertThat(labels.path("c-" + client).stringValue(""))
            .isEqualTo(Integer.toString(rounds - 1));
      }

      ConcurrentLinkedQueue<String> won = new ConcurrentLinkedQueue<>();
      concurrently(client -> {
        for (int round = 0; round < rounds; round++) {
          String version = labs.read("w").path("metadata").path("resourceVersion").stringValue("");
          String patch =
              "{\"metadata\": {\"resourceVersion\": \"%s\"}, \"spec\": {\"labTrack\": \"%d-%d\"}}"
                  .formatted(version, client, round);
          int status = labs.mergePatch(WORKERS + "/w", patch).status();
          assertThat(status).isIn(200, 409);
          if (status == 200) {
            won.add(version);
          }
        }
      });
      assertThat(won).isNotEmpty().doesNotHaveDuplicates();
      assertThat(labs.read("w").path("metadata").path("generation").longValue())
          .isEqualTo(1 + won.size());
    }
  }

  @Test
  @VirtualTime("instances vanish and are replaced after ten seconds, several times")
  void instancesThatComeAndGoLeaveOneMachineForEachWorker() throws ProviderException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      ServiceFixture lasting = labs.startAnother();
      JsonClient http = lasting.http();
      labs.service.stop();
      List<ServiceFixture> instances = new ArrayList<>();
      Set<String> wanted = new HashSet<>();
      for (int step = 0; step < 40; step++) {
        switch (random.nextInt(5)) {
          case 0 -> instances.add(labs.startAnother());
          case 1 -> {
            if (!instances.isEmpty()) {
              instances.remove(random.nextInt(instances.size())).close();
            }
          }
          case 2 -> {
            for (String name : List.copyOf(wanted)) {
              if (random.nextInt(3) == 0) {
                http.delete(WORKERS + "/" + name);
                wanted.remove(name);
              }
            }
          }
          default -> {
            String name = "w-" + step;
            http.post(WORKERS, LabManagerFixture.worker(name, "t"));
            wanted.add(name);
          }
        }
        for (int i = 0; i < 5; i++) {
          labs.runtime.advance(Duration.ofMillis(400));
        }
      }
      labs.passUntil(
          "everything is as wanted, seed " + seed,
          () -> {
            JsonNode items = http.get(WORKERS + "?limit=1000").json().path("items");
            Set<String> ready = new HashSet<>();
            items.forEach(item -> {
              if (phase(item).equals("Ready")) {
                ready.add(item.path("metadata").path("name").stringValue(""));
              }
            });
            return items.size() == wanted.size() && ready.equals(wanted);
          });
      List<Machine> machines = lasting.get(LabProvider.class).machines();
      assertThat(machines).as("seed %s", seed).hasSize(wanted.size());
      Set<String> tokens = new HashSet<>();
      http.get(WORKERS + "?limit=1000")
          .json()
          .path("items")
          .forEach(
              item -> tokens.add(item.path("status").path("provisioningToken").stringValue("")));
      assertThat(machines).as("seed %s", seed).extracting(Machine::token).hasSameElementsAs(tokens);
    }
  }
}
