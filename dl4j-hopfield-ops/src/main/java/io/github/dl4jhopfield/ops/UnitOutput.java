package io.github.dl4jhopfield.ops;

/**
 * What a {@link LagrangianUnit} gives.
 *
 * @param values D(x), shape and type of x
 * @param kept D'(x), 1 where the score was kept and 0 where it was forgotten, shape and type of x;
 *     no gradient flows through it
 * @param <T> INDArray or SDVariable
 */
public record UnitOutput<T>(T values, T kept) {}
