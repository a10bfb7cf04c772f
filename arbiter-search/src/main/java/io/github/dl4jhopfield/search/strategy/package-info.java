/**
 * How candidates of a search are found: strategies that are asked for a batch and told how it did.
 * Everything follows from the seed and what was told, in order: never from time or threads.
 */
package io.github.dl4jhopfield.search.strategy;
