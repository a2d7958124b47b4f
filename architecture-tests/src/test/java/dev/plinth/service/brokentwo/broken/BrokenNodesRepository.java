package dev.plinth.service.brokentwo.broken;

/** Breaks a rule: an adapter that is public. */
public final class BrokenNodesRepository {}
