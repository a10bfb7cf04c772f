package io.github.dl4jhopfield.zoo.report;

/**
 * A figure with what belongs to it in a report.
 *
 * @param name name of its file, without ending
 * @param figure what is seen
 * @param caption what it tells
 */
public record Illustration(String name, Figure figure, String caption) {}
