/**
 * Runs the cases of a reference file through our public ops and layers and compares. No mathematics
 * of its own: a case whose op nothing here can run is skipped, and a case counts as passed only
 * when every output and every gradient that it lists was computed and agrees.
 */
package io.github.dl4jhopfield.cli.verify;
