/**
 * Experiments on associative memories without training, on MNIST digits: what is retrieved, what
 * the fixed points are, and how separations compare. MNIST's subset comes in a jar of its own
 * (classifier {@code mnist}), other data from idx files.
 */
package io.github.dl4jhopfield.zoo.memory;
