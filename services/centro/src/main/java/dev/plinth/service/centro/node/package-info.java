/**
 * Nodes: what they report, whether they live, and what was given to them. Start at {@link
 * dev.plinth.service.centro.node.Nodes}.
 */
@NullMarked
package dev.plinth.service.centro.node;

import org.jspecify.annotations.NullMarked;
