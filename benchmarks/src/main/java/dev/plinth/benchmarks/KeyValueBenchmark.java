package dev.plinth.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading and replacing keys at random. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
public class KeyValueBenchmark {
  /** Who is measured. */
  @Param({Subject.STORE, Subject.SKIP_LIST})
  public String subject;

  /** How many keys there are. */
  @Param({"1000", "100000", "1000000"})
  public int size;

  private Subject measured;

  /** Fills the subject in random order. */
  @Setup(Level.Trial)
  public void fill() {
    measured = Subject.named(subject);
    List<Integer> order = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(1));
    for (int i : order) {
      measured.put(Keys.item(i), Keys.value(i));
    }
  }

  /** Closes the subject. */
  @TearDown(Level.Trial)
  public void close() {
    measured.close();
  }

  /**
   * Reads one key.
   *
   * @param walk which key
   * @return what was read
   */
  @Benchmark
  public @Nullable Object get(Walk walk) {
    return measured.get(Keys.item(walk.next(size)));
  }

  /**
   * Replaces one key.
   *
   * @param walk which key
   * @return what the subject said
   */
  @Benchmark
  public @Nullable Object put(Walk walk) {
    int next = walk.next(size);
    return measured.put(Keys.item(next), Keys.value(next));
  }
}
