package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.layers.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keras's MultiHeadAttention (Vaswani et al. 2017): inputs query [batch, L, Dq], value [batch, S,
 * Dv] and key [batch, S, Dk]; output [batch, L, out]. Scores are scaled by 1/sqrt(keyDim). A mask
 * of the query, value or key adds -1e9 to the scores that it leaves out, as Keras does.
 *
 * <p>Parameters Wq [Dq, heads*keyDim], bq, Wk, bk, Wv [Dv, heads*valueDim], bv, Wo [heads*valueDim,
 * out], bo; biases [1, n].
 */
public class MultiHeadAttention extends TensorVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long queryDepth;
  @JsonProperty private long valueDepth;
  @JsonProperty private long keyDepth;
  @JsonProperty private int heads;
  @JsonProperty private long keyDim;
  @JsonProperty private long valueDim;
  @JsonProperty private long out;
  @JsonProperty private boolean hasBias;
  @JsonProperty private boolean causal;

  /** For JSON. */
  MultiHeadAttention() {}

  public MultiHeadAttention(
      long queryDepth,
      long valueDepth,
      long keyDepth,
      int heads,
      long keyDim,
      long valueDim,
      long out,
      boolean hasBias,
      boolean causal) {
    this.queryDepth = queryDepth;
    this.valueDepth = valueDepth;
    this.keyDepth = keyDepth;
    this.heads = heads;
    this.keyDim = keyDim;
    this.valueDim = valueDim;
    this.out = out;
    this.hasBias = hasBias;
    this.causal = causal;
  }

  @Override
  protected String[] inputNames() {
    return new String[] {"query", "value", "key"};
  }

  @Override
  protected TensorVertex copy() {
    return new MultiHeadAttention(
        queryDepth, valueDepth, keyDepth, heads, keyDim, valueDim, out, hasBias, causal);
  }

  @Override
  protected void defineParameters(SDVertexParams p) {
    p.addWeightParam("Wq", queryDepth, heads * keyDim);
    p.addWeightParam("Wk", keyDepth, heads * keyDim);
    p.addWeightParam("Wv", valueDepth, heads * valueDim);
    p.addWeightParam("Wo", heads * valueDim, out);
    if (hasBias) {
      p.addBiasParam("bq", 1, heads * keyDim);
      p.addBiasParam("bk", 1, heads * keyDim);
      p.addBiasParam("bv", 1, heads * valueDim);
      p.addBiasParam("bo", 1, out);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, w) -> {
          if (name.startsWith("b")) {
            w.assign(0);
          } else {
            double limit = Math.sqrt(6.0 / (w.size(0) + w.size(1)));
            w.assign(Nd4j.rand(w.shape()).castTo(w.dataType()).muli(2 * limit).subi(limit));
          }
        });
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable q =
        project(c, "query", "q", queryDepth, keyDim, true, false).mul(1 / Math.sqrt(keyDim));
    SDVariable k = project(c, "key", "k", keyDepth, keyDim, false, true);
    SDVariable v = project(c, "value", "v", valueDepth, valueDim, false, false);
    SDVariable scores = sd.mmul(q, k); // [batch, heads, L, S]
    SDVariable hidden = hidden(c);
    if (hidden != null) {
      scores = scores.add(hidden.mul(-1e9));
    }
    SDVariable weights = sd.nn().softmax(scores, 3);
    SDVariable y = sd.permute(sd.mmul(weights, v), 0, 2, 1, 3);
    SDVariable flat = sd.reshape(y, -1, heads * valueDim);
    SDVariable result = flat.mmul(c.param("Wo"));
    if (hasBias) {
      result = result.add(c.param("bo"));
    }
    return sd.reshape(
        result,
        c.shape(
            "result",
            call -> new long[] {call.input("query").size(0), call.input("query").size(1), out}));
  }

  /** [batch, heads, T, size], or [batch, heads, size, T] if transposed. */
  private SDVariable project(
      GraphContext c,
      String input,
      String letter,
      long depth,
      long size,
      boolean isQuery,
      boolean transposed) {
    SameDiff sd = c.sd();
    SDVariable flat = sd.reshape(c.input(input), -1, depth).mmul(c.param("W" + letter));
    if (hasBias) {
      flat = flat.add(c.param("b" + letter));
    }
    SDVariable apart =
        sd.reshape(
            flat,
            c.shape(
                "apart-" + letter,
                call ->
                    new long[] {
                      call.input(input).size(0), call.input(input).size(1), heads, size
                    }));
    return transposed ? sd.permute(apart, 0, 2, 3, 1) : sd.permute(apart, 0, 2, 1, 3);
  }

  /** 1 where a score is left out, broadcasting to [batch, heads, L, S]; null if none is. */
  private SDVariable hidden(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable keep = null;
    SDVariable m = c.mask("query");
    if (m != null) {
      keep = sd.expandDims(sd.expandDims(m, 1), 3);
    }
    for (String name : new String[] {"value", "key"}) {
      m = c.mask(name);
      if (m != null) {
        SDVariable over = sd.expandDims(sd.expandDims(m, 1), 1);
        keep = keep == null ? over : keep.mul(over);
      }
    }
    if (causal) {
      SDVariable lower =
          c.feed(
              "causal",
              c.dataType(),
              new long[] {1, 1, -1, -1},
              call -> lower(call.input("query").size(1), call.input("value").size(1), call));
      keep = keep == null ? lower : keep.mul(lower);
    }
    return keep == null ? null : keep.rsub(1);
  }

  private static INDArray lower(long l, long s, GraphContext.Call call) {
    INDArray m = Nd4j.zeros(call.dataType(), 1, 1, l, s);
    for (long i = 0; i < l; i++) {
      for (long j = 0; j <= i && j < s; j++) {
        m.putScalar(0, 0, i, j, 1);
      }
    }
    return m;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof MultiHeadAttention m
        && super.equals(o)
        && m.queryDepth == queryDepth
        && m.valueDepth == valueDepth
        && m.keyDepth == keyDepth
        && m.heads == heads
        && m.keyDim == keyDim
        && m.valueDim == valueDim
        && m.out == out
        && m.hasBias == hasBias
        && m.causal == causal;
  }

  @Override
  public int hashCode() {
    return (super.hashCode() * 31 + heads) * 31 + Long.hashCode(keyDim);
  }
}
