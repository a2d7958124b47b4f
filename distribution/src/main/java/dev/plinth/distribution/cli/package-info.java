/**
 * The command line. Start with {@link dev.plinth.distribution.cli.PlinthCommand}. The only place
 * that writes to the standard streams.
 */
@NullMarked
package dev.plinth.distribution.cli;

import org.jspecify.annotations.NullMarked;
