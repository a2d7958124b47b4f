package dev.plinth.service.labmgr.provider;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.spi.Secret;
import java.util.List;
import java.util.Optional;

/**
 * A cloud that runs machines with lab software on them.
 *
 * <p>Thread-safe. Every request is idempotent: repeated for the same token and state, it changes
 * nothing. Requests return when they are accepted; how far they got is asked with {@link
 * #describe}. A token names at most one machine, for ever: once {@link #terminate} was accepted for
 * it, {@link #provision} never makes another one for it. So a controller that was overtaken by its
 * successor cannot bring a machine back.
 *
 * <p>Calls may block for as long as a request to the cloud takes, not for as long as the work does.
 */
public interface LabProvider {
  /**
   * Asks for a machine, unless there is or was one of this token.
   *
   * @param token chosen and stored by the caller before the first request
   * @param worker whose it is, for people who look at the cloud
   * @param configuration the specification's cloud part
   * @throws ProviderException if the request was not accepted
   */
  void provision(String token, String worker, Document configuration) throws ProviderException;

  /**
   * Asks how a machine is.
   *
   * @param token whose
   * @return the machine; nothing if there is none, never if the cloud could not be asked
   * @throws ProviderException if the cloud could not be asked
   */
  Optional<Machine> describe(String token) throws ProviderException;

  /**
   * Asks to start the lab software.
   *
   * @param token of a machine that runs
   * @throws ProviderException if the request was not accepted
   */
  void start(String token) throws ProviderException;

  /**
   * Asks to license the lab software.
   *
   * @param token of a machine whose lab software runs
   * @param license the licence; nothing for the cloud's own way of licensing
   * @throws ProviderException if the request was not accepted; refused if the licence is not good
   */
  void license(String token, Optional<Secret> license) throws ProviderException;

  /**
   * Asks to end labs.
   *
   * @param token of a machine whose lab software runs
   * @param labs which
   * @return whether all of them have ended
   * @throws ProviderException if the request was not accepted
   */
  boolean endLabs(String token, List<String> labs) throws ProviderException;

  /**
   * Asks to give the licence back.
   *
   * @param token of a machine whose lab software is licensed
   * @throws ProviderException if the request was not accepted
   */
  void unlicense(String token) throws ProviderException;

  /**
   * Asks to stop the lab software.
   *
   * @param token of a machine whose lab software runs
   * @throws ProviderException if the request was not accepted
   */
  void stop(String token) throws ProviderException;

  /**
   * Asks to give the machine back, in whatever state it is.
   *
   * @param token whose
   * @throws ProviderException if the request was not accepted
   */
  void terminate(String token) throws ProviderException;

  /**
   * Lists the machines that exist.
   *
   * @return every one that costs something
   * @throws ProviderException if the cloud could not be asked
   */
  List<Machine> machines() throws ProviderException;
}
