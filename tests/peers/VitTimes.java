import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.zoo.vision.VisionTransformer;
import io.github.dl4jhopfield.zoo.vision.VitShape;
import io.github.dl4jhopfield.zoo.vision.VitWeights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Times a Vision Transformer for vit_timm.py: MODEL UNIT BOTH BATCH SECONDS FOLDER, with
 * model.safetensors, x.bin and timm's logits.bin, floats, in the folder. Without a unit prints
 * {@code difference} and the largest one of a logit; then {@code ms} and milliseconds, one run a
 * line.
 */
class VitTimes {
  public static void main(String[] args) throws Exception {
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
    Path folder = Path.of(args[5]);
    VitWeights.load(folder.resolve("model.safetensors"), network, shape);
    INDArray x = floats(folder.resolve("x.bin")).reshape(batch, 3, 224, 224);
    if (args[1].equals("none")) {
      INDArray expected = floats(folder.resolve("logits.bin")).reshape(batch, 1000);
      int last = network.getnLayers() - 1;
      INDArray head = network.feedForwardToLayer(last - 1, x, false).get(last);
      INDArray logits =
          head.mmul(network.getLayer(last).getParam("W"))
              .addRowVector(network.getLayer(last).getParam("b"));
      System.out.println("difference " + logits.sub(expected).amaxNumber());
    }
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

  private static INDArray floats(Path file) throws Exception {
    FloatBuffer values =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] array = new float[values.remaining()];
    values.get(array);
    return Nd4j.createFromArray(array);
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
