import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.zoo.vision.VisionTransformer;
import io.github.dl4jhopfield.zoo.vision.VitShape;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Times a Vision Transformer for vit_timm.py: MODEL UNIT BOTH BATCH SECONDS. */
class VitTimes {
  public static void main(String[] args) {
    boolean both = Boolean.parseBoolean(args[2]);
    int batch = Integer.parseInt(args[3]);
    double seconds = Double.parseDouble(args[4]);
    VitShape shape = args[0].equals("tiny") ? VitShape.tiny() : VitShape.base();
    if (args[1].equals("pfu")) {
      LagrangianUnit pfu =
          LagrangianUnit.pfuBuilder().medianOf(LagrangianUnit.MedianScope.TENSOR).build();
      shape = shape.toBuilder().unit(pfu).build();
    }
    MultiLayerNetwork network = VisionTransformer.builder().shape(shape).build().init();
    INDArray x = Nd4j.randn(DataType.FLOAT, batch, 3, 224, 224);
    INDArray y = Nd4j.zeros(DataType.FLOAT, batch, 1000);
    for (int i = 0; i < batch; i++) {
      y.putScalar(i, 37 * i, 1);
    }
    for (int i = 0; i < 15; i++) {
      step(network, x, y, both);
    }
    long end = System.nanoTime() + (long) (seconds * 1e9);
    do {
      long start = System.nanoTime();
      step(network, x, y, both);
      System.out.println("ms " + (System.nanoTime() - start) / 1e6);
    } while (System.nanoTime() < end);
  }

  private static void step(MultiLayerNetwork network, INDArray x, INDArray y, boolean both) {
    if (both) {
      network.setInput(x);
      network.setLabels(y);
      network.computeGradientAndScore();
    } else {
      network.output(x);
    }
  }
}
