/**
 * DL4J layers and vertices for what Keras models need and DL4J 1.0.0-M2.1 lacks or has for other
 * layouts only: dense and normalisation on the last axis of any rank, multi-head and dot-product
 * attention, masked pooling over time, merges with broadcasting, reshapes, class tokens and
 * position embeddings. Arrays are batch first, features last. Made for {@link
 * io.github.dl4jhopfield.keras.HopfieldKerasImport}, usable in any DL4J network; sizes are given,
 * not inferred from input types.
 */
package io.github.dl4jhopfield.keras.layers;
