package dev.plinth.distribution.wiring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * Sets up the log without reading a file, which would cost a tenth of a second of each start. A
 * file named by the system property {@code logback.configurationFile} is left to Logback.
 *
 * <p>Thread-safe. Found by Logback as a service.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String OWN = "dev.plinth";
  private static final String FILE_PROPERTY = "logback.configurationFile";
  private static final String LINE = "%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg %kvp%n%ex{20}";

  /** Made by Logback. */
  public Logging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(FILE_PROPERTY) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    write(context, text(context));
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
    context.getLogger(OWN).setLevel(Level.INFO);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Changes to what the configuration asks for.
   *
   * @param config how to log
   */
  public static void apply(LogConfig config) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)
        || System.getProperty(FILE_PROPERTY) != null) {
      return;
    }
    if (config.format() == LogConfig.Format.JSON) {
      write(context, json(context));
    }
    context.getLogger(OWN).setLevel(Level.toLevel(config.level()));
  }

  /** Keeps everything but errors quiet until {@link #apply}: the caller says itself what failed. */
  public static void onlyErrors() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        && System.getProperty(FILE_PROPERTY) == null) {
      context.getLogger(OWN).setLevel(Level.ERROR);
    }
  }

  private static void write(LoggerContext context, Encoder<ILoggingEvent> encoder) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    encoder.setWithMessage(false);
    encoder.start();
    return encoder;
  }
}
