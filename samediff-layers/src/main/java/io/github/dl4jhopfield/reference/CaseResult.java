package io.github.dl4jhopfield.reference;

/**
 * How a case ended.
 *
 * @param worst largest error over all outputs and gradients, max|ours - reference| / max(1,
 *     max|reference|); null if skipped
 * @param where the array with that error
 * @param reason why it was skipped, failed or differs, or passed above its tolerance; else null
 */
public record CaseResult(
    String group, String name, Status status, Double worst, String where, String reason) {

  /** How a case can end. */
  public enum Status {
    /** Every output and gradient agrees. */
    passed,
    /** Something disagrees, is missing, or threw. */
    failed,
    /** Nothing here can run it. */
    skipped,
    /** The original does something odd, and our documented answer is another. */
    differs
  }
}
