/**
 * Associative memories without training: patterns are stored, a query is completed, and what the
 * memory did can be looked at (energies, trajectory, which patterns are mixed).
 *
 * <p>One interface, {@link io.github.dl4jhopfield.memory.AssociativeMemory}, over
 *
 * <ul>
 *   <li>{@link io.github.dl4jhopfield.memory.DenseAssociativeMemory}: binary patterns, polynomial
 *       and exponential interaction;
 *   <li>{@link io.github.dl4jhopfield.memory.HopfieldMemory}: continuous patterns, from the modern
 *       Hopfield network (softmax) to every Hopfield-Fenchel-Young network;
 *   <li>{@link io.github.dl4jhopfield.memory.DiffusedHopfieldMemory}: the same over a graph of the
 *       stored patterns.
 * </ul>
 *
 * <p>Patterns lie in a {@link io.github.dl4jhopfield.memory.PatternStore}: in memory ({@link
 * io.github.dl4jhopfield.memory.ArrayPatterns}) or mapped from a {@code .npy} file that may be
 * larger than memory ({@link io.github.dl4jhopfield.memory.MappedPatterns}).
 *
 * <p>Letters of shapes: N stored patterns, d features of a pattern, n queries of a batch.
 */
package io.github.dl4jhopfield.memory;
