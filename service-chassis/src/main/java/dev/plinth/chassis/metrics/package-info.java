/** What is measured, and how it is read in the format of Prometheus. */
@NullMarked
package dev.plinth.chassis.metrics;

import org.jspecify.annotations.NullMarked;
