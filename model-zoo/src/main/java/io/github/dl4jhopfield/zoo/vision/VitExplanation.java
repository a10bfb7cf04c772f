package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.layers.Associations;
import io.github.dl4jhopfield.layers.HeadRegime;
import io.github.dl4jhopfield.layers.HopfieldEncoderLayer;
import io.github.dl4jhopfield.zoo.explain.Explanation;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.Picture;
import io.github.dl4jhopfield.zoo.report.PictureGrid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where a Vision Transformer looks in an image: the associations of its blocks, by the fused op
 * that it predicts with.
 *
 * <p>Rollout (Abnar and Zuidema, Quantifying Attention Flow in Transformers, ACL 2020): of each
 * block (A + I) / 2, where A is the mean over heads, rows divided by their sums; the product over
 * blocks says how much of each patch arrives where the classes are read, at the class token or in
 * the mean of the patches. What a Lagrangian unit forgets, or a sparse separation leaves out, has
 * the weight 0.
 */
public final class VitExplanation {
  private static final int SIDE = 224;
  private static final int MUCH = 0xff7800;
  private static final int FORGOTTEN = 0x3c8cff;

  private final VitModel model;
  private final String name;
  private final Picture large;
  private final List<INDArray> weights;
  private final double[] rollout;

  private VitExplanation(VitModel model, String name, Picture picture, List<INDArray> weights) {
    this.model = model;
    this.name = name;
    this.large = enlarged(picture);
    this.weights = weights;
    this.rollout = rolledOut();
  }

  /** Whether a network is a Vision Transformer. */
  public static boolean explains(Object network) {
    return network instanceof MultiLayerNetwork layers
        && layers.getLayerWiseConfigurations().getConf(0).getLayer() instanceof PatchEmbedding;
  }

  /**
   * Looks into a model that sees an image.
   *
   * @throws IllegalArgumentException if the model doesn't say how images are prepared
   */
  public static VitExplanation of(VitModel model, Path image) throws IOException {
    Preprocessing preprocessing =
        model
            .preprocessing()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "expected a model that says how images are prepared (import-weights"
                            + " --config config.json), found none"));
    ImagePreparation preparation = new ImagePreparation(preprocessing);
    ImageFiles.Rgb read = ImageFiles.read(image);
    DataType type = model.network().getLayerWiseConfigurations().getDataType();
    return of(
        model,
        image.getFileName().toString(),
        seen(preparation.bytes(read), preprocessing),
        preparation.prepare(read, type));
  }

  /**
   * The same of an image that is prepared already.
   *
   * @param x [1, C, H, W]
   */
  static VitExplanation of(VitModel model, String name, Picture picture, INDArray x) {
    VitShape shape = model.shape();
    List<INDArray> activations = model.network().feedForwardToLayer(shape.depth(), x);
    List<INDArray> weights = new ArrayList<>();
    for (int b = 0; b < shape.depth(); b++) {
      Layer layer = model.network().getLayer(1 + b);
      Layer block = layer instanceof FrozenLayer frozen ? frozen.getInsideLayer() : layer;
      weights.add(
          block.conf().getLayer() instanceof VitBlock
              ? VitBlock.weights(block, activations.get(1 + b))
              : Associations.of(model.network(), 1 + b, x));
    }
    return new VitExplanation(model, name, picture, weights);
  }

  private static Picture seen(byte[] bytes, Preprocessing p) {
    int channels = p.mean().length;
    int[] rgb = new int[p.height() * p.width()];
    for (int i = 0; i < rgb.length; i++) {
      int at = i * channels;
      int r = bytes[at] & 0xff;
      int g = channels == 1 ? r : bytes[at + 1] & 0xff;
      int b = channels == 1 ? r : bytes[at + 2] & 0xff;
      rgb[i] = r << 16 | g << 8 | b;
    }
    return Picture.colours(rgb, p.height(), p.width());
  }

  private double[] rolledOut() {
    VitShape s = model.shape();
    int tokens = s.tokens();
    INDArray product = Nd4j.eye(tokens).castTo(DataType.DOUBLE);
    for (INDArray block : weights) {
      INDArray mixed =
          block.castTo(DataType.DOUBLE).mean(1).reshape(tokens, tokens).addi(Nd4j.eye(tokens));
      mixed.diviColumnVector(mixed.sum(1));
      product = mixed.mmul(product);
    }
    INDArray patches =
        product.get(NDArrayIndex.all(), NDArrayIndex.interval(s.prefixTokens(), tokens));
    INDArray row =
        s.pool() == VitShape.Pool.TOKEN
            ? patches.getRow(0)
            : patches
                .get(NDArrayIndex.interval(s.prefixTokens(), tokens), NDArrayIndex.all())
                .mean(0);
    return row.dup().data().asDouble();
  }

  /** How much of each patch arrives, row by row; with the tokens' own shares it adds up to 1. */
  public double[] rollout() {
    return rollout.clone();
  }

  /** Weights of a block, [1, heads, tokens, tokens]. */
  public INDArray weights(int block) {
    return weights.get(block).dup();
  }

  /** The share of weights of a block that are 0: forgotten by a unit, or left out. */
  public double[] forgotten() {
    return weights.stream()
        .mapToDouble(w -> w.eq(0).castTo(DataType.DOUBLE).meanNumber().doubleValue())
        .toArray();
  }

  /**
   * Which keys a head forgets: of each patch, row by row, the share of all tokens that give it no
   * weight at all. Softmax alone forgets none.
   */
  public double[] forgottenKeys(int block, int head) {
    VitShape s = model.shape();
    return weights
        .get(block)
        .slice(0)
        .slice(head)
        .get(NDArrayIndex.all(), NDArrayIndex.interval(s.prefixTokens(), s.tokens()))
        .eq(0)
        .castTo(DataType.DOUBLE)
        .mean(0)
        .dup()
        .data()
        .asDouble();
  }

  /** The image, blue where more tokens forget it: the mean over a block's heads. */
  public Picture forgottenPicture(int block) {
    double[] mean = new double[model.shape().patches()];
    int heads = model.shape().heads();
    for (int h = 0; h < heads; h++) {
      double[] head = forgottenKeys(block, h);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += head[i] / heads;
      }
    }
    return tinted(mean, 1, FORGOTTEN);
  }

  /** The regime of each head of each block. */
  public Explanation regimes() {
    List<Explanation.LayerRegimes> layers = new ArrayList<>();
    for (int b = 0; b < weights.size(); b++) {
      layers.add(
          new Explanation.LayerRegimes(
              1 + b,
              VisionTransformer.block(b),
              model.shape().block() == VitShape.Block.ENCODER
                  ? HopfieldEncoderLayer.class.getSimpleName()
                  : VitBlock.class.getSimpleName(),
              HeadRegime.of(weights.get(b))));
    }
    return new Explanation(layers);
  }

  /** The image, orange where more of it arrives. */
  public Picture rolloutPicture() {
    return lit(rollout);
  }

  /**
   * For JSON: rollout by row of patches, share of zeros by block, of each head of each block the
   * share of tokens that forget each patch, regimes.
   */
  public Map<String, Object> toMap() {
    VitShape s = model.shape();
    List<double[]> rows = new ArrayList<>();
    for (int r = 0; r < s.gridHeight(); r++) {
      rows.add(java.util.Arrays.copyOfRange(rollout, r * s.gridWidth(), (r + 1) * s.gridWidth()));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("image", name);
    fields.put("rollout", rows);
    fields.put("zeroWeights", forgotten());
    List<List<double[]>> keys = new ArrayList<>();
    for (int b = 0; b < weights.size(); b++) {
      List<double[]> heads = new ArrayList<>();
      for (int h = 0; h < s.heads(); h++) {
        heads.add(forgottenKeys(b, h));
      }
      keys.add(heads);
    }
    fields.put("forgottenKeys", keys);
    fields.put("layers", regimes().toList());
    return fields;
  }

  /** A section of a page: the image, the rollout, and what each head of each block looks at. */
  public void addTo(HtmlReport page) {
    page.section(name);
    List<String> labels = new ArrayList<>(List.of("image, rollout"));
    List<Picture[]> rows = new ArrayList<>();
    rows.add(new Picture[] {large, lit(rollout)});
    double[] zeros = forgotten();
    for (int b = 0; b < weights.size(); b++) {
      labels.add(
          zeros[b] > 0
              ? String.format(java.util.Locale.ROOT, "block %d, %.0f%% zero", b + 1, 100 * zeros[b])
              : "block " + (b + 1));
      Picture[] heads = new Picture[model.shape().heads()];
      for (int h = 0; h < heads.length; h++) {
        heads[h] = lit(looks(b, h));
      }
      rows.add(heads);
    }
    List<String> titles = new ArrayList<>();
    for (int h = 1; h <= Math.max(2, model.shape().heads()); h++) {
      titles.add("head " + h);
    }
    page.figure(
        new PictureGrid("", labels, titles, rows),
        "First row: the image as the model sees it, and the rollout over all blocks. Below: the"
            + " weights of each head "
            + (model.shape().pool() == VitShape.Pool.TOKEN
                ? "at the class token."
                : "in the mean over patches.")
            + " Orange is much, within each picture.");
    forgottenFigure().ifPresent(page::figure);
  }

  /**
   * Which keys were forgotten, a row for each block that forgot some: all its heads, then each;
   * none where no weight is 0.
   */
  public Optional<Illustration> forgottenFigure() {
    double[] zeros = forgotten();
    int heads = model.shape().heads();
    List<String> titles = new ArrayList<>(List.of("all heads"));
    for (int h = 1; h <= heads; h++) {
      titles.add("head " + h);
    }
    List<String> labels = new ArrayList<>();
    List<Picture[]> rows = new ArrayList<>();
    for (int b = 0; b < weights.size(); b++) {
      if (zeros[b] > 0) {
        labels.add("block " + (b + 1));
        Picture[] row = new Picture[heads + 1];
        row[0] = forgottenPicture(b);
        for (int h = 0; h < heads; h++) {
          row[h + 1] = tinted(forgottenKeys(b, h), 1, FORGOTTEN);
        }
        rows.add(row);
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Illustration(
                "forgotten",
                new PictureGrid("", labels, titles, rows),
                "Which keys were forgotten: a patch is the bluer, the more of all tokens give it"
                    + " no weight at all; full blue where every token does."));
  }

  /** Weights of the patches, as they are read by a head. */
  private double[] looks(int block, int head) {
    VitShape s = model.shape();
    INDArray rows =
        weights
            .get(block)
            .slice(0)
            .slice(head)
            .castTo(DataType.DOUBLE)
            .get(NDArrayIndex.all(), NDArrayIndex.interval(s.prefixTokens(), s.tokens()));
    INDArray row = s.pool() == VitShape.Pool.TOKEN ? rows.getRow(0) : rows.mean(0);
    return row.dup().data().asDouble();
  }

  private static Picture enlarged(Picture small) {
    int factor = Math.max(1, SIDE / Math.max(small.height(), small.width()));
    int height = small.height() * factor;
    int width = small.width() * factor;
    int[] rgb = new int[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        rgb[y * width + x] = small.pixel(y / factor, x / factor);
      }
    }
    return Picture.colours(rgb, height, width);
  }

  private Picture lit(double[] patches) {
    return tinted(patches, java.util.Arrays.stream(patches).max().orElse(0), MUCH);
  }

  /** The image in half of its light, tinted by so much of the most: seen on black and on white. */
  private Picture tinted(double[] patches, double most, int tint) {
    VitShape s = model.shape();
    int[] rgb = new int[large.height() * large.width()];
    for (int y = 0; y < large.height(); y++) {
      for (int x = 0; x < large.width(); x++) {
        int patch =
            y * s.gridHeight() / large.height() * s.gridWidth() + x * s.gridWidth() / large.width();
        double light = most > 0 ? patches[patch] / most : 0;
        int colour = large.pixel(y, x);
        int r = mixed(colour >> 16 & 0xff, tint >> 16 & 0xff, light);
        int g = mixed(colour >> 8 & 0xff, tint >> 8 & 0xff, light);
        int b = mixed(colour & 0xff, tint & 0xff, light);
        rgb[y * large.width() + x] = r << 16 | g << 8 | b;
      }
    }
    return Picture.colours(rgb, large.height(), large.width());
  }

  private static int mixed(int pixel, int glow, double light) {
    double share = 0.65 * light;
    return (int) Math.round((1 - share) * 0.6 * pixel + share * glow);
  }
}
