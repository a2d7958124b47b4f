package dev.plinth.spi.broken;

import com.google.inject.AbstractModule;
import java.util.concurrent.CompletableFuture;

/** Breaks the rules of the SPI: a third party in it, open, with a setter, an array and a future. */
public class OpenSpi {
  public Class<?> thirdParty() {
    return AbstractModule.class;
  }

  public void setValue(int value) {}

  public CompletableFuture<String> future(int[] array) {
    return CompletableFuture.completedFuture(String.valueOf(array.length));
  }
}
