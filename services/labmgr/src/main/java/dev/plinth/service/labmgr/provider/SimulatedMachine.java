package dev.plinth.service.labmgr.provider;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.provider.Machine.State;
import dev.plinth.service.labmgr.provider.Simulation.Action;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the simulated cloud knows of a token.
 *
 * <p>Immutable.
 *
 * @param token what the machine was asked for with
 * @param worker whose it is
 * @param state how far it is; nothing if there is no machine
 * @param until when the state is over, if it passes by itself
 * @param made when the machine was made
 * @param labsEnd when the labs that are being ended have ended
 * @param over whether there was a machine, and will never be one again
 * @param attempts how often actions were refused for a while, by their names
 */
record SimulatedMachine(
    String token,
    String worker,
    Optional<State> state,
    Optional<Instant> until,
    Instant made,
    Optional<Instant> labsEnd,
    boolean over,
    Document attempts) {

  static SimulatedMachine unknown(String token, Instant now) {
    return new SimulatedMachine(
        token,
        "",
        Optional.empty(),
        Optional.empty(),
        now,
        Optional.empty(),
        false,
        Document.EMPTY);
  }

  static SimulatedMachine from(Document document) {
    return new SimulatedMachine(
        document.text("token").orElse(""),
        document.text("worker").orElse(""),
        document.text("state").flatMap(State::of),
        document.text("until").map(Instant::parse),
        document.text("made").map(Instant::parse).orElse(Instant.EPOCH),
        document.text("labsEnd").map(Instant::parse),
        document.flag("over", false),
        document.child("attempts"));
  }

  Document stored() {
    return Document.EMPTY
        .with("token", token)
        .with("worker", worker)
        .with("state", state.map(State::name))
        .with("until", until.map(Instant::toString))
        .with("made", made.toString())
        .with("labsEnd", labsEnd.map(Instant::toString))
        .with("over", over)
        .with("attempts", attempts);
  }

  /** Returns the machine as time has made it. */
  SimulatedMachine asOf(Instant now, Optional<Duration> lostAfter) {
    boolean lost =
        state.isPresent() && lostAfter.isPresent() && !now.isBefore(made.plus(lostAfter.get()));
    if (lost) {
      return ended();
    }
    if (until.isEmpty() || now.isBefore(until.get())) {
      return this;
    }
    return switch (state.orElseThrow()) {
      case PROVISIONING, STOPPING -> in(State.RUNNING);
      case STARTING, UNLICENSING -> in(State.SERVING);
      case LICENSING -> in(State.LICENSED);
      case TERMINATING -> ended();
      case RUNNING, SERVING, LICENSED -> this;
    };
  }

  SimulatedMachine madeFor(String owner, Instant now) {
    return new SimulatedMachine(token, owner, state, until, now, labsEnd, over, attempts);
  }

  SimulatedMachine in(State next) {
    return new SimulatedMachine(
        token, worker, Optional.of(next), Optional.empty(), made, labsEnd, over, attempts);
  }

  SimulatedMachine in(State next, Instant end) {
    return new SimulatedMachine(
        token, worker, Optional.of(next), Optional.of(end), made, labsEnd, over, attempts);
  }

  SimulatedMachine endingLabs(Instant end) {
    return new SimulatedMachine(
        token, worker, state, until, made, Optional.of(end), over, attempts);
  }

  SimulatedMachine ended() {
    return new SimulatedMachine(
        token, worker, Optional.empty(), Optional.empty(), made, labsEnd, true, attempts);
  }

  long failures(Action action) {
    return attempts.number(action.text(), 0);
  }

  SimulatedMachine failedOnceMore(Action action) {
    return new SimulatedMachine(
        token,
        worker,
        state,
        until,
        made,
        labsEnd,
        over,
        attempts.with(action.text(), failures(action) + 1));
  }

  /** Returns how the cloud describes it, if there is a machine. */
  Optional<Machine> described() {
    return state.map(now ->
        new Machine(
            token,
            "i-" + token.replace("-", "").substring(0, Math.min(17, token.length() - 4)),
            "worker-" + worker.replace('/', '-') + ".simulated.invalid",
            now));
  }
}
