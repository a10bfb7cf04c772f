/** Parts that networks of several tenants are made of. */
package io.github.dl4jhopfield.zoo.networks;
