/** Reports: self-contained HTML pages with plots, without scripts and without the network. */
package io.github.dl4jhopfield.zoo.report;
