package dev.plinth.chassis.admin;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * What opens the admin API: a random text in a file that only its user can read.
 *
 * <p>Immutable; never printed.
 */
public final class AdminToken {
  private static final int BYTES = 32;

  private final Path file;
  private final String text;

  private AdminToken(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /**
   * Makes a new token and writes it. Whoever reads the file sees the whole token or the one before;
   * at no moment can another user read it.
   *
   * @param file where; its folder is made if missing, for its user alone
   * @param random from which nobody can guess
   * @return the token
   * @throws IOException if it cannot be written
   */
  public static AdminToken create(Path file, RandomGenerator random) throws IOException {
    byte[] content = new byte[BYTES];
    random.nextBytes(content);
    String text = HexFormat.of().formatHex(content);
    Path absolute = file.toAbsolutePath();
    Path folder = requireNonNull(absolute.getParent(), "a token file has a folder");
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Path fresh =
        Files.createTempFile(
            folder,
            ".admin",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(fresh, text + "\n");
      Files.move(fresh, absolute, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      Files.deleteIfExists(fresh);
      throw failed;
    }
    return new AdminToken(absolute, text);
  }

  /**
   * Reads the token that a running launcher wrote.
   *
   * @param file where
   * @return the token
   * @throws IOException if there is none, or it cannot be read
   */
  public static AdminToken read(Path file) throws IOException {
    String text = Files.readString(file).strip();
    if (text.isEmpty()) {
      throw new FileSystemException(file.toString(), null, "holds no token");
    }
    return new AdminToken(file, text);
  }

  /**
   * Returns what a client sends.
   *
   * @return the value of the header {@code Authorization}
   */
  public String authorization() {
    return "Bearer " + text;
  }

  /**
   * Compares in a time that tells nothing about the token.
   *
   * @param authorization what a client sent
   * @return whether it is this token
   */
  public boolean opens(String authorization) {
    return MessageDigest.isEqual(
        authorization().getBytes(StandardCharsets.UTF_8),
        authorization.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Removes the file, unless another launcher has written its own token there.
   *
   * @throws IOException if it cannot be read or removed
   */
  void remove() throws IOException {
    if (Files.exists(file) && read(file).text.equals(text)) {
      Files.deleteIfExists(file);
    }
  }

  /** Returns where the token is, never what it is. */
  @Override
  public String toString() {
    return "token in " + file;
  }
}
