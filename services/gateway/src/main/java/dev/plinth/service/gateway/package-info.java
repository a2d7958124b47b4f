/**
 * The etcd v3 protocol on any store: the service as the launcher sees it. Each package below serves
 * one of etcd's services; what they share is in {@code protocol}.
 */
@NullMarked
package dev.plinth.service.gateway;

import org.jspecify.annotations.NullMarked;
