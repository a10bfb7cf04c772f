package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keras's Attention (Luong, dot product) and AdditiveAttention (Bahdanau): inputs query [batch, L,
 * D], value [batch, S, Dv], key [batch, S, D]; output [batch, L, Dv]. A mask of the value takes 1e9
 * from the scores that it leaves out; a mask of the query zeroes the rows that it leaves out.
 *
 * <p>Parameter scale: one number (Attention) or [1, D] (AdditiveAttention), if used.
 */
public class DotProductAttention extends TensorVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private boolean additive;
  @JsonProperty private boolean useScale;
  @JsonProperty private long depth;

  /** For JSON. */
  DotProductAttention() {}

  /**
   * @param additive Bahdanau's scores sum(scale * tanh(q + k)), else q k
   */
  public DotProductAttention(boolean additive, boolean useScale, long depth) {
    this.additive = additive;
    this.useScale = useScale;
    this.depth = depth;
  }

  @Override
  protected String[] inputNames() {
    return new String[] {"query", "value", "key"};
  }

  @Override
  protected TensorVertex copy() {
    return new DotProductAttention(additive, useScale, depth);
  }

  @Override
  protected void defineParameters(SDVertexParams p) {
    if (useScale) {
      p.addWeightParam("scale", 1, additive ? depth : 1);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.values().forEach(w -> w.assign(1));
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable q = c.input("query");
    SDVariable k = c.input("key");
    SDVariable scores;
    if (additive) {
      SDVariable sum = sd.math().tanh(sd.expandDims(q, 2).add(sd.expandDims(k, 1)));
      if (useScale) {
        sum = sum.mul(c.param("scale"));
      }
      scores = sum.sum(3);
    } else {
      scores = sd.mmul(q, sd.permute(k, 0, 2, 1));
      if (useScale) {
        scores = scores.mul(c.param("scale"));
      }
    }
    SDVariable valueMask = c.mask("value");
    if (valueMask != null) {
      scores = scores.sub(sd.expandDims(valueMask, 1).rsub(1).mul(1e9));
    }
    SDVariable y = sd.mmul(sd.nn().softmax(scores, 2), c.input("value"));
    SDVariable queryMask = c.mask("query");
    return queryMask == null ? y : y.mul(sd.expandDims(queryMask, 2));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof DotProductAttention d
        && super.equals(o)
        && d.additive == additive
        && d.useScale == useScale
        && d.depth == depth;
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + Boolean.hashCode(additive);
  }
}
