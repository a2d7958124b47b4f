/** What the launcher is composed of: the services there are, the store by its name, the log. */
@NullMarked
package dev.plinth.distribution.wiring;

import org.jspecify.annotations.NullMarked;
