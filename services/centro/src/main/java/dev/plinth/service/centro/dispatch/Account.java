package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.node.NodeLedger;
import dev.plinth.spi.Entry;
import java.util.Optional;

/**
 * The account of a node, with what a conditional write needs.
 *
 * <p>Immutable.
 *
 * @param ledger what it says
 * @param entry the version that was read, if there is one
 */
record Account(NodeLedger ledger, Optional<Entry> entry) {}
