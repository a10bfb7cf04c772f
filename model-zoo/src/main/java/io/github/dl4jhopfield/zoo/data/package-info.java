/** Data formats: readers that check what they read, and the data sets that they yield. */
package io.github.dl4jhopfield.zoo.data;
