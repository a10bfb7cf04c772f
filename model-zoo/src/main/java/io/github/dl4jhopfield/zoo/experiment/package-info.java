/** Experiments: what one is, what it is run with, what it finds, how it is found by name. */
package io.github.dl4jhopfield.zoo.experiment;
