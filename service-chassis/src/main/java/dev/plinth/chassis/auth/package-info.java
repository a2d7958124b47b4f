/** Who may reach a service: for now, only the machine it runs on. */
@NullMarked
package dev.plinth.chassis.auth;

import org.jspecify.annotations.NullMarked;
