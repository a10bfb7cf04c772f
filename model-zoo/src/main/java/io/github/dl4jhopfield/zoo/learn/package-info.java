/** Learning, whatever is learned: folds, metrics, parts of optimisers, seeds. */
package io.github.dl4jhopfield.zoo.learn;
