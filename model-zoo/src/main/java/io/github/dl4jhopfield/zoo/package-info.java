/** Zoo models, the experiments that train and evaluate them, and their metrics. */
package io.github.dl4jhopfield.zoo;
