/**
 * Arbiter spaces of this project's layers and vertices, for Arbiter's {@code MultiLayerSpace} and
 * {@code ComputationGraphSpace}: {@code HopfieldSpace} of {@code Hopfield}, and so on. Needs {@code
 * arbiter-deeplearning4j}, an optional dependency that nothing else here uses.
 */
package io.github.dl4jhopfield.search.layers;
