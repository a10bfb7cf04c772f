package io.github.dl4jhopfield.zoo.repertoire.read;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What of a repertoire file is read, and how. Without any option: the junction where the file has
 * it, every productive sequence of standard amino acids, counts from the first count column that
 * has values, the locus that {@link #locus()} says.
 */
public final class ReadOptions {
  /** The loci of receptors. */
  static final Set<String> LOCI =
      Collections.unmodifiableSet(
          new java.util.LinkedHashSet<>(
              java.util.List.of("TRB", "IGH", "TRD", "TRA", "IGK", "IGL", "TRG")));

  /** What {@link Builder#locus} takes for "whatever the locus". */
  public static final String ALL_LOCI = "ALL";

  private final Values values;

  private ReadOptions(Values values) {
    this.values = values;
  }

  /** Every option at its default. */
  public static ReadOptions defaults() {
    return builder().build();
  }

  /** A builder with every option at its default. */
  public static Builder builder() {
    return new Builder(new Values());
  }

  /** A builder that starts from these options. */
  public Builder toBuilder() {
    return new Builder(values.copy());
  }

  /** The region, or null for the one that the file has, the junction before the CDR3. */
  public Region region() {
    return values.region;
  }

  /**
   * The locus that is read ({@code TRB}), {@code ALL}, or null for all but the partners of a chain
   * with a D gene: of a file in which TRB has at least a twentieth of the rows TRA is not read, of
   * one with IGH not IGK and IGL, of one with TRD not TRG.
   */
  public String locus() {
    return values.locus;
  }

  /** The column of the counts, or null for the first known one that has values. */
  public String countColumn() {
    return values.countColumn;
  }

  /** Whether counts stand in FASTA headers, as {@code DUPCOUNT=} or {@code size=}. */
  public boolean countsFromHeader() {
    return values.countsFromHeader;
  }

  /** Whether rows of one amino acid sequence become one, with the sum of their counts. */
  public boolean merge() {
    return values.merge;
  }

  /** The most residues of a sequence, or 0 for any number. */
  public int maxLength() {
    return values.maxLength;
  }

  /** Which {@code repertoire_id} of a file that holds several, or null. */
  public String repertoireId() {
    return values.repertoireId;
  }

  /** A column of amino acids in a format that isn't known, or null. */
  public String sequenceColumn() {
    return values.sequenceColumn;
  }

  /** The column of V genes, or null for the format's own. */
  public String vColumn() {
    return values.vColumn;
  }

  /** The column of J genes, or null for the format's own. */
  public String jColumn() {
    return values.jColumn;
  }

  /** Columns and the value that they must have in a row that is used. */
  public Map<String, String> where() {
    return Collections.unmodifiableMap(values.where);
  }

  /**
   * Text that holds every option: what results depend on beside the file. Two options differ in it
   * if they differ at all, whatever their texts hold.
   */
  String key() {
    StringBuilder key = new StringBuilder();
    add(key, "region", values.region);
    add(key, "locus", values.locus);
    add(key, "countColumn", values.countColumn);
    add(key, "countsFromHeader", values.countsFromHeader);
    add(key, "merge", values.merge);
    add(key, "maxLength", values.maxLength);
    add(key, "repertoireId", values.repertoireId);
    add(key, "sequenceColumn", values.sequenceColumn);
    add(key, "vColumn", values.vColumn);
    add(key, "jColumn", values.jColumn);
    values.where.forEach(
        (column, value) -> {
          add(key, "where", column);
          add(key, "is", value);
        });
    return key.toString();
  }

  /** The value with its length, so that no text can look like another option. */
  private static void add(StringBuilder key, String name, Object value) {
    String text = value == null ? "" : value.toString();
    key.append(name).append(value == null ? "-" : ":" + text.length() + "=" + text).append(' ');
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReadOptions options && options.key().equals(key());
  }

  @Override
  public int hashCode() {
    return key().hashCode();
  }

  @Override
  public String toString() {
    return key();
  }

  /** The options, as a builder sets them. */
  private static final class Values implements Cloneable {
    private Region region;
    private String locus;
    private String countColumn;
    private boolean countsFromHeader;
    private boolean merge;
    private int maxLength;
    private String repertoireId;
    private String sequenceColumn;
    private String vColumn;
    private String jColumn;
    private TreeMap<String, String> where = new TreeMap<>();

    Values copy() {
      try {
        Values copy = (Values) clone();
        copy.where = new TreeMap<>(where);
        return copy;
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Collects options. */
  public static final class Builder {
    private final Values values;

    private Builder(Values values) {
      this.values = values;
    }

    /** See {@link ReadOptions#region()}. */
    public Builder region(Region value) {
      values.region = value;
      return this;
    }

    /**
     * See {@link ReadOptions#locus()}.
     *
     * @throws IllegalArgumentException if it is neither a locus of IMGT nor {@code all}
     */
    public Builder locus(String value) {
      String upper = value == null ? null : value.toUpperCase(Locale.ROOT);
      if (upper != null && !LOCI.contains(upper) && !upper.equals(ALL_LOCI)) {
        throw new IllegalArgumentException(
            "expected a locus of " + String.join(", ", LOCI) + " or all, found " + value);
      }
      values.locus = upper;
      return this;
    }

    /** See {@link ReadOptions#countColumn()}. */
    public Builder countColumn(String value) {
      values.countColumn = value;
      return this;
    }

    /** See {@link ReadOptions#countsFromHeader()}. */
    public Builder countsFromHeader(boolean value) {
      values.countsFromHeader = value;
      return this;
    }

    /** See {@link ReadOptions#merge()}. */
    public Builder merge(boolean value) {
      values.merge = value;
      return this;
    }

    /** See {@link ReadOptions#maxLength()}. */
    public Builder maxLength(int value) {
      if (value < 0) {
        throw new IllegalArgumentException("expected a length of 0 or more, found " + value);
      }
      values.maxLength = value;
      return this;
    }

    /** See {@link ReadOptions#repertoireId()}. */
    public Builder repertoireId(String value) {
      values.repertoireId = value;
      return this;
    }

    /** See {@link ReadOptions#sequenceColumn()}. */
    public Builder sequenceColumn(String value) {
      values.sequenceColumn = value;
      return this;
    }

    /** See {@link ReadOptions#vColumn()}. */
    public Builder vColumn(String value) {
      values.vColumn = value;
      return this;
    }

    /** See {@link ReadOptions#jColumn()}. */
    public Builder jColumn(String value) {
      values.jColumn = value;
      return this;
    }

    /** See {@link ReadOptions#where()}. */
    public Builder where(String column, String value) {
      values.where.put(Objects.requireNonNull(column), Objects.requireNonNull(value));
      return this;
    }

    /** The options. */
    public ReadOptions build() {
      return new ReadOptions(values.copy());
    }
  }
}
