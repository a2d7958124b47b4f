package dev.plinth.chassis.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test that moves time further than anybody would wait, and so runs on the memory store only: its
 * time to live, not its store, is what it is about.
 */
@Tag("virtual-time")
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface VirtualTime {
  /** Why real time does not do. */
  String value();
}
