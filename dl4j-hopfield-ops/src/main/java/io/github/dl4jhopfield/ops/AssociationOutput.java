package io.github.dl4jhopfield.ops;

/**
 * What a Hopfield association gives.
 *
 * @param out [B, L, H, dv]; reshaped to [B, L, H dv] the heads lie side by side
 * @param weights [B, H, L, S], or null where not asked for
 * @param steps update steps that each head took [B, H], of the type of q, or null where not asked
 *     for; without gradient
 * @param <T> INDArray or SDVariable
 */
public record AssociationOutput<T>(T out, T weights, T steps) {}
