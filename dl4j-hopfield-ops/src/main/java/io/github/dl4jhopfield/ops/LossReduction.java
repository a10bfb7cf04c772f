package io.github.dl4jhopfield.ops;

/** What becomes of the losses of the rows; ignored rows are in none of them. */
public enum LossReduction {
  /** One loss a row; 0 for ignored rows. */
  NONE,
  /** Mean over the rows that count; 0 if there are none. */
  MEAN,
  /** Sum over the rows. */
  SUM
}
