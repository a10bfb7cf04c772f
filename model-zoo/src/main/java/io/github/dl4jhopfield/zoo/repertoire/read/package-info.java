/**
 * Immune repertoires as their field writes them: files of any of its formats read into residues,
 * counts and genes, tables of repertoires with their labels, and the cache that makes every later
 * epoch parse nothing.
 */
package io.github.dl4jhopfield.zoo.repertoire.read;
