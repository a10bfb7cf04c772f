package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.EagerOp;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A recurrent cell over all steps of x [batch, time, nIn], forward and, by backpropagation through
 * time, backward.
 *
 * <p>Inputs x, W [nIn, gates units], R [units, gates units], b [1 or 2, gates units], h0 [batch,
 * units], c0 [batch, units] (LSTM) and, if there is one, the mask [batch, time]. Output [batch,
 * time + states, units]: the sequence in the order in which it was worked out, then the last h and
 * c. A step that the mask leaves out changes no state.
 */
final class Recurrence extends EagerOp {

  private final RecurrentCell cell;
  private final boolean masked;
  private final int gates;
  private final int states;

  // what the last forward run left, step by step in the order of computation
  private int batch;
  private int time;
  private int units;
  private double[][] gateIn;
  private double[][] gateOut;
  private double[][] hiddenBefore;
  private double[][] cellBefore;
  private double[][] cellAfter;
  private double[][] recurrent;
  private double[][] reset;
  private boolean[][] keep;

  private Recurrence(SameDiff sd, RecurrentCell cell, boolean masked, SDVariable... in) {
    super(sd, 1, in);
    this.cell = cell;
    this.masked = masked;
    this.gates = cell.kind().gates();
    this.states = cell.kind().states();
  }

  /**
   * @param initial h0, and c0 of an LSTM
   * @param mask or null
   */
  static SDVariable of(
      SameDiff sd,
      RecurrentCell cell,
      SDVariable x,
      SDVariable w,
      SDVariable r,
      SDVariable b,
      List<SDVariable> initial,
      SDVariable mask) {
    List<SDVariable> in = new ArrayList<>(List.of(x, w, r, b));
    in.addAll(initial);
    if (mask != null) {
      in.add(mask);
    }
    return new Recurrence(sd, cell, mask != null, in.toArray(new SDVariable[0])).outputVariable();
  }

  @Override
  protected long[][] shapes(INDArray[] in) {
    return new long[][] {{in[0].size(0), in[0].size(1) + states, cell.units()}};
  }

  private int step(int s) {
    return cell.backwards() ? time - 1 - s : s;
  }

  private static double[] times(INDArray like, double[] rows, int n, INDArray matrix) {
    INDArray a = Nd4j.createFromArray(rows).castTo(like.dataType()).reshape('c', n, -1);
    return Flat.doubles(a.mmul(matrix));
  }

  @Override
  protected void run(INDArray[] in, INDArray[] out) {
    INDArray x = in[0];
    batch = (int) x.size(0);
    time = (int) x.size(1);
    units = (int) cell.units();
    int wide = gates * units;
    INDArray flat = x.dup('c').reshape('c', (long) batch * time, x.size(2));
    double[] fromInput = time == 0 ? new double[0] : Flat.doubles(flat.mmul(in[1]));
    double[] bias = Flat.doubles(in[3]);
    double[] mask = masked ? Flat.doubles(in[4 + states]) : null;
    double[] h = Flat.doubles(in[4]);
    double[] c = states > 1 ? Flat.doubles(in[5]) : new double[h.length];
    double[] shown = new double[h.length];
    double[] pack = new double[batch * (time + states) * units];
    allocate();
    for (int s = 0; s < time; s++) {
      int t = step(s);
      hiddenBefore[s] = h;
      cellBefore[s] = c;
      double[] a = new double[batch * wide];
      for (int n = 0; n < batch; n++) {
        for (int k = 0; k < wide; k++) {
          a[n * wide + k] = fromInput[(n * time + t) * wide + k] + bias[k];
        }
        keep[s][n] = mask == null || mask[n * time + t] != 0;
      }
      gateIn[s] = a;
      recurrent[s] = times(x, h, batch, in[2]);
      double[][] next = advance(s, h, c, bias, in[2]);
      double[] newH = new double[h.length];
      double[] newC = new double[h.length];
      double[] newShown = new double[h.length];
      for (int n = 0; n < batch; n++) {
        for (int u = 0; u < units; u++) {
          int i = n * units + u;
          boolean on = keep[s][n];
          newH[i] = on ? next[0][i] : h[i];
          newC[i] = on ? next[1][i] : c[i];
          newShown[i] = on ? next[0][i] : cell.zerosForMasked() ? 0 : shown[i];
          pack[(n * (time + states) + s) * units + u] = newShown[i];
        }
      }
      cellAfter[s] = next[1];
      h = newH;
      c = newC;
      shown = newShown;
    }
    for (int n = 0; n < batch; n++) {
      for (int u = 0; u < units; u++) {
        pack[(n * (time + states) + time) * units + u] = h[n * units + u];
        if (states > 1) {
          pack[(n * (time + states) + time + 1) * units + u] = c[n * units + u];
        }
      }
    }
    Flat.put(out[0], pack);
  }

  private void allocate() {
    gateIn = new double[time][];
    gateOut = new double[time][];
    hiddenBefore = new double[time][];
    cellBefore = new double[time][];
    cellAfter = new double[time][];
    recurrent = new double[time][];
    reset = new double[time][];
    keep = new boolean[time][batch];
  }

  /** The next h and c, as if no mask were there; completes what is kept of the step. */
  private double[][] advance(int s, double[] h, double[] c, double[] bias, INDArray r) {
    ScalarFunction f = cell.function();
    ScalarFunction gate = cell.gateFunction();
    double[] a = gateIn[s];
    double[] rec = recurrent[s];
    int wide = gates * units;
    double[] y = new double[a.length];
    gateOut[s] = y;
    double[] nextH = new double[h.length];
    double[] nextC = new double[h.length];
    boolean gru = gates == 3;
    boolean after = cell.kind() == RecurrentCell.Kind.GRU_RESET_AFTER;
    if (after) {
      for (int n = 0; n < batch; n++) {
        for (int k = 0; k < wide; k++) {
          rec[n * wide + k] += bias[wide + k];
        }
      }
    }
    for (int n = 0; n < batch; n++) {
      for (int u = 0; u < units; u++) {
        int base = n * wide + u;
        int i = n * units + u;
        if (gates == 1) {
          a[base] += rec[base];
          y[base] = f.value(a[base]);
          nextH[i] = y[base];
        } else if (gates == 4) {
          for (int g = 0; g < 4; g++) {
            int k = base + g * units;
            a[k] += rec[k];
            y[k] = (g == 2 ? f : gate).value(a[k]);
          }
          nextC[i] = y[base + units] * c[i] + y[base] * y[base + 2 * units];
          nextH[i] = y[base + 3 * units] * f.value(nextC[i]);
        } else {
          for (int g = 0; g < 2; g++) {
            int k = base + g * units;
            a[k] += rec[k];
            y[k] = gate.value(a[k]);
          }
        }
      }
    }
    if (gru) {
      candidate(s, h, nextH, r, after);
    }
    return new double[][] {nextH, nextC};
  }

  private void candidate(int s, double[] h, double[] nextH, INDArray r, boolean after) {
    ScalarFunction f = cell.function();
    double[] a = gateIn[s];
    double[] y = gateOut[s];
    int wide = gates * units;
    double[] part = new double[h.length];
    if (after) {
      for (int n = 0; n < batch; n++) {
        for (int u = 0; u < units; u++) {
          part[n * units + u] = y[n * wide + units + u] * recurrent[s][n * wide + 2 * units + u];
        }
      }
    } else {
      double[] gated = new double[h.length];
      for (int n = 0; n < batch; n++) {
        for (int u = 0; u < units; u++) {
          gated[n * units + u] = y[n * wide + units + u] * h[n * units + u];
        }
      }
      reset[s] = gated;
      double[] all = times(r, gated, batch, r);
      for (int n = 0; n < batch; n++) {
        System.arraycopy(all, n * wide + 2 * units, part, n * units, units);
      }
    }
    for (int n = 0; n < batch; n++) {
      for (int u = 0; u < units; u++) {
        int i = n * units + u;
        int k = n * wide + 2 * units + u;
        a[k] += part[i];
        y[k] = f.value(a[k]);
        double z = y[n * wide + u];
        nextH[i] = z * h[i] + (1 - z) * y[k];
      }
    }
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> g) {
    return List.of(new Back(sameDiff, this, g.get(0)).outputVariables());
  }

  /** Backpropagation through time. */
  private static final class Back extends EagerOp {

    private final Recurrence forward;

    Back(SameDiff sd, Recurrence forward, SDVariable gradient) {
      super(sd, forward.args().length, inputs(forward, gradient));
      this.forward = forward;
    }

    private static SDVariable[] inputs(Recurrence forward, SDVariable gradient) {
      List<SDVariable> in = new ArrayList<>(List.of(gradient));
      in.addAll(List.of(forward.args()));
      return in.toArray(new SDVariable[0]);
    }

    @Override
    protected long[][] shapes(INDArray[] in) {
      long[][] shapes = new long[in.length - 1][];
      for (int i = 0; i < shapes.length; i++) {
        shapes[i] = in[i + 1].shape();
      }
      return shapes;
    }

    @Override
    protected void run(INDArray[] in, INDArray[] out) {
      forward.back(in, out);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> g) {
      throw new UnsupportedOperationException("there is no second derivative of a recurrence");
    }
  }

  private void back(INDArray[] in, INDArray[] out) {
    int wide = gates * units;
    double[] g = Flat.doubles(in[0]);
    INDArray x = in[1];
    INDArray w = in[2];
    INDArray r = in[3];
    int rows = time + states;
    double[] dh = row(g, rows, time);
    double[] dc = states > 1 ? row(g, rows, time + 1) : new double[batch * units];
    double[] dShown = new double[batch * units];
    double[] dInput = new double[batch * time * wide];
    double[] dRecurrentAll = new double[batch * time * wide];
    double[] hiddens = new double[batch * time * units];
    double[] resets = new double[batch * time * units];
    INDArray transposed = r.transpose();
    for (int s = time - 1; s >= 0; s--) {
      int t = step(s);
      double[] atH = new double[batch * units];
      double[] atC = new double[batch * units];
      double[] nextShown = new double[batch * units];
      double[] now = row(g, rows, s);
      for (int n = 0; n < batch; n++) {
        for (int u = 0; u < units; u++) {
          int i = n * units + u;
          double shownHere = now[i] + dShown[i];
          if (keep[s][n]) {
            atH[i] = dh[i] + shownHere;
            atC[i] = dc[i];
          } else if (!cell.zerosForMasked()) {
            nextShown[i] = shownHere;
          }
        }
      }
      // gradients at the gates' inputs, and at the products with R
      double[] da = new double[batch * wide];
      double[] dr = new double[batch * wide];
      double[] beforeH = new double[batch * units];
      double[] beforeC = new double[batch * units];
      gateGradients(s, atH, atC, da, dr, beforeH, beforeC, r);
      double[] through = times(r, dr, batch, transposed);
      for (int n = 0; n < batch; n++) {
        for (int u = 0; u < units; u++) {
          int i = n * units + u;
          if (keep[s][n]) {
            dh[i] = beforeH[i] + through[i];
            dc[i] = beforeC[i];
          }
        }
        System.arraycopy(da, n * wide, dInput, (n * time + t) * wide, wide);
        System.arraycopy(dr, n * wide, dRecurrentAll, (n * time + s) * wide, wide);
        System.arraycopy(hiddenBefore[s], n * units, hiddens, (n * time + s) * units, units);
        if (reset[s] != null) {
          System.arraycopy(reset[s], n * units, resets, (n * time + s) * units, units);
        }
      }
      dShown = nextShown;
    }
    store(in, out, dInput, dRecurrentAll, hiddens, resets);
    Flat.put(out[4], dh);
    if (states > 1) {
      Flat.put(out[5], dc);
    }
    if (masked) {
      out[4 + states].assign(0);
    }
  }

  private double[] row(double[] g, int rows, int at) {
    double[] result = new double[batch * units];
    for (int n = 0; n < batch; n++) {
      System.arraycopy(g, (n * rows + at) * units, result, n * units, units);
    }
    return result;
  }

  /**
   * Fills, for one step, the gradients at the inputs of the gates ({@code da}), at the products of
   * h with R ({@code dr}), and what reaches h and c directly.
   */
  private void gateGradients(
      int s,
      double[] atH,
      double[] atC,
      double[] da,
      double[] dr,
      double[] beforeH,
      double[] beforeC,
      INDArray r) {
    ScalarFunction f = cell.function();
    ScalarFunction gate = cell.gateFunction();
    double[] a = gateIn[s];
    double[] y = gateOut[s];
    int wide = gates * units;
    boolean after = cell.kind() == RecurrentCell.Kind.GRU_RESET_AFTER;
    for (int n = 0; n < batch; n++) {
      for (int u = 0; u < units; u++) {
        int base = n * wide + u;
        int i = n * units + u;
        if (gates == 1) {
          da[base] = atH[i] * f.slope(a[base], y[base]);
          dr[base] = da[base];
        } else if (gates == 4) {
          double c = cellAfter[s][i];
          double shown = f.value(c);
          double dc = atC[i] + atH[i] * y[base + 3 * units] * f.slope(c, shown);
          double[] d = {
            dc * y[base + 2 * units], dc * cellBefore[s][i], dc * y[base], atH[i] * shown
          };
          for (int g = 0; g < 4; g++) {
            int k = base + g * units;
            da[k] = d[g] * (g == 2 ? f : gate).slope(a[k], y[k]);
            dr[k] = da[k];
          }
          beforeC[i] = dc * y[base + units];
        } else {
          double z = y[base];
          double candidate = y[base + 2 * units];
          double h = hiddenBefore[s][i];
          da[base] = atH[i] * (h - candidate) * gate.slope(a[base], z);
          dr[base] = da[base];
          int k = base + 2 * units;
          da[k] = atH[i] * (1 - z) * f.slope(a[k], candidate);
          beforeH[i] = atH[i] * z;
          if (after) {
            int q = base + units;
            da[q] = da[k] * recurrent[s][k] * gate.slope(a[q], y[q]);
            dr[q] = da[q];
            dr[k] = da[k] * y[q];
          }
        }
      }
    }
    if (cell.kind() == RecurrentCell.Kind.GRU_RESET_BEFORE) {
      resetBefore(s, da, dr, beforeH, r);
    }
  }

  /** The candidate is of (reset * h) R: its gradient goes through R before it meets the gate. */
  private void resetBefore(int s, double[] da, double[] dr, double[] beforeH, INDArray r) {
    int wide = gates * units;
    double[] only = new double[batch * wide];
    for (int n = 0; n < batch; n++) {
      System.arraycopy(da, n * wide + 2 * units, only, n * wide + 2 * units, units);
    }
    double[] atGated = times(r, only, batch, r.transpose());
    ScalarFunction gate = cell.gateFunction();
    for (int n = 0; n < batch; n++) {
      for (int u = 0; u < units; u++) {
        int i = n * units + u;
        int q = n * wide + units + u;
        double y = gateOut[s][q];
        da[q] = atGated[i] * hiddenBefore[s][i] * gate.slope(gateIn[s][q], y);
        dr[q] = da[q];
        beforeH[i] += atGated[i] * y;
      }
    }
  }

  private void store(
      INDArray[] in,
      INDArray[] out,
      double[] dInput,
      double[] dRecurrent,
      double[] hiddens,
      double[] resets) {
    int wide = gates * units;
    INDArray x = in[1];
    if (time == 0) {
      for (INDArray o : out) {
        o.assign(0);
      }
      return;
    }
    INDArray atGates =
        Nd4j.createFromArray(dInput).castTo(x.dataType()).reshape('c', (long) batch * time, wide);
    INDArray flat = x.dup('c').reshape('c', (long) batch * time, x.size(2));
    out[0].assign(atGates.mmul(in[2].transpose()).reshape('c', x.shape()));
    out[1].assign(flat.transpose().mmul(atGates));
    INDArray atProducts =
        Nd4j.createFromArray(dRecurrent)
            .castTo(x.dataType())
            .reshape('c', (long) batch * time, wide);
    INDArray h =
        Nd4j.createFromArray(hiddens).castTo(x.dataType()).reshape('c', (long) batch * time, units);
    double[] dR = Flat.doubles(h.transpose().mmul(atProducts));
    if (cell.kind() == RecurrentCell.Kind.GRU_RESET_BEFORE) {
      INDArray gated =
          Nd4j.createFromArray(resets)
              .castTo(x.dataType())
              .reshape('c', (long) batch * time, units);
      INDArray inOrder = inOrderOfComputation(dInput, x);
      double[] candidate = Flat.doubles(gated.transpose().mmul(inOrder));
      for (int u = 0; u < units; u++) {
        System.arraycopy(candidate, u * wide + 2 * units, dR, u * wide + 2 * units, units);
      }
    }
    Flat.put(out[2], dR);
    double[] bias = new double[(int) out[3].length()];
    for (int row = 0; row < batch * time; row++) {
      for (int k = 0; k < wide; k++) {
        bias[k] += dInput[row * wide + k];
        if (bias.length > wide) {
          bias[wide + k] += dRecurrent[row * wide + k];
        }
      }
    }
    Flat.put(out[3], bias);
  }

  private INDArray inOrderOfComputation(double[] dInput, INDArray like) {
    int wide = gates * units;
    double[] sorted = new double[dInput.length];
    for (int n = 0; n < batch; n++) {
      for (int s = 0; s < time; s++) {
        System.arraycopy(dInput, (n * time + step(s)) * wide, sorted, (n * time + s) * wide, wide);
      }
    }
    return Nd4j.createFromArray(sorted)
        .castTo(like.dataType())
        .reshape('c', (long) batch * time, wide);
  }
}
