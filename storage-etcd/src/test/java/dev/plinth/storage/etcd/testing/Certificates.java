package dev.plinth.storage.etcd.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority of its own, with a certificate for servers on 127.0.0.1 and "localhost"
 * and one for a client called "plinth", as PEM files. Made by the JDK's keytool.
 *
 * <p>Immutable.
 *
 * @param authority the authority's certificate
 * @param server the servers' certificate
 * @param serverKey its private key, PKCS #8
 * @param client the client's certificate
 * @param clientKey its private key, PKCS #8
 */
public record Certificates(
    Path authority, Path server, Path serverKey, Path client, Path clientKey) {
  private static final String PASSWORD = "plinth-test";
  private static final String AUTHORITY = "authority";

  /**
   * Makes them.
   *
   * @param folder where to; left to the caller to remove
   * @return the files
   */
  public static Certificates create(Path folder) {
    try {
      Files.createDirectories(folder);
      Path store = folder.resolve("store.p12");
      keytool(store, AUTHORITY, "-dname", "CN=Plinth Test Authority", "-ext", "bc:c");
      sign(store, "server", "CN=server", "SAN=ip:127.0.0.1,dns:localhost,dns:etcd.test");
      sign(store, "client", "CN=plinth", "EKU=clientAuth");
      KeyStore made = open(store);
      write(folder, AUTHORITY, made);
      write(folder, "server", made);
      write(folder, "client", made);
      return new Certificates(
          folder.resolve("authority.pem"),
          folder.resolve("server.pem"),
          folder.resolve("server-key.pem"),
          folder.resolve("client.pem"),
          folder.resolve("client-key.pem"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static void sign(Path store, String name, String subject, String extension) {
    keytool(store, name, "-dname", subject, "-ext", extension, "-signer", AUTHORITY);
  }

  /** Makes a pair of keys with a certificate. */
  private static void keytool(Path store, String name, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", name));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30"));
    command.addAll(List.of(words));
    command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD));
    // It lives for a moment; what pays off later is left out.
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    String unused = Command.of(command).run();
  }

  private static void write(Path folder, String name, KeyStore store)
      throws IOException, GeneralSecurityException {
    byte[] certificate = store.getCertificate(name).getEncoded();
    Files.writeString(folder.resolve(name + ".pem"), pem("CERTIFICATE", certificate));
    byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
    Files.writeString(folder.resolve(name + "-key.pem"), pem("PRIVATE KEY", key));
  }

  private static KeyStore open(Path store) throws IOException, GeneralSecurityException {
    KeyStore opened = KeyStore.getInstance("PKCS12");
    try (InputStream input = Files.newInputStream(store)) {
      opened.load(input, PASSWORD.toCharArray());
    }
    return opened;
  }

  private static String pem(String kind, byte[] content) {
    Base64.Encoder encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN "
        + kind
        + "-----\n"
        + encoder.encodeToString(content)
        + "\n-----END "
        + kind
        + "-----\n";
  }
}
