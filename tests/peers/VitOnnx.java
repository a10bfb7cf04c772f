import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Times an exported Vision Transformer in ONNX Runtime for vit_timm.py: MODEL.onnx FOLDER BATCH
 * CLASSES SECONDS, with x.bin and timm's logits.bin, floats, in the folder. Two threads in an
 * operation, every optimisation, input and output in memory that is kept. Prints {@code difference}
 * and the largest one of a logit, then {@code ms} and milliseconds, one run a line.
 */
class VitOnnx {
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    int batch = Integer.parseInt(args[2]);
    int classes = Integer.parseInt(args[3]);
    FloatBuffer x = floats(folder.resolve("x.bin"));
    FloatBuffer expected = floats(folder.resolve("logits.bin"));
    FloatBuffer y =
        ByteBuffer.allocateDirect(batch * classes * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(2);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      try (OrtSession session = environment.createSession(args[0], options);
          OnnxTensor in = OnnxTensor.createTensor(environment, x, new long[] {batch, 3, 224, 224});
          OnnxTensor out = OnnxTensor.createTensor(environment, y, new long[] {batch, classes})) {
        Map<String, OnnxTensor> inputs = Map.of("x", in);
        Map<String, OnnxTensor> outputs = Map.of("y", out);
        for (int i = 0; i < 10; i++) {
          session.run(inputs, outputs).close();
        }
        double difference = 0;
        for (int i = 0; i < batch * classes; i++) {
          difference = Math.max(difference, Math.abs(y.get(i) - expected.get(i)));
        }
        System.out.println("difference " + difference);
        long end = System.nanoTime() + (long) (Double.parseDouble(args[4]) * 1e9);
        do {
          long start = System.nanoTime();
          session.run(inputs, outputs).close();
          System.out.println("ms " + (System.nanoTime() - start) / 1e6);
        } while (System.nanoTime() < end);
      }
    }
  }

  private static FloatBuffer floats(Path file) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    return ByteBuffer.allocateDirect(bytes.length)
        .order(ByteOrder.nativeOrder())
        .put(bytes)
        .flip()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }
}
