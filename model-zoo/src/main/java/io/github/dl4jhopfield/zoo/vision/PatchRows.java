package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.runtime.EagerOp;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Images to the rows of their patches, or back: [B, C, H, W] to [B, N, C ph pw], a patch in the
 * order channel, row, column, patches row by row. Floats are copied by whole lines of patches, on
 * all cores; ND4J's copy of a permuted array goes number by number.
 */
final class PatchRows extends EagerOp {
  private final VitShape shape;
  private final boolean back;

  private PatchRows(SameDiff sd, VitShape shape, boolean back, SDVariable... in) {
    super(sd, 1, in);
    this.shape = shape;
    this.back = back;
  }

  /** The rows of the patches of some images. */
  static SDVariable of(SameDiff sd, VitShape shape, SDVariable images) {
    return new PatchRows(sd, shape, false, images).outputVariable();
  }

  private long rowLength() {
    return (long) shape.channels() * shape.patchHeight() * shape.patchWidth();
  }

  /** Backwards the first input is the gradient of the rows, the second the images. */
  @Override
  protected long[][] shapes(INDArray[] in) {
    return new long[][] {
      back ? in[1].shape() : new long[] {in[0].size(0), shape.patches(), rowLength()}
    };
  }

  @Override
  protected void run(INDArray[] in, INDArray[] out) {
    INDArray images = back ? out[0] : in[0];
    boolean fits = images.length() <= Integer.MAX_VALUE / Float.BYTES;
    if (images.dataType() == DataType.FLOAT && in[0].dataType() == DataType.FLOAT && fits) {
      copyLines(in[0].ordering() == 'c' && !in[0].isView() ? in[0] : in[0].dup('c'), out[0]);
      return;
    }
    int ph = shape.patchHeight();
    int pw = shape.patchWidth();
    INDArray cut =
        images
            .reshape(
                images.size(0), images.size(1), images.size(2) / ph, ph, images.size(3) / pw, pw)
            .permute(0, 2, 4, 1, 3, 5);
    if (back) {
      cut.assign(in[0].reshape(cut.shape()));
    } else {
      out[0].reshape(cut.shape()).assign(cut);
    }
  }

  private void copyLines(INDArray in, INDArray out) {
    FloatBuffer from = in.data().asNioFloat().slice();
    FloatBuffer to = out.data().asNioFloat().slice();
    int length = shape.patchWidth();
    int height = shape.imageHeight();
    int across = shape.imageWidth() / length;
    int down = height / shape.patchHeight();
    int lines = shape.channels() * shape.patchHeight();
    int batch = (int) (in.length() / ((long) lines * length * across * down));
    IntStream.range(0, batch * down)
        .parallel()
        .forEach(
            strip -> {
              int image = strip / down * shape.channels();
              int top = strip % down * shape.patchHeight();
              for (int line = 0; line < lines; line++) {
                int y = top + line % shape.patchHeight();
                int row = (image + line / shape.patchHeight()) * height + y;
                for (int i = 0; i < across; i++) {
                  int there = (row * across + i) * length;
                  int here = ((strip * across + i) * lines + line) * length;
                  to.put(back ? there : here, from, back ? here : there, length);
                }
              }
            });
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> g) {
    return List.of(new PatchRows(sameDiff, shape, true, g.get(0), arg(0)).outputVariable());
  }
}
