/**
 * The {@code hopfield} command line over the other modules: it parses, shows and exits, no more.
 * One class a command; {@link io.github.dl4jhopfield.cli.Main} is the entry. Nothing here loads
 * ND4J for {@code --help}, {@code --version} or a usage error.
 */
package io.github.dl4jhopfield.cli;
