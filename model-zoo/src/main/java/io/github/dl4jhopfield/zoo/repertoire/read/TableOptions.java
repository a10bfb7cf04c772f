package io.github.dl4jhopfield.zoo.repertoire.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which columns of a table of repertoires are what. */
public final class TableOptions {
  private final String idColumn;
  private final List<String> targets;
  private final String foldColumn;
  private final String groupColumn;
  private final Path folder;
  private final boolean labelled;

  private TableOptions(Builder builder) {
    idColumn = builder.idColumn;
    targets = List.copyOf(builder.targets);
    foldColumn = builder.foldColumn;
    groupColumn = builder.groupColumn;
    folder = builder.folder;
    labelled = builder.labelled;
  }

  /** Every option at its default. */
  public static TableOptions defaults() {
    return builder().build();
  }

  /** A builder with every option at its default. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The column that says which file a row is about, by path or by name without ending; null for
   * {@code file}, {@code filename}, {@code path}, or else an id column.
   */
  public String idColumn() {
    return idColumn;
  }

  /** The columns to predict; none for {@code label}, or the one column that is nothing else. */
  public List<String> targets() {
    return targets;
  }

  /** The column of given folds; null for {@code fold}, where the table has it. */
  public String foldColumn() {
    return foldColumn;
  }

  /** The column of which equal values never lie in two folds (a subject); null for none. */
  public String groupColumn() {
    return groupColumn;
  }

  /** The folder that files are relative to; null for the table's own. */
  public Path folder() {
    return folder;
  }

  /** Whether labels are needed, for training: at least two classes of each target. */
  public boolean labelled() {
    return labelled;
  }

  /** Collects options. */
  public static final class Builder {
    private String idColumn;
    private final List<String> targets = new ArrayList<>();
    private String foldColumn;
    private String groupColumn;
    private Path folder;
    private boolean labelled = true;

    private Builder() {}

    /** See {@link TableOptions#idColumn()}. */
    public Builder idColumn(String value) {
      idColumn = value;
      return this;
    }

    /** Adds one, see {@link TableOptions#targets()}. */
    public Builder target(String column) {
      targets.add(column);
      return this;
    }

    /** See {@link TableOptions#foldColumn()}. */
    public Builder foldColumn(String value) {
      foldColumn = value;
      return this;
    }

    /** See {@link TableOptions#groupColumn()}. */
    public Builder groupColumn(String value) {
      groupColumn = value;
      return this;
    }

    /** See {@link TableOptions#folder()}. */
    public Builder folder(Path value) {
      folder = value;
      return this;
    }

    /** See {@link TableOptions#labelled()}. */
    public Builder labelled(boolean value) {
      labelled = value;
      return this;
    }

    /** The options. */
    public TableOptions build() {
      return new TableOptions(this);
    }
  }
}
