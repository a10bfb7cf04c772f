/** Search spaces as data: parameters with conditions, read from YAML and JSON files. */
package io.github.dl4jhopfield.search.space;
