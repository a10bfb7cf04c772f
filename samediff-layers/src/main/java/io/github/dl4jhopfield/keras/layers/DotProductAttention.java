package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keras's Attention (Luong, dot product) and AdditiveAttention (Bahdanau): inputs query [batch, L,
 * D], value [batch, S, Dv], key [batch, S, D]; output [batch, L, Dv]. A mask of the value hides the
 * scores that it leaves out; a mask of the query zeroes the rows that it leaves out.
 *
 * <p>Parameter scale: one number (Attention) or [1, D] (AdditiveAttention), if used.
 */
public class DotProductAttention extends TensorVertex {

  private static final long serialVersionUID = 1L;

  /** Absorbs any score, in float and double: where all scores are hidden, all are the same. */
  private static final double HIDDEN = 1e30;

  @JsonProperty private boolean additive;
  @JsonProperty private boolean useScale;
  @JsonProperty private long depth;

  /** Whether scores are sum(tanh(scale (q + k))) times a learned number. */
  @JsonProperty private boolean concatenated;

  @JsonProperty private boolean causal;

  /** Whether the attention weights come out instead. */
  @JsonProperty private boolean scores;

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

  /** Keras's score_mode "concat": sum(tanh(scale (q + k))) times the parameter "concat". */
  public DotProductAttention concatenated(boolean mode) {
    this.concatenated = mode;
    return this;
  }

  /** No step looks at a later one. */
  public DotProductAttention causal(boolean mode) {
    this.causal = mode;
    return this;
  }

  /** Gives the attention weights [batch, L, S] instead of the result. */
  public DotProductAttention scores(boolean instead) {
    this.scores = instead;
    return this;
  }

  @Override
  protected String[] inputNames() {
    return new String[] {"query", "value", "key"};
  }

  @Override
  protected TensorVertex copy() {
    return new DotProductAttention(additive, useScale, depth)
        .concatenated(concatenated)
        .causal(causal)
        .scores(scores);
  }

  @Override
  protected void defineParameters(SDVertexParams p) {
    if (useScale) {
      p.addWeightParam("scale", 1, additive ? depth : 1);
    }
    if (concatenated) {
      p.addWeightParam("concat", 1, 1);
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
    SDVariable s;
    if (concatenated) {
      SDVariable sum = sd.expandDims(q, 2).add(sd.expandDims(k, 1));
      if (useScale) {
        sum = sum.mul(c.param("scale"));
      }
      s = sd.math().tanh(sum).sum(3).mul(c.param("concat"));
    } else if (additive) {
      SDVariable sum = sd.math().tanh(sd.expandDims(q, 2).add(sd.expandDims(k, 1)));
      if (useScale) {
        sum = sum.mul(c.param("scale"));
      }
      s = sum.sum(3);
    } else {
      s = sd.mmul(q, sd.permute(k, 0, 2, 1));
      if (useScale) {
        s = s.mul(c.param("scale"));
      }
    }
    SDVariable valueMask = c.mask("value");
    if (valueMask != null) {
      s = s.sub(sd.expandDims(valueMask, 1).rsub(1).mul(HIDDEN));
    }
    if (causal) {
      SDVariable later =
          c.feed(
              "later",
              c.dataType(),
              new long[] {1, -1, -1},
              call -> later(call.input("query").size(1), call.input("value").size(1), call));
      s = s.sub(later.mul(HIDDEN));
    }
    SDVariable weights = sd.nn().softmax(s, 2);
    if (scores) {
      return weights;
    }
    SDVariable y = sd.mmul(weights, c.input("value"));
    SDVariable queryMask = c.mask("query");
    return queryMask == null ? y : y.mul(sd.expandDims(queryMask, 2));
  }

  /** 1 where the key comes after the query. */
  private static INDArray later(long l, long s, GraphContext.Call call) {
    INDArray m = Nd4j.zeros(call.dataType(), 1, l, s);
    for (long i = 0; i < l; i++) {
      for (long j = i + 1; j < s; j++) {
        m.putScalar(0, i, j, 1);
      }
    }
    return m;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof DotProductAttention d
        && super.equals(o)
        && d.additive == additive
        && d.useScale == useScale
        && d.depth == depth
        && d.concatenated == concatenated
        && d.causal == causal
        && d.scores == scores;
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + Boolean.hashCode(additive);
  }
}
