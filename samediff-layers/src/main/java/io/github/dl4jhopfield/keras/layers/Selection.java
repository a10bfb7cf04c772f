package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.EagerOp;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Of two arrays of one shape, the first where a third is not 0, else the second. */
final class Selection extends EagerOp {

  private Selection(SameDiff sd, SDVariable x, SDVariable y, SDVariable condition) {
    super(sd, 1, x, y, condition);
  }

  static SDVariable of(SameDiff sd, SDVariable x, SDVariable y, SDVariable condition) {
    return new Selection(sd, x, y, condition).outputVariable();
  }

  @Override
  protected long[][] shapes(INDArray[] in) {
    return new long[][] {in[0].shape()};
  }

  @Override
  protected void run(INDArray[] in, INDArray[] out) {
    double[] x = Flat.doubles(in[0]);
    double[] y = Flat.doubles(in[1]);
    double[] c = Flat.doubles(in[2]);
    for (int i = 0; i < x.length; i++) {
      x[i] = c[i] != 0 ? x[i] : y[i];
    }
    Flat.put(out[0], x);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> g) {
    SDVariable zero = sameDiff.zerosLike(g.get(0));
    return List.of(
        of(sameDiff, g.get(0), zero, arg(2)),
        of(sameDiff, zero, g.get(0), arg(2)),
        sameDiff.zerosLike(arg(2)));
  }
}
