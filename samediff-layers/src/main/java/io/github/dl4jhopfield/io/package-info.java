/**
 * Files that other programs write and read: NumPy arrays and weights. Readers check everything
 * before they allocate.
 */
package io.github.dl4jhopfield.io;
