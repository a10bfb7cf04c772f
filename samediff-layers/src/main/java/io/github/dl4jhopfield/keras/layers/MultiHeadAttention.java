package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.AssociationInputs;
import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.DirectInference;
import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import java.util.function.Supplier;
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
public class MultiHeadAttention extends TensorVertex implements DirectInference {

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
  public SDVariable define(GraphContext c) {
    SDHopfield ops = SDHopfield.of(c.sd());
    AssociationInputs<SDVariable> in =
        AssociationInputs.of(
            project(c, "query", "q", keyDim),
            project(c, "key", "k", keyDim),
            project(c, "value", "v", valueDim));
    SDVariable hidden = hidden(c);
    if (hidden != null) {
      // a number and not a mask: with all scores hidden Keras gives the mean of the values
      in.additiveMask(hidden.mul(-1e9));
    }
    SDVariable y =
        c.sd()
            .reshape(
                ops.association(softmax(), in).out(),
                c.shape("joined", call -> shape(call, "query", heads * valueDim)));
    return ops.dense(y, c.param("Wo"), bias(c, "o"), DenseActivation.NONE);
  }

  private Association softmax() {
    return Association.builder().beta(1 / Math.sqrt(keyDim)).additiveMaskGradient(false).build();
  }

  @Override
  public Supplier<INDArray> inference(
      Map<String, INDArray> inputs, Map<String, INDArray> masks, Map<String, INDArray> params) {
    if (causal || !masks.isEmpty()) {
      return null;
    }
    INDArray q = projected(inputs.get("query"), params, "q", keyDim);
    INDArray k = projected(inputs.get("key"), params, "k", keyDim);
    INDArray v = projected(inputs.get("value"), params, "v", valueDim);
    NDHopfield ops = NDHopfield.ops();
    INDArray y = ops.association(softmax(), AssociationInputs.of(q, k, v)).out();
    INDArray joined = y.reshape('c', new long[] {y.size(0), y.size(1), heads * valueDim});
    return () -> ops.dense(joined, params.get("Wo"), params.get("bo"), DenseActivation.NONE);
  }

  private INDArray projected(INDArray x, Map<String, INDArray> params, String letter, long size) {
    INDArray flat =
        NDHopfield.ops()
            .dense(x, params.get("W" + letter), params.get("b" + letter), DenseActivation.NONE);
    return flat.reshape('c', new long[] {flat.size(0), flat.size(1), heads, size});
  }

  private SDVariable bias(GraphContext c, String letter) {
    return hasBias ? c.param("b" + letter) : null;
  }

  /** [batch, T, heads, size]. */
  private SDVariable project(GraphContext c, String input, String letter, long size) {
    SDVariable flat =
        SDHopfield.of(c.sd())
            .dense(c.input(input), c.param("W" + letter), bias(c, letter), DenseActivation.NONE);
    return c.sd()
        .reshape(flat, c.shape("apart-" + letter, call -> shape(call, input, heads, size)));
  }

  /** [batch, T, sizes...] of an input. */
  private static long[] shape(GraphContext.Call call, String input, long... sizes) {
    long[] shape = new long[2 + sizes.length];
    shape[0] = call.input(input).size(0);
    shape[1] = call.input(input).size(1);
    System.arraycopy(sizes, 0, shape, 2, sizes.length);
    return shape;
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
