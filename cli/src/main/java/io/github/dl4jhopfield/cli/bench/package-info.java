/** The benchmarks of {@code hopfield bench}: one class a family, and what measures them. */
package io.github.dl4jhopfield.cli.bench;
