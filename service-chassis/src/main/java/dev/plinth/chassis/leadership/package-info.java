/** Runs a task only while this process leads an election. */
@NullMarked
package dev.plinth.chassis.leadership;

import org.jspecify.annotations.NullMarked;
