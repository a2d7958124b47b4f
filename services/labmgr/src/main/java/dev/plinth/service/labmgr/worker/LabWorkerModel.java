package dev.plinth.service.labmgr.worker;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.document.Schema;
import dev.plinth.service.labmgr.document.Structure;
import java.util.List;
import java.util.Map;

/**
 * What documents of the kind LabWorker may say.
 *
 * <p>Immutable.
 */
final class LabWorkerModel {
  static final String DESIRED_READY = "Ready";
  static final String DESIRED_TERMINATED = "Terminated";

  private static final Schema.Text NAME = Schema.text("A name of the cloud.").atMost(255);

  private static final Structure CLOUD =
      Schema.structure("The machine; fixed once it is being provisioned.")
          .optional(
              "amiId",
              Schema.text("The image of the machine.")
                  .atMost(64)
                  .matching("ami-[a-z0-9]+", "'ami-' and lower case letters or digits"))
          .optional(
              "instanceType",
              Schema.text("The type of the machine.")
                  .oneOf(List.of("m5zn.metal", "m5zn.12xlarge", "m5zn.6xlarge"))
                  .orElse("m5zn.metal"))
          .optional("keyName", NAME)
          .optional("vpcId", NAME)
          .optional("subnetId", NAME)
          .optional("securityGroupIds", Schema.list("Security groups.", NAME, 16))
          .optional(
              "assignPublicIp",
              Schema.flag("Whether the machine has a public address.").orElse(true))
          .optional(
              "ebsVolumeSize", Schema.whole("Size of the disk in GiB.", 1, 65_536).orElse(500))
          .optional(
              "ebsVolumeType",
              Schema.text("Type of the disk.")
                  .oneOf(List.of("gp2", "gp3", "io1", "io2"))
                  .orElse("io1"))
          .optional(
              "ebsIops",
              Schema.whole("Operations a second of the disk.", 100, 64_000).orElse(10_000))
          .optional("iamInstanceProfile", NAME)
          .optional(
              "tags",
              Schema.dictionary(
                  "Tags of the machine.",
                  Schema.text("A tag.").atMost(128),
                  Schema.text("Its value.").atMost(256)));

  private static final Structure SOFTWARE =
      Schema.structure("The lab software.")
          .optional("licenseToken", Schema.secret("The licence, by reference."))
          .optional("adminUsername", Schema.text("The administrator.").atMost(64).orElse("admin"))
          .optional("adminPassword", Schema.secret("The administrator's password, by reference."))
          .optional(
              "apiBaseUrl",
              Schema.text("Where the lab software is reached.")
                  .matching("https?://[^\\s]+", "a URL with http or https"))
          .optional("maxNodesUnlicensed", Schema.whole("Nodes without a licence.", 1, 5).orElse(5))
          .optional(
              "maxNodesLicensed", Schema.whole("Nodes with a licence.", 1, 10_000).orElse(200))
          .optional("enableTelemetry", Schema.flag("Whether it reports its use.").orElse(false));

  static final Structure SPEC =
      Schema.structure("What is wanted of a worker.")
          .optional("labTrack", Schema.text("The track whose labs it runs.").atMost(63))
          .optional("awsConfig", CLOUD)
          .optional("cmlConfig", SOFTWARE)
          .optional(
              "desiredPhase",
              Schema.text("Where it should be: ready for labs, or ended but still listed.")
                  .oneOf(List.of(DESIRED_READY, DESIRED_TERMINATED))
                  .orElse(DESIRED_READY))
          .optional("autoLicense", Schema.flag("Whether it is licensed by itself.").orElse(true))
          .optional(
              "enableDraining",
              Schema.flag("Whether its labs are ended in order before it ends.").orElse(true));

  private static final Structure CAPACITY =
      Schema.structure("What it can hold.")
          .optional("totalCpu", count("Processors."))
          .optional("totalMemoryGi", count("Memory in GiB."))
          .optional("totalStorageGi", count("Disk in GiB."))
          .optional("allocatedCpu", count("Processors given to labs."))
          .optional("allocatedMemoryGi", count("Memory given to labs, in GiB."))
          .optional("allocatedStorageGi", count("Disk given to labs, in GiB."))
          .optional("maxConcurrentLabs", count("Labs at a time."));

  static final Structure STATUS =
      Schema.structure("What the controller reports of a worker.")
          .optional("phase", Schema.text("Where it is in its life.").oneOf(Phase.texts()))
          .optional("phaseSince", Schema.time("When the phase was entered."))
          .optional("observedGeneration", count("The specification that was looked at last."))
          .optional("lastUpdated", Schema.time("When the status changed last."))
          .optional("conditions", Schema.list("Aspects of the status.", StatusCondition.SCHEMA, 32))
          .optional(
              "provisioningToken",
              Schema.text("Names its machine to the cloud, stored before it is asked for.")
                  .atMost(64))
          .optional("ec2InstanceId", Schema.text("The cloud's name of the machine.").atMost(64))
          .optional("ec2Address", Schema.text("Where the machine is reached.").atMost(255))
          .optional("capacity", CAPACITY)
          .optional(
              "hostedLabIds",
              Schema.list("The labs on it.", Schema.text("A lab.").atMost(253), 1000))
          .optional("activeLabCount", count("How many labs are on it."))
          .optional("provisioningStarted", Schema.time("When the machine was asked for."))
          .optional("provisioningCompleted", Schema.time("When it became ready."))
          .optional("errorMessage", Schema.text("What went wrong last.").atMost(4096))
          .optional("errorCount", count("How often it failed."));

  private LabWorkerModel() {}

  private static Schema.Whole count(String description) {
    return Schema.whole(description, 0, Long.MAX_VALUE);
  }

  static Document example() {
    return Document.of(
        Map.of(
            "labTrack",
            "comp-sci-101",
            "awsConfig",
            Map.of("amiId", "ami-0c55b159cbfafe1f0", "instanceType", "m5zn.metal"),
            "autoLicense",
            true));
  }

  /** Returns what a machine of a type can hold. */
  static Document capacity(Document cloud) {
    boolean half = cloud.text("instanceType").orElse("").equals("m5zn.6xlarge");
    return Document.EMPTY
        .with("totalCpu", half ? 24L : 48L)
        .with("totalMemoryGi", half ? 96L : 192L)
        .with("totalStorageGi", cloud.number("ebsVolumeSize", 500))
        .with("allocatedCpu", 0L)
        .with("allocatedMemoryGi", 0L)
        .with("allocatedStorageGi", 0L)
        .with("maxConcurrentLabs", 20L);
  }
}
