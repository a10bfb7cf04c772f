/**
 * Import of Keras models, with or without Hopfield layers, into Deeplearning4j.
 *
 * <p>{@link io.github.dl4jhopfield.keras.HopfieldKerasImport} reads {@code .h5} files (TF 2.4 to
 * Keras 3) and {@code .keras} archives in pure Java and translates their configuration itself,
 * layer by layer ({@link io.github.dl4jhopfield.keras.KerasLayerMapper}), instead of going through
 * DL4J's {@code KerasModelImport}. Reasons: that importer reads HDF5 through native code that
 * crashes the JVM on some files, knows Keras 1 and 2 only, leaves custom layers with random weights
 * silently, loses keyword arguments, and has neither layer normalisation nor attention. Here every
 * array keeps Keras's own layout ([batch, time, features], [batch, height, width, channels]) from
 * end to end, each weight is checked by name and shape, and nothing is left over on either side.
 */
package io.github.dl4jhopfield.keras;
