/**
 * Lab resources of any kind: what they are made of, the rules for changing them, where they are
 * kept, and their HTTP API.
 *
 * <p>Start at {@link dev.plinth.service.labmgr.resource.LabResource} and {@link
 * dev.plinth.service.labmgr.resource.Resources}. A kind describes itself as a {@link
 * dev.plinth.service.labmgr.resource.ResourceKind}.
 */
@NullMarked
package dev.plinth.service.labmgr.resource;

import org.jspecify.annotations.NullMarked;
