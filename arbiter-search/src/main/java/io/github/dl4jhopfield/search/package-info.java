/**
 * Hyperparameter search on Arbiter's engine: spaces, candidates, the tasks that score them,
 * results.
 */
package io.github.dl4jhopfield.search;
