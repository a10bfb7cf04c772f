/** Multiple-instance learning: bags and their files, the classifier, its experiment. */
package io.github.dl4jhopfield.zoo.mil;
