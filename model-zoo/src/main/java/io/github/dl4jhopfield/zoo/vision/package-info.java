/** Images: how a pretrained vision model wants them. */
package io.github.dl4jhopfield.zoo.vision;
