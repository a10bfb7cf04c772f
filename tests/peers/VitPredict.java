import io.github.dl4jhopfield.keras.HopfieldKerasImport;
import io.github.dl4jhopfield.keras.KerasImport;
import io.github.dl4jhopfield.layers.Predictor;
import java.nio.file.Path;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Times the predictions of an imported Keras model (vit.py): {@code java -cp ... VitPredict.java
 * FOLDER SECONDS}, with vit.keras, x.npy and Keras's y.npy in the folder. Prints {@code difference}
 * and the largest one of an output, then {@code ms} and milliseconds, one run a line.
 */
public class VitPredict {
  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    KerasImport imported = HopfieldKerasImport.importModel(folder.resolve("vit.keras"));
    INDArray x = Nd4j.createFromNpyFile(folder.resolve("x.npy").toFile());
    INDArray expected = Nd4j.createFromNpyFile(folder.resolve("y.npy").toFile());
    try (Predictor predictor =
        Predictor.builder(imported.graph()).workers(1).warmUp(50, x).build()) {
      INDArray y = predictor.predict(x);
      System.out.println("difference " + y.sub(expected).amaxNumber().doubleValue());
      long end = System.nanoTime() + (long) (Double.parseDouble(args[1]) * 1e9);
      do {
        long from = System.nanoTime();
        predictor.predict(x);
        System.out.println("ms " + (System.nanoTime() - from) / 1e6);
      } while (System.nanoTime() < end);
    }
  }
}
