/**
 * Trials of a search: plain data that travels to where it is run (a thread, another JVM), what came
 * of them, and the store that keeps both.
 */
package io.github.dl4jhopfield.search.trial;
