/** Immune repertoires: DeepRC, its training, its baselines and its experiments. */
package io.github.dl4jhopfield.zoo.repertoire;
