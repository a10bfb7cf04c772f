/**
 * Modern Hopfield networks as DL4J layers and vertices.
 *
 * <p>{@link io.github.dl4jhopfield.layers.Hopfield}, {@link
 * io.github.dl4jhopfield.layers.HopfieldPooling} and {@link
 * io.github.dl4jhopfield.layers.HopfieldLayer} take one input; the vertices of the same names take
 * stored patterns, state patterns and pattern projection apart. All of them are {@link
 * io.github.dl4jhopfield.layers.AssociationCore} on one runtime base, {@link
 * io.github.dl4jhopfield.runtime.MendedSameDiffLayer}, which mends what is wrong in DL4J's {@code
 * SameDiffLayer}.
 *
 * <p>Letters in shapes: B batch, T time (instances of a bag, tokens), L state patterns, S stored
 * patterns, F features, H heads, D association space of a head, P depth of a projected pattern.
 */
package io.github.dl4jhopfield.layers;
