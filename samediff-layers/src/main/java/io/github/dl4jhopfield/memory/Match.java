package io.github.dl4jhopfield.memory;

/**
 * A stored pattern that answers a query.
 *
 * @param pattern its index in the store
 * @param score dot product with the last state before the last update, beta not included
 * @param weight its share in the retrieved state
 */
public record Match(long pattern, double score, double weight) {}
