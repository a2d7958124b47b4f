package dev.plinth.service.labmgr.worker;

import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.spi.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The secrets that specifications may refer to: environment variables and files that the
 * configuration names one by one.
 *
 * <p>Thread-safe.
 */
public final class SecretReferences {
  private final Set<String> environmentNames;
  private final Set<String> files;
  private final Function<String, Optional<String>> environment;

  /**
   * The secrets of a configuration.
   *
   * @param environmentNames the variables that may be read
   * @param files the files that may be read
   * @param environment reads a variable
   */
  public SecretReferences(
      Set<String> environmentNames,
      Set<String> files,
      Function<String, Optional<String>> environment) {
    this.environmentNames = Set.copyOf(environmentNames);
    this.files = Set.copyOf(files);
    this.environment = environment;
  }

  /** Checks that a reference names something the configuration allows. */
  void check(Document holder, String path, FieldErrors errors) {
    Document reference = holder.child("secretRef");
    reference
        .text("environment")
        .filter(name -> !environmentNames.contains(name))
        .ifPresent(name ->
            errors.add(
                path + ".secretRef.environment",
                "'" + name + "' is not allowed by labmgr.secrets.environment"));
    reference
        .text("file")
        .filter(name -> !files.contains(name))
        .ifPresent(name ->
            errors.add(
                path + ".secretRef.file", "'" + name + "' is not allowed by labmgr.secrets.files"));
  }

  /**
   * Reads a secret.
   *
   * @param holder what holds the reference
   * @return the secret; nothing if it is not allowed, not there or empty
   */
  Optional<Secret> resolve(Document holder) {
    Document reference = holder.child("secretRef");
    Optional<String> name = reference.text("environment").filter(environmentNames::contains);
    if (name.isPresent()) {
      return environment.apply(name.get()).filter(text -> !text.isBlank()).map(Secret::of);
    }
    return reference.text("file").filter(files::contains).flatMap(SecretReferences::read);
  }

  private static Optional<Secret> read(String file) {
    try {
      String text = Files.readString(Path.of(file)).strip();
      return text.isEmpty() ? Optional.empty() : Optional.of(Secret.of(text));
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }
}
