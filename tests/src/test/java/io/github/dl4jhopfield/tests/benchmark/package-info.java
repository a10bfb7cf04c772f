/**
 * JMH benchmarks of what a user calls: ops on arrays, layers inside networks, associative memories.
 * {@code hopfield bench} is the quick table of the ops; these are for work on one of them. How they
 * are run: {@code docs/building.md}.
 */
package io.github.dl4jhopfield.tests.benchmark;
