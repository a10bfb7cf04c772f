package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Vectors for ids of any rank: x [batch, ...] of whole numbers to [batch, ..., width]. Parameter W
 * [vocabulary, width]; an id outside of the vocabulary is an error. DL4J's embeddings take one id
 * or one sequence of ids a sample.
 */
public class TokenEmbedding extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long vocabulary;
  @JsonProperty private long width;

  /** For JSON. */
  TokenEmbedding() {}

  public TokenEmbedding(long vocabulary, long width) {
    this.vocabulary = vocabulary;
    this.width = width;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("W", vocabulary, width);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    INDArray w = params.get("W");
    w.assign(Nd4j.rand(w.shape()).castTo(w.dataType()).subi(0.5).muli(0.1));
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable flat =
        c.feed("ids", DataType.INT32, new long[] {-1}, call -> ids(call.input(INPUT)));
    SDVariable rows = sd.gather(c.param("W"), flat, 0);
    return sd.reshape(
        rows,
        c.shape(
            "together",
            call -> {
              long[] in = call.input(INPUT).shape();
              // DL4J may give one id a sample as a column
              long[] out = Arrays.copyOf(in, in.length + 1);
              out[in.length] = width;
              return out;
            }));
  }

  private INDArray ids(INDArray x) {
    double[] values = Flat.doubles(x);
    int[] ids = new int[values.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) values[i];
      if (ids[i] != values[i] || ids[i] < 0 || ids[i] >= vocabulary) {
        throw new IllegalArgumentException(
            "Layer \""
                + getLayerName()
                + "\": expected ids from 0 to "
                + (vocabulary - 1)
                + ", found "
                + values[i]);
      }
    }
    return Nd4j.createFromArray(ids);
  }
}
