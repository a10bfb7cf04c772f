package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.zoo.networks.UniformStart;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDIndex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A long short-term memory over the residues of a sequence, its output at the last residue.
 *
 * <pre>
 *   [i, f, g, o] = x_t W + h_(t-1) R + b
 *   c_t = sigmoid(f) c_(t-1) + sigmoid(i) tanh(g);   h_t = sigmoid(o) tanh(c_t)
 * </pre>
 *
 * <p>c and h of before the first residue are 0; past the end of a sequence they stay as they are,
 * so that padding changes nothing. Gates in the order of PyTorch's LSTM, whose two biases are one
 * here.
 *
 * <p>Source: Hochreiter and Schmidhuber, Long Short-Term Memory, Neural Computation 1997, with the
 * forget gate of Gers et al. 2000; in DeepRC the other embedding of Widrich et al. 2020.
 */
final class RecurrentEmbedding {
  private final GraphContext c;
  private final SameDiff sd;
  private final ResidueFeatures residues;
  private final int units;

  RecurrentEmbedding(GraphContext c, ResidueFeatures residues, int units) {
    this.c = c;
    this.sd = c.sd();
    this.residues = residues;
    this.units = units;
  }

  /** Starts uniform within 1 / sqrt(units), as PyTorch does. */
  static void start(Map<String, INDArray> params, int units) {
    double bound = 1 / Math.sqrt(units);
    for (String name : new String[] {"W0", SequenceEmbedding.RECURRENT, "b0"}) {
      INDArray p = params.get(name);
      UniformStart.draw(p, bound);
    }
  }

  /** [N, units]. */
  SDVariable embedded() {
    SDVariable inputs = dense(residues.features(c, residues.width()), "W0", c.param("b0"));
    SDVariable there = there();
    SDVariable h = null;
    SDVariable cell = null;
    for (int t = 0; t < residues.width(); t++) {
      SDVariable z = inputs.get(SDIndex.all(), SDIndex.point(t), SDIndex.all());
      if (h != null) {
        z = z.add(sd.mmul(h, c.param(SequenceEmbedding.RECURRENT)));
      }
      SDVariable next = sd.nn().sigmoid(gate(z, 0)).mul(sd.math().tanh(gate(z, 2)));
      if (cell != null) {
        next = next.add(sd.nn().sigmoid(gate(z, 1)).mul(cell));
      }
      SDVariable output = sd.nn().sigmoid(gate(z, 3)).mul(sd.math().tanh(next));
      SDVariable own = there.get(SDIndex.all(), SDIndex.interval(t, t + 1));
      cell = kept(own, next, cell);
      h = kept(own, output, h);
    }
    return h;
  }

  private SDVariable dense(SDVariable x, String weight, SDVariable bias) {
    return SDHopfield.of(sd).dense(x, c.param(weight), bias, DenseActivation.NONE);
  }

  private SDVariable gate(SDVariable z, int gate) {
    return z.get(SDIndex.all(), SDIndex.interval((long) gate * units, (gate + 1L) * units));
  }

  /** The next value where a residue is there, else the one before. */
  private static SDVariable kept(SDVariable own, SDVariable next, SDVariable before) {
    return before == null ? next.mul(own) : next.mul(own).add(before.mul(own.rsub(1)));
  }

  /** 1 where a sequence has a residue, else 0: [N, width]. */
  private SDVariable there() {
    int width = residues.width();
    return c.random(
        "there",
        c.dataType(),
        new long[] {-1, width},
        call -> {
          int[] lengths = residues.lengths(call);
          double[] values = new double[lengths.length * width];
          for (int i = 0; i < lengths.length; i++) {
            java.util.Arrays.fill(values, i * width, i * width + lengths[i], 1);
          }
          return Nd4j.createFromArray(values)
              .castTo(call.dataType())
              .reshape('c', lengths.length, width);
        });
  }
}
