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

  private final Region region;
  private final String locus;
  private final String countColumn;
  private final boolean countsFromHeader;
  private final boolean merge;
  private final int maxLength;
  private final String repertoireId;
  private final String sequenceColumn;
  private final String vColumn;
  private final String jColumn;
  private final Map<String, String> where;

  private ReadOptions(Builder builder) {
    region = builder.region;
    locus = builder.locus;
    countColumn = builder.countColumn;
    countsFromHeader = builder.countsFromHeader;
    merge = builder.merge;
    maxLength = builder.maxLength;
    repertoireId = builder.repertoireId;
    sequenceColumn = builder.sequenceColumn;
    vColumn = builder.vColumn;
    jColumn = builder.jColumn;
    where = Collections.unmodifiableMap(new TreeMap<>(builder.where));
  }

  /** Every option at its default. */
  public static ReadOptions defaults() {
    return builder().build();
  }

  /** A builder with every option at its default. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from these options. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.region = region;
    builder.locus = locus;
    builder.countColumn = countColumn;
    builder.countsFromHeader = countsFromHeader;
    builder.merge = merge;
    builder.maxLength = maxLength;
    builder.repertoireId = repertoireId;
    builder.sequenceColumn = sequenceColumn;
    builder.vColumn = vColumn;
    builder.jColumn = jColumn;
    builder.where.putAll(where);
    return builder;
  }

  /** The region, or null for the one that the file has, the junction before the CDR3. */
  public Region region() {
    return region;
  }

  /**
   * The locus that is read ({@code TRB}), {@code ALL}, or null for all but the partners of a chain
   * with a D gene: of a file in which TRB has at least a twentieth of the rows TRA is not read, of
   * one with IGH not IGK and IGL, of one with TRD not TRG.
   */
  public String locus() {
    return locus;
  }

  /** The column of the counts, or null for the first known one that has values. */
  public String countColumn() {
    return countColumn;
  }

  /** Whether counts stand in FASTA headers, as {@code DUPCOUNT=} or {@code size=}. */
  public boolean countsFromHeader() {
    return countsFromHeader;
  }

  /** Whether rows of one amino acid sequence become one, with the sum of their counts. */
  public boolean merge() {
    return merge;
  }

  /** The most residues of a sequence, or 0 for any number. */
  public int maxLength() {
    return maxLength;
  }

  /** Which {@code repertoire_id} of a file that holds several, or null. */
  public String repertoireId() {
    return repertoireId;
  }

  /** A column of amino acids in a format that isn't known, or null. */
  public String sequenceColumn() {
    return sequenceColumn;
  }

  /** The column of V genes, or null for the format's own. */
  public String vColumn() {
    return vColumn;
  }

  /** The column of J genes, or null for the format's own. */
  public String jColumn() {
    return jColumn;
  }

  /** Columns and the value that they must have in a row that is used. */
  public Map<String, String> where() {
    return where;
  }

  /**
   * Text that holds every option: what results depend on beside the file. Two options differ in it
   * if they differ at all, whatever their texts hold.
   */
  String key() {
    StringBuilder key = new StringBuilder();
    add(key, "region", region);
    add(key, "locus", locus);
    add(key, "countColumn", countColumn);
    add(key, "countsFromHeader", countsFromHeader);
    add(key, "merge", merge);
    add(key, "maxLength", maxLength);
    add(key, "repertoireId", repertoireId);
    add(key, "sequenceColumn", sequenceColumn);
    add(key, "vColumn", vColumn);
    add(key, "jColumn", jColumn);
    where.forEach(
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

  /** Collects options. */
  public static final class Builder {
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
    private final Map<String, String> where = new TreeMap<>();

    private Builder() {}

    /** See {@link ReadOptions#region()}. */
    public Builder region(Region value) {
      region = value;
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
      locus = upper;
      return this;
    }

    /** See {@link ReadOptions#countColumn()}. */
    public Builder countColumn(String value) {
      countColumn = value;
      return this;
    }

    /** See {@link ReadOptions#countsFromHeader()}. */
    public Builder countsFromHeader(boolean value) {
      countsFromHeader = value;
      return this;
    }

    /** See {@link ReadOptions#merge()}. */
    public Builder merge(boolean value) {
      merge = value;
      return this;
    }

    /** See {@link ReadOptions#maxLength()}. */
    public Builder maxLength(int value) {
      if (value < 0) {
        throw new IllegalArgumentException("expected a length of 0 or more, found " + value);
      }
      maxLength = value;
      return this;
    }

    /** See {@link ReadOptions#repertoireId()}. */
    public Builder repertoireId(String value) {
      repertoireId = value;
      return this;
    }

    /** See {@link ReadOptions#sequenceColumn()}. */
    public Builder sequenceColumn(String value) {
      sequenceColumn = value;
      return this;
    }

    /** See {@link ReadOptions#vColumn()}. */
    public Builder vColumn(String value) {
      vColumn = value;
      return this;
    }

    /** See {@link ReadOptions#jColumn()}. */
    public Builder jColumn(String value) {
      jColumn = value;
      return this;
    }

    /** See {@link ReadOptions#where()}. */
    public Builder where(String column, String value) {
      where.put(Objects.requireNonNull(column), Objects.requireNonNull(value));
      return this;
    }

    /** The options. */
    public ReadOptions build() {
      return new ReadOptions(this);
    }
  }
}
