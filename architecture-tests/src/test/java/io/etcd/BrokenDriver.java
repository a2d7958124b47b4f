package io.etcd;

/** Stands for a class of the etcd driver. */
public final class BrokenDriver {}
