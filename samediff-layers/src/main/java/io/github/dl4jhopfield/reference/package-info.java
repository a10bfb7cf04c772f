/**
 * Numbers of the originals: one reader of reference files and one runner of their cases, which
 * {@code hopfield verify} and the tests share.
 *
 * <p>{@link io.github.dl4jhopfield.reference.Verification} runs the cases of a reference file
 * through our public ops and layers and compares. No mathematics of its own: a case whose op
 * nothing here can run is skipped, and a case counts as passed only when every output and every
 * gradient that it lists was computed and agrees.
 */
package io.github.dl4jhopfield.reference;
