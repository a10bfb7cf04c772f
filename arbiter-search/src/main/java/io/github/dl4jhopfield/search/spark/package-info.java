/** Trials on Apache Spark 3.5, which the user's installation brings. */
package io.github.dl4jhopfield.search.spark;
