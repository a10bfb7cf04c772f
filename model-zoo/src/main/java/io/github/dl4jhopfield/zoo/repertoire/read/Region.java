package io.github.dl4jhopfield.zoo.repertoire.read;

import java.util.Locale;

/** Which part of a receptor's chain the residues are (IMGT's terms). */
public enum Region {
  /** The CDR3 with the conserved residues beside it, C104 and F or W118. */
  JUNCTION,
  /** The junction without its first and last residue. */
  CDR3;

  /** The name in options and reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
