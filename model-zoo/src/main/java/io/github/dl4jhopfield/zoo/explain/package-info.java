/** What the Hopfield layers of a trained network do with an input. */
package io.github.dl4jhopfield.zoo.explain;
