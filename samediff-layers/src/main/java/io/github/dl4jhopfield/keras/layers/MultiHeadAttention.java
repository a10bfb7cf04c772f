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
 * of the query, value or key hides the scores that it leaves out; where all are hidden, all weights
 * are the same, as in Keras.
 *
 * <p>With fewer heads of keys and values than of queries it is Keras's GroupQueryAttention.
 *
 * <p>Parameters Wq [Dq, heads*keyDim], bq, Wk, bk, Wv [Dv, heads*valueDim], bv, Wo [heads*valueDim,
 * out], bo; biases [1, n].
 */
public class MultiHeadAttention extends TensorVertex implements DirectInference {

  private static final long serialVersionUID = 1L;

  /** Absorbs any score, in float and double: where all scores are hidden, all are the same. */
  private static final double HIDDEN = -1e30;

  @JsonProperty private long queryDepth;
  @JsonProperty private long valueDepth;
  @JsonProperty private long keyDepth;
  @JsonProperty private int heads;
  @JsonProperty private long keyDim;
  @JsonProperty private long valueDim;
  @JsonProperty private long out;
  @JsonProperty private boolean hasBias;
  @JsonProperty private boolean causal;

  /** Heads of keys and values; 0: as many as of queries. */
  @JsonProperty private int sharedHeads;

  /** Whether a mask [batch, L, S] or [batch, heads, L, S] is an input. */
  @JsonProperty private boolean masked;

  /** Whether the attention weights come out instead. */
  @JsonProperty private boolean scores;

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

  /**
   * Every group of query heads has one head of keys and values (grouped-query attention, Ainslie et
   * al. 2023).
   */
  public MultiHeadAttention sharedHeads(int number) {
    if (number < 1 || heads % number != 0) {
      throw new IllegalArgumentException(
          heads + " heads of queries and " + number + " of keys and values");
    }
    this.sharedHeads = number;
    return this;
  }

  /** Takes a fourth input, 0 where a query may not look at a key: [batch, L, S] or by head. */
  public MultiHeadAttention masked(boolean fourthInput) {
    this.masked = fourthInput;
    return this;
  }

  /** Gives the attention weights [batch, heads, L, S] instead of the result. */
  public MultiHeadAttention scores(boolean instead) {
    this.scores = instead;
    return this;
  }

  private int keyHeads() {
    return sharedHeads == 0 ? heads : sharedHeads;
  }

  @Override
  protected String[] inputNames() {
    return masked
        ? new String[] {"query", "value", "key", "allowed"}
        : new String[] {"query", "value", "key"};
  }

  @Override
  protected TensorVertex copy() {
    MultiHeadAttention m =
        new MultiHeadAttention(
            queryDepth, valueDepth, keyDepth, heads, keyDim, valueDim, out, hasBias, causal);
    m.sharedHeads = sharedHeads;
    m.masked = masked;
    m.scores = scores;
    return m;
  }

  @Override
  protected void defineParameters(SDVertexParams p) {
    p.addWeightParam("Wq", queryDepth, heads * keyDim);
    p.addWeightParam("Wk", keyDepth, keyHeads() * keyDim);
    p.addWeightParam("Wv", valueDepth, keyHeads() * valueDim);
    p.addWeightParam("Wo", heads * valueDim, out);
    if (hasBias) {
      p.addBiasParam("bq", 1, heads * keyDim);
      p.addBiasParam("bk", 1, keyHeads() * keyDim);
      p.addBiasParam("bv", 1, keyHeads() * valueDim);
      p.addBiasParam("bo", 1, out);
    }
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDHopfield ops = SDHopfield.of(c.sd());
    SDVariable q = project(c, "query", "q", heads, keyDim);
    SDVariable k = grouped(c, project(c, "key", "k", keyHeads(), keyDim));
    if (scores) {
      return weights(c, q, k);
    }
    SDVariable v = grouped(c, project(c, "value", "v", keyHeads(), valueDim));
    AssociationInputs<SDVariable> in = AssociationInputs.of(q, k, v);
    SDVariable hidden = hidden(c);
    if (hidden != null) {
      // a number and not a mask: with all scores hidden Keras gives the mean of the values
      in.additiveMask(hidden.mul(HIDDEN));
    }
    SDVariable y =
        c.sd()
            .reshape(
                ops.association(softmax(), in).out(),
                c.shape("joined", call -> shape(call, "query", heads * valueDim)));
    return ops.dense(y, c.param("Wo"), bias(c, "o"), DenseActivation.NONE);
  }

  /** Each head of keys for as many heads of queries as share it. */
  private SDVariable grouped(GraphContext c, SDVariable x) {
    return keyHeads() == heads
        ? x
        : Rearrangement.of(
            c.sd(), x, Moves.plan("repeat", new long[] {2, heads / keyHeads()}, null));
  }

  private SDVariable weights(GraphContext c, SDVariable q, SDVariable k) {
    SameDiff sd = c.sd();
    SDVariable s =
        sd.mmul(sd.permute(q, 0, 2, 1, 3), sd.permute(k, 0, 2, 3, 1))
            .mul(Association.defaultBeta(keyDim));
    SDVariable hidden = hidden(c);
    if (hidden != null) {
      s = s.add(hidden.mul(HIDDEN));
    }
    return sd.nn().softmax(s, 3);
  }

  private Association softmax() {
    return Association.builder()
        .beta(Association.defaultBeta(keyDim))
        .additiveMaskGradient(false)
        .build();
  }

  @Override
  public Supplier<INDArray> inference(
      Map<String, INDArray> inputs, Map<String, INDArray> masks, Map<String, INDArray> params) {
    if (causal || masked || scores || keyHeads() != heads || !masks.isEmpty()) {
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
  private SDVariable project(GraphContext c, String input, String letter, long number, long size) {
    SDVariable flat =
        SDHopfield.of(c.sd())
            .dense(c.input(input), c.param("W" + letter), bias(c, letter), DenseActivation.NONE);
    return c.sd()
        .reshape(flat, c.shape("apart-" + letter, call -> shape(call, input, number, size)));
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
    if (masked) {
      SDVariable allowed = c.input("allowed");
      SDVariable over = allowed.getShape().length == 4 ? allowed : sd.expandDims(allowed, 1);
      keep = keep == null ? over : keep.mul(over);
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
        && m.causal == causal
        && m.sharedHeads == sharedHeads
        && m.masked == masked
        && m.scores == scores;
  }

  @Override
  public int hashCode() {
    return (super.hashCode() * 31 + heads) * 31 + Long.hashCode(keyDim);
  }
}
