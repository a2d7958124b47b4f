/** What all services of one process have in common. */
@NullMarked
package dev.plinth.chassis.platform;

import org.jspecify.annotations.NullMarked;
