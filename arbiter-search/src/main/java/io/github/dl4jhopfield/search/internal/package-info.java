/** Parts that packages of the search share; not for others. */
package io.github.dl4jhopfield.search.internal;
