/** What every service stands on. Start with {@link dev.plinth.chassis.Service}. */
@NullMarked
package dev.plinth.chassis;

import org.jspecify.annotations.NullMarked;
