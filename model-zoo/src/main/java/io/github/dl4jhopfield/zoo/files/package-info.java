/** Files: model files of either kind of network, files that are whole or not there, errors. */
package io.github.dl4jhopfield.zoo.files;
