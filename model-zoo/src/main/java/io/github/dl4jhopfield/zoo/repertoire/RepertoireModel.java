package io.github.dl4jhopfield.zoo.repertoire;

/** A trained classifier of repertoires, of whatever kind, for comparing them. */
interface RepertoireModel {

  /** A number that is greater the more likely the positive label is, from 0 to 1. */
  double score(SequenceBag bag);

  /** One line: what was chosen in training. */
  String chosen();
}
