package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.EagerOp;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The input, with a gradient of zeros. */
final class Constancy extends EagerOp {

  private Constancy(SameDiff sd, SDVariable x) {
    super(sd, 1, x);
  }

  static SDVariable of(SameDiff sd, SDVariable x) {
    return new Constancy(sd, x).outputVariable();
  }

  @Override
  protected long[][] shapes(INDArray[] in) {
    return new long[][] {in[0].shape()};
  }

  @Override
  protected void run(INDArray[] in, INDArray[] out) {
    out[0].assign(in[0]);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> g) {
    return List.of(sameDiff.zerosLike(arg(0)));
  }
}
