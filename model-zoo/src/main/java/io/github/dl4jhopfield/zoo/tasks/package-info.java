/**
 * The example tasks of hopfield-layers, bit patterns and latch sequences: data, networks and the
 * experiments that compare them.
 */
package io.github.dl4jhopfield.zoo.tasks;
