package io.github.dl4jhopfield.runtime;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * An op of a mended layer's graph that is a piece of Java on arrays: what ND4J has no op for, or
 * none with a gradient. Only the runtime of this package can run it; it is never saved, since the
 * layers save their options and not their graphs.
 *
 * <p>A subclass gives the shapes of its outputs, fills them, and says in {@code doDiff} what the
 * gradients are, as any SameDiff op does (most often with another op of this kind).
 */
public abstract class EagerOp extends DynamicCustomOp {

  private final int outputs;

  /**
   * @param outputs number of outputs
   */
  protected EagerOp(SameDiff sd, int outputs, SDVariable... inputs) {
    super(null, sd, inputs, false);
    this.outputs = outputs;
  }

  /** Shapes of the outputs for these inputs. */
  protected abstract long[][] shapes(INDArray[] in);

  /**
   * Computes.
   *
   * @param out arrays in 'c' order of the shapes of {@link #shapes}, with any content
   */
  protected abstract void run(INDArray[] in, INDArray[] out);

  @Override
  public String opName() {
    return getClass().getSimpleName();
  }

  @Override
  public int getNumOutputs() {
    return outputs;
  }

  /** That of the first input. */
  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return Collections.nCopies(outputs, inputTypes.get(0));
  }

  @Override
  public Map<String, Object> propertiesForFunction() {
    return Map.of();
  }

  @Override
  public abstract List<SDVariable> doDiff(List<SDVariable> gradients);

  @Override
  public String toString() {
    return opName() + Arrays.toString(args());
  }
}
