package dev.plinth.storage.etcd;

import dev.plinth.spi.Settings;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Makes of PEM files what a connection is secured with. */
final class EtcdCertificates {
  /**
   * What a client shows to a server that asks who it is.
   *
   * @param certificate its chain
   * @param key its private key, in PKCS#8
   */
  record Identity(Path certificate, Path key) {}

  private EtcdCertificates() {}

  /**
   * Reads the files.
   *
   * @param settings whose keys named them
   * @param trusted the authorities; nothing for those of the JDK
   * @param identity what this client shows, if it shows anything
   * @return what to secure connections with
   * @throws dev.plinth.spi.SettingsException if one cannot be used; names its key
   */
  static SslContext read(Settings settings, Optional<Path> trusted, Optional<Identity> identity) {
    SslContextBuilder context = GrpcSslContexts.forClient();
    trusted.ifPresent(file -> trust(context, file.toFile(), settings));
    identity.ifPresent(shown -> identify(context, shown, settings));
    try {
      return context.build();
    } catch (SSLException wrong) {
      throw settings.error(identity.isPresent() ? "key" : "ca", "cannot be used: " + reason(wrong));
    }
  }

  private static void trust(SslContextBuilder context, File file, Settings settings) {
    try {
      SslContextBuilder unused = context.trustManager(file);
    } catch (IllegalArgumentException wrong) {
      throw settings.error("ca", "holds no certificates in PEM: " + file);
    }
  }

  private static void identify(SslContextBuilder context, Identity identity, Settings settings) {
    File certificate = identity.certificate().toFile();
    File key = identity.key().toFile();
    try {
      SslContextBuilder unused = context.keyManager(certificate, key);
    } catch (IllegalArgumentException wrong) {
      throw String.valueOf(wrong.getMessage()).contains("private key")
          ? settings.error("key", "holds no private key in PEM, PKCS#8: " + key)
          : settings.error("certificate", "holds no certificates in PEM: " + certificate);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return Optional.ofNullable(cause.getMessage()).orElse(cause.toString());
  }
}
