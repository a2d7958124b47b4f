package dev.plinth.storage.etcd.testing;

import dev.plinth.spi.Store;
import dev.plinth.tck.Link;
import java.time.Duration;
import java.util.List;

/** A store with a proxy before each server. */
final class EtcdLink implements Link {
  private final List<TcpProxy> proxies;
  private final EtcdClient store;

  /**
   * Opens it.
   *
   * @param servers left open
   */
  EtcdLink(EtcdServers servers, EtcdClient.Opening opening) {
    proxies = servers.members().stream().map(member -> TcpProxy.to(member.port())).toList();
    store =
        opening.openThrough(
            proxies.stream().map(TcpProxy::endpoint).toList(),
            () -> proxies.forEach(TcpProxy::close));
  }

  @Override
  public Store store() {
    return store;
  }

  @Override
  public void cut() {
    proxies.forEach(TcpProxy::cut);
  }

  @Override
  public void reset() {
    proxies.forEach(TcpProxy::reset);
  }

  @Override
  public void endStreams() {
    proxies.forEach(TcpProxy::endStreams);
  }

  @Override
  public void stall() {
    proxies.forEach(TcpProxy::stall);
  }

  @Override
  public void delay(Duration by) {
    proxies.forEach(proxy -> proxy.delay(by));
  }

  @Override
  public void loseNextAnswer() {
    proxies.forEach(TcpProxy::loseNextAnswer);
  }

  @Override
  public void heal() {
    proxies.forEach(TcpProxy::heal);
  }

  @Override
  public void close() {
    heal();
    store.close();
  }
}
