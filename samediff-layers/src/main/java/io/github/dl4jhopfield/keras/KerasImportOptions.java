package io.github.dl4jhopfield.keras;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** Options of {@link HopfieldKerasImport}. */
public final class KerasImportOptions {

  private final Map<String, KerasLayerMapper> layers;
  private final Map<String, KerasLayerMapper> lambdas;
  private final ILossFunction loss;
  private final IUpdater updater;
  private final DataType dataType;
  private final long maxParameters;
  private final boolean predictionsOnly;
  private final String sha256;

  private KerasImportOptions(Builder b) {
    layers = Collections.unmodifiableMap(new LinkedHashMap<>(b.layers));
    lambdas = Collections.unmodifiableMap(new LinkedHashMap<>(b.lambdas));
    loss = b.loss;
    updater = b.updater;
    dataType = b.dataType;
    maxParameters = b.maxParameters;
    predictionsOnly = b.predictionsOnly;
    sha256 = b.sha256;
  }

  /** What the file says, nothing else. */
  public static KerasImportOptions defaults() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  Map<String, KerasLayerMapper> layers() {
    return layers;
  }

  Map<String, KerasLayerMapper> lambdas() {
    return lambdas;
  }

  ILossFunction loss() {
    return loss;
  }

  IUpdater updater() {
    return updater;
  }

  DataType dataType() {
    return dataType;
  }

  long maxParameters() {
    return maxParameters;
  }

  boolean predictionsOnly() {
    return predictionsOnly;
  }

  /** In small letters, or null. */
  String sha256() {
    return sha256;
  }

  /** Builder of {@link KerasImportOptions}. */
  public static final class Builder {
    private final Map<String, KerasLayerMapper> layers = new LinkedHashMap<>();
    private final Map<String, KerasLayerMapper> lambdas = new LinkedHashMap<>();
    private ILossFunction loss;
    private IUpdater updater;
    private DataType dataType = DataType.FLOAT;
    private long maxParameters = 500_000_000L;
    private boolean predictionsOnly;
    private String sha256;

    private Builder() {}

    /**
     * Says how a Keras class is translated, one of your own or in place of the built-in way.
     *
     * @param className "PatchEmbedding", or with its package as registered in Keras, "my>Patches"
     */
    public Builder layer(String className, KerasLayerMapper mapper) {
      layers.put(className, mapper);
      return this;
    }

    /** Says what the Lambda layer of that name does. Its Python code is never run. */
    public Builder lambda(String layerName, KerasLayerMapper mapper) {
      lambdas.put(layerName, mapper);
      return this;
    }

    /** Loss for training on; by default the one that the model was compiled with, if any. */
    public Builder loss(ILossFunction loss) {
      this.loss = loss;
      return this;
    }

    /** Updater for training on; by default the model's optimizer, else SGD with rate 0.01. */
    public Builder updater(IUpdater updater) {
      this.updater = updater;
      return this;
    }

    /** Data type of the network: FLOAT (default) or DOUBLE. */
    public Builder dataType(DataType dataType) {
      if (dataType != DataType.FLOAT && dataType != DataType.DOUBLE) {
        throw new IllegalArgumentException("dataType: expected FLOAT or DOUBLE, found " + dataType);
      }
      this.dataType = dataType;
      return this;
    }

    /** Refuses larger models, before memory is reserved. Default: 500 million parameters. */
    public Builder maxParameters(long maxParameters) {
      this.maxParameters = maxParameters;
      return this;
    }

    /**
     * Leaves out everything that matters in training only: the loss, the optimizer, regularisers,
     * constraints, which layers are frozen. Needed for a model with something of that kind that
     * DL4J does not have, which is otherwise refused; the result computes the same and has no loss.
     */
    public Builder predictionsOnly() {
      this.predictionsOnly = true;
      return this;
    }

    /**
     * Refuses a file with another SHA-256 (what {@code sha256sum} prints). An {@code .h5} has no
     * checksum of its own: a damaged weight in it is a number like any other. Entries of a {@code
     * .keras} archive have one, which is always checked.
     */
    public Builder sha256(String hexadecimal) {
      if (!hexadecimal.matches("[0-9a-fA-F]{64}")) {
        throw new IllegalArgumentException(
            "sha256: expected 64 hexadecimal digits, found " + hexadecimal);
      }
      this.sha256 = hexadecimal.toLowerCase(Locale.ROOT);
      return this;
    }

    public KerasImportOptions build() {
      return new KerasImportOptions(this);
    }
  }
}
