package dev.plinth.chassis.lifecycle;

/** When a part of a service starts; parts of later phases stop first. */
public enum Phase {
  /** What others need: caches, connections. */
  PREPARE,
  /** Background work. */
  WORK,
  /** Servers: requests come only when all else runs. */
  SERVE
}
