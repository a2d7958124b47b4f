package com.hazelcast;

/** Stands for a class of the Hazelcast driver. */
public final class BrokenDriver {}
