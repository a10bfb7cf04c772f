package io.github.dl4jhopfield.ops.internal;

/** An internal class, so that the rule about them can be seen to fail. */
public final class InternalForTests {}
