package dev.plinth.service.labmgr;

import static dev.plinth.service.labmgr.LabManagerFixture.WORKERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a request is said at once, and nothing is written. */
@Timeout(120)
final class LabManagerBadInputTest {

  private static List<String> stored(LabManagerFixture labs) {
    return labs.behind.keyValues().list(KeyRange.all()).entries().stream()
        .map(entry -> entry.key().utf8())
        .filter(key -> key.contains("lab-workers/") && !key.contains("/controllers/"))
        .toList();
  }

  static Stream<Arguments> wrongBodies() {
    return Stream.of(
        Arguments.of("", List.of("")),
        Arguments.of("{", List.of("")),
        Arguments.of("{} {}", List.of("")),
        Arguments.of("{\"metadata\": {}, \"metadata\": {}}", List.of("")),
        Arguments.of("[]", List.of("")),
        Arguments.of("null", List.of("")),
        Arguments.of("\"text\"", List.of("")),
        Arguments.of("{}", List.of("metadata", "metadata.name")),
        Arguments.of("{\"metadata\": []}", List.of("metadata", "metadata.name")),
        Arguments.of("{\"metadata\": {\"name\": 5}}", List.of("metadata.name")),
        Arguments.of("{\"metadata\": {\"name\": \"Upper\"}}", List.of("metadata.name")),
        Arguments.of("{\"metadata\": {\"name\": \"a/b\"}}", List.of("metadata.name")),
        Arguments.of("{\"metadata\": {\"name\": \"-a\"}}", List.of("metadata.name")),
        Arguments.of(
            "{\"metadata\": {\"name\": \"" + "a".repeat(64) + "\"}}", List.of("metadata.name")),
        Arguments.of(
            "{\"metadata\": {\"name\": \"w\", \"namespace\": \"other\"}}",
            List.of("metadata.namespace")),
        Arguments.of(
            "{\"metadata\": {\"name\": \"w\", \"resourceVersion\": \"3\"}}",
            List.of("metadata.resourceVersion")),
        Arguments.of("{\"metadata\": {\"name\": \"w\"}, \"spec\": \"x\"}", List.of("spec")),
        Arguments.of(
            "{\"apiVersion\": \"v9\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"w\"}}",
            List.of("apiVersion", "kind")),
        Arguments.of(
            "{\"more\": 1, \"metadata\": {\"name\": \"w\", \"labels\": {\"a\": 1, \"b c\": \"x\"},"
                + " \"finalizers\": [\"\", 3]}, \"spec\": {\"labTrack\": true, \"colour\": \"red\","
                + " \"desiredPhase\": \"Asleep\", \"autoLicense\": \"yes\", \"awsConfig\":"
                + " {\"amiId\": \"image\", \"ebsIops\": 1.5, \"ebsVolumeSize\": 0,"
                + " \"securityGroupIds\": \"sg\", \"tags\": []}, \"cmlConfig\":"
                + " {\"maxNodesUnlicensed\": 6, \"licenseToken\": \"plain\"}}}",
            List.of(
                "more",
                "metadata.labels",
                "metadata.labels.a",
                "metadata.finalizers[0]",
                "metadata.finalizers[1]",
                "spec.labTrack",
                "spec.colour",
                "spec.desiredPhase",
                "spec.autoLicense",
                "spec.awsConfig.amiId",
                "spec.awsConfig.ebsIops",
                "spec.awsConfig.ebsVolumeSize",
                "spec.awsConfig.securityGroupIds",
                "spec.awsConfig.tags",
                "spec.cmlConfig.maxNodesUnlicensed",
                "spec.cmlConfig.licenseToken")),
        Arguments.of(
            "{\"metadata\": {\"name\": \"w\"}, \"spec\": {\"cmlConfig\":"
                + " {\"maxNodesUnlicensed\": 5, \"maxNodesLicensed\": 4}}}",
            List.of("spec.cmlConfig.maxNodesLicensed")),
        Arguments.of(
            "{\"metadata\": {\"name\": \"w\"}, \"spec\": {\"cmlConfig\": {\"licenseToken\":"
                + " {\"secretRef\": {\"file\": \"/etc/passwd\"}}}}}",
            List.of("spec.cmlConfig.licenseToken.secretRef.file")));
  }

  @ParameterizedTest
  @MethodSource("wrongBodies")
  void aWrongBodyIsRefusedAndNothingIsWritten(String body, List<String> fields) {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      Answer refused = labs.http.post(WORKERS, body);
      assertThat(refused.status()).as(refused.text()).isEqualTo(400);
      assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
      assertThat(refused.wrongFields()).containsExactlyInAnyOrderElementsOf(fields);
      assertThat(stored(labs)).isEmpty();
    }
  }

  @Test
  void wrongParametersAndAWrongBodyAreSaidTogether() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      Answer refused =
          labs.http.post(
              "/api/v1/namespaces/Exam/lab-workers?dryRun=some&colour=red",
              "{\"metadata\": {\"name\": \"W\"}, \"spec\": {\"labTrack\": 1}}");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.wrongFields())
          .containsExactlyInAnyOrder(
              "namespace", "dryRun", "colour", "metadata.name", "spec.labTrack");
      assertThat(stored(labs)).isEmpty();
    }
  }

  @Test
  void aDryRunSaysTheSameAndWritesNothing() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      Answer would = labs.http.post(WORKERS + "?dryRun=All", LabManagerFixture.worker("w", "t"));
      assertThat(would.status()).isEqualTo(201);
      assertThat(would.json().path("spec").path("desiredPhase").stringValue("")).isEqualTo("Ready");
      assertThat(stored(labs)).isEmpty();
      assertThat(
              labs.http
                  .post(WORKERS + "?dryRun=All", "{\"metadata\": {\"name\": \"W\"}}")
                  .wrongFields())
          .containsExactly("metadata.name");
      labs.create("w");
      assertThat(
              labs.http.post(WORKERS + "?dryRun=All", LabManagerFixture.worker("w", "t")).status())
          .isEqualTo(409);
      Answer patched =
          labs.mergePatch(WORKERS + "/w?dryRun=All", "{\"spec\": {\"labTrack\": \"dry\"}}");
      assertThat(patched.json().path("spec").path("labTrack").stringValue("")).isEqualTo("dry");
      assertThat(labs.read("w").path("spec").has("labTrack")).isFalse();
    }
  }

  @Test
  void aBodyThatIsTooLargeOrOfAnotherTypeIsRefused() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      String large =
          "{\"metadata\": {\"name\": \"w\", \"annotations\": {\"a\": \""
              + "x".repeat(1 << 20)
              + "\"}}}";
      assertThat(labs.http.post(WORKERS, large).status()).isEqualTo(413);
      assertThat(
              labs.http
                  .send("POST", WORKERS, LabManagerFixture.worker("w", "t"), "text/plain")
                  .status())
          .isEqualTo(415);
      assertThat(stored(labs)).isEmpty();
      labs.create("w");
      assertThat(labs.http.patch(WORKERS + "/w", "{}").status()).isEqualTo(415);
      assertThat(labs.mergePatch(WORKERS + "/w", "[]").status()).isEqualTo(400);
    }
  }

  @Test
  void wrongQueriesAreRefused() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      Answer refused =
          labs.http.get(
              WORKERS
                  + "?limit=0&labelSelector=a%3D%3D%3Db&fieldSelector=spec.x%3D1&colour=red"
                  + "&watch=maybe");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.wrongFields())
          .containsExactlyInAnyOrder("limit", "labelSelector", "fieldSelector", "colour", "watch");
      assertThat(labs.http.get(WORKERS + "?watch=true&resourceVersion=new&limit=5").wrongFields())
          .containsExactlyInAnyOrder("resourceVersion", "limit");
      assertThat(labs.http.get(WORKERS + "/Upper").wrongFields()).containsExactly("name");
      assertThat(labs.http.get(WORKERS + "/none").status()).isEqualTo(404);
      assertThat(labs.http.get("/api/v1/lab-pools").status()).isEqualTo(404);
      assertThat(labs.http.put(WORKERS, "{}").status()).isEqualTo(405);
    }
  }

  @Test
  void whatTheControllerOwnsIsNotChangedByUsers() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.create("w");
      labs.passUntilPhase("w", "Ready");
      Answer refused =
          labs.mergePatch(
              WORKERS + "/w/status",
              "{\"status\": {\"phase\": \"Pending\", \"provisioningToken\": \"mine\","
                  + " \"colour\": 1}}");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.wrongFields()).contains("status.colour");
      Answer owned =
          labs.mergePatch(
              WORKERS + "/w/status",
              "{\"status\": {\"phase\": \"Pending\", \"provisioningToken\": \"mine\"}}");
      assertThat(owned.wrongFields())
          .containsExactlyInAnyOrder("status.phase", "status.provisioningToken");
      Answer machine =
          labs.mergePatch(WORKERS + "/w", "{\"spec\": {\"awsConfig\": {\"amiId\": \"ami-2\"}}}");
      assertThat(machine.wrongFields()).containsExactly("spec.awsConfig");
      assertThat(LabManagerFixture.phase(labs.read("w"))).isEqualTo("Ready");
    }
  }

  @Test
  void unknownMembersOfStoredDocumentsAreKept() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.create("w");
      labs.passUntilPhase("w", "Ready");
      Key key = Key.utf8("/lab-resource-manager/lab-workers/w");
      String newer =
          labs.behind
              .keyValues()
              .get(key)
              .orElseThrow()
              .value()
              .utf8()
              .replaceFirst(
                  "\"spec\":\\{", "\"later\":{\"x\":[1,null]},\"spec\":{\"newer\":\"y\",");
      labs.behind.keyValues().put(key, Bytes.utf8(newer));
      assertThat(labs.read("w").path("spec").path("newer").stringValue("")).isEqualTo("y");
      assertThat(labs.http.put(WORKERS + "/w", labs.read("w")).status()).isEqualTo(200);
      Answer patched = labs.mergePatch(WORKERS + "/w", "{\"spec\": {\"labTrack\": \"t\"}}");
      assertThat(patched.status()).isEqualTo(200);
      assertThat(patched.json().path("spec").path("newer").stringValue("")).isEqualTo("y");
      assertThat(patched.json().path("later").path("x")).hasSize(2);
      assertThat(
              labs.mergePatch(WORKERS + "/w", "{\"spec\": {\"newer\": \"changed\"}}").wrongFields())
          .containsExactly("spec.newer");
    }
  }
}
