/**
 * The HTTP server of a service: routes that features contribute, requests read with every mistake
 * named at once, errors as problem documents, and server-sent events. Start with {@link
 * dev.plinth.chassis.http.Routes}.
 */
@NullMarked
package dev.plinth.chassis.http;

import org.jspecify.annotations.NullMarked;
