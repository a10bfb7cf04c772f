/**
 * DL4J layers and vertices written in SameDiff, run right and fast. Nothing here is about Hopfield
 * networks: the layers of {@code .layers} and of the Keras import stand on it, and so can others.
 *
 * <p>A layer extends {@link io.github.dl4jhopfield.runtime.MendedSameDiffLayer}, a vertex {@link
 * io.github.dl4jhopfield.runtime.MendedSameDiffVertex}, which say what they mend; it defines its
 * graph once in {@code define(GraphContext)}. The runtime keeps a graph for training and one for
 * inference (and for each set of masks and ranks), and runs them itself: {@code ReverseMode} adds
 * the gradients, {@code GraphProgram} orders the ops, frees or keeps their values and lets the
 * backward run take up those of the forward run.
 *
 * <p>Saved models hold names of configuration classes, never one of this package.
 */
package io.github.dl4jhopfield.runtime;
