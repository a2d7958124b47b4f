package dev.plinth.service.labmgr.provider;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.provider.Machine.State;
import dev.plinth.service.labmgr.provider.ProviderException.Kind;
import dev.plinth.service.labmgr.provider.Simulation.Action;
import dev.plinth.spi.Secret;
import dev.plinth.spi.StoreRuntime;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A cloud that exists only in the store: its machines take the time and make the errors that a
 * script says.
 *
 * <p>Thread-safe.
 */
public final class SimulatedProvider implements LabProvider {
  private final SimulatedMachineRepository machines;
  private final StoreRuntime runtime;
  private final Simulation simulation;

  @Inject
  SimulatedProvider(
      SimulatedMachineRepository machines, StoreRuntime runtime, Simulation simulation) {
    this.machines = machines;
    this.runtime = runtime;
    this.simulation = simulation;
  }

  @Override
  public void provision(String token, String worker, Document configuration)
      throws ProviderException {
    attempt(token, Action.PROVISION);
    change(
        token,
        machine ->
            machine.over() || machine.state().isPresent()
                ? machine
                : machine
                    .madeFor(worker, runtime.now())
                    .in(State.PROVISIONING, end(Action.PROVISION)));
  }

  @Override
  public Optional<Machine> describe(String token) {
    return machines
        .find(token)
        .map(machine -> machine.asOf(runtime.now(), simulation.lostAfter()))
        .flatMap(SimulatedMachine::described);
  }

  @Override
  public void start(String token) throws ProviderException {
    request(token, Action.START, State.RUNNING, State.STARTING);
  }

  @Override
  public void license(String token, Optional<Secret> license) throws ProviderException {
    request(token, Action.LICENSE, State.SERVING, State.LICENSING);
  }

  @Override
  public boolean endLabs(String token, List<String> labs) throws ProviderException {
    attempt(token, Action.DRAIN);
    Instant now = runtime.now();
    SimulatedMachine after =
        change(
            token,
            machine ->
                machine.state().isEmpty() || machine.labsEnd().isPresent()
                    ? machine
                    : machine.endingLabs(end(Action.DRAIN)));
    return after.labsEnd().map(end -> !now.isBefore(end)).orElse(true);
  }

  @Override
  public void unlicense(String token) throws ProviderException {
    request(token, Action.UNLICENSE, State.LICENSED, State.UNLICENSING);
  }

  @Override
  public void stop(String token) throws ProviderException {
    attempt(token, Action.STOP);
    change(
        token,
        machine ->
            switch (machine.state().orElse(State.TERMINATING)) {
              case STARTING, SERVING, LICENSING, LICENSED, UNLICENSING ->
                  machine.in(State.STOPPING, end(Action.STOP));
              case PROVISIONING, RUNNING, STOPPING, TERMINATING -> machine;
            });
  }

  @Override
  public void terminate(String token) throws ProviderException {
    attempt(token, Action.TERMINATE);
    change(
        token,
        machine -> {
          if (machine.state().isEmpty()) {
            return machine.ended();
          }
          return machine.state().get() == State.TERMINATING
              ? machine
              : machine.in(State.TERMINATING, end(Action.TERMINATE));
        });
  }

  @Override
  public List<Machine> machines() {
    Instant now = runtime.now();
    return machines.list().stream()
        .map(machine -> machine.asOf(now, simulation.lostAfter()))
        .flatMap(machine -> machine.described().stream())
        .toList();
  }

  private void request(String token, Action action, State from, State to) throws ProviderException {
    attempt(token, action);
    change(
        token,
        machine ->
            machine.state().equals(Optional.of(from)) ? machine.in(to, end(action)) : machine);
  }

  private SimulatedMachine change(String token, UnaryOperator<SimulatedMachine> change) {
    Instant now = runtime.now();
    return machines.change(
        token, now, machine -> change.apply(machine.asOf(now, simulation.lostAfter())));
  }

  private Instant end(Action action) {
    return runtime.now().plus(simulation.delay(action));
  }

  private void attempt(String token, Action action) throws ProviderException {
    String refusal = simulation.refused().get(action);
    if (refusal != null) {
      throw new ProviderException(Kind.REFUSED, action.text() + ": " + refusal);
    }
    int scripted = simulation.temporaryErrors().getOrDefault(action, 0);
    if (scripted == 0) {
      return;
    }
    Instant now = runtime.now();
    boolean[] fails = new boolean[1];
    machines.change(
        token,
        now,
        machine -> {
          fails[0] = machine.failures(action) < scripted;
          return fails[0] ? machine.failedOnceMore(action) : machine;
        });
    if (fails[0]) {
      throw new ProviderException(
          Kind.TEMPORARY, action.text() + ": the simulated cloud is not available");
    }
  }
}
