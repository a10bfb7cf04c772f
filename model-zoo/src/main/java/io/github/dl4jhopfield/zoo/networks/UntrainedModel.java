package io.github.dl4jhopfield.zoo.networks;

import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.zoo.PretrainedType;
import org.deeplearning4j.zoo.ZooModel;

/**
 * A model of DL4J's zoo that comes without trained weights: nothing is downloaded, weights are
 * trained here or read from the user's files.
 *
 * @param <M> kind of network
 */
public abstract class UntrainedModel<M extends Model> extends ZooModel<M> {
  private final Class<M> type;

  protected UntrainedModel(Class<M> type) {
    this.type = Objects.requireNonNull(type, "type");
  }

  @Override
  public final Class<? extends Model> modelType() {
    return type;
  }

  /** Null: there are none. */
  @Override
  public final String pretrainedUrl(PretrainedType kind) {
    return null;
  }

  @Override
  public final long pretrainedChecksum(PretrainedType kind) {
    return 0;
  }
}
