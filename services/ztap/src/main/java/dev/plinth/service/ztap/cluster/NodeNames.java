package dev.plinth.service.ztap.cluster;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node may be called and where it may be. */
public final class NodeNames {
  /** Says in words what {@link #isId} checks; follows the wrong value. */
  public static final String ID_RULE =
      "must be 1 to 128 letters, digits or any of . _ : - (no blanks, no slash)";

  /** Says in words what {@link #isAddress} checks; follows the wrong value. */
  public static final String ADDRESS_RULE =
      "must be host:port with a port from 1 to 65535, such as 10.0.1.1:9090";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final Pattern ADDRESS =
      Pattern.compile("(?:[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.%]{2,64}]):(\\d{1,5})");
  private static final int LARGEST_PORT = 65535;

  private NodeNames() {}

  /**
   * Says whether a text can name a node or a cluster.
   *
   * @param text any
   * @return whether it can
   */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /**
   * Says whether a text is a host and a port.
   *
   * @param text any
   * @return whether it is
   */
  public static boolean isAddress(String text) {
    Matcher matcher = ADDRESS.matcher(text);
    if (!matcher.matches()) {
      return false;
    }
    int port = Integer.parseInt(matcher.group(1));
    return port >= 1 && port <= LARGEST_PORT;
  }
}
