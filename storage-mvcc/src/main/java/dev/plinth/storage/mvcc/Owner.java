package dev.plinth.storage.mvcc;

/** Marks the tree nodes that one edit made, which it may therefore edit in place. */
final class Owner {}
