package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonIgnoreProperties;
import org.nd4j.shade.jackson.annotation.JsonInclude;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What a Vision Transformer is made of; immutable. {@link #builder()}, or one of the published
 * sizes: {@link #tiny()}, {@link #small()}, {@link #base()}, {@link #large()} (patches of 16,
 * images of 224, 1,000 classes).
 *
 * <p>Source: Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, table 1; Touvron et al.,
 * Training data-efficient image transformers, 2021 (Tiny and Small); options in timm's words.
 */
@JsonIgnoreProperties(ignoreUnknown = false)
public final class VitShape {
  /** How the tokens become one vector. */
  public enum Pool {
    /** The class token, after the last layer norm. */
    TOKEN,
    /**
     * The mean of the patches' tokens (not of learned ones), then a layer norm (timm's fc_norm).
     */
    AVG
  }

  /** What a block is. */
  public enum Block {
    /** {@link VitBlock}: normalised before each part, timm's and torchvision's. */
    VIT,
    /**
     * {@link io.github.dl4jhopfield.layers.HopfieldEncoderLayer}: normalised after each residual,
     * with hflayers' norms of patterns, relu; no weights of others fit.
     */
    ENCODER
  }

  private final Parts parts;

  private VitShape(Parts parts) {
    this.parts = parts;
    if (parts.hidden == 0) {
      parts.hidden = 4 * parts.width;
    }
    parts.check();
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static VitShape of(Parts parts) {
    return new VitShape(parts);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw wrong(name + " of at least " + least, value);
    }
  }

  private static IllegalArgumentException wrong(String expected, Object found) {
    return new IllegalArgumentException(
        "VisionTransformer: expected " + expected + ", found " + found);
  }

  /** ViT-Ti/16: width 192, 12 blocks, 3 heads. */
  public static VitShape tiny() {
    return builder().width(192).heads(3).build();
  }

  /** ViT-S/16: width 384, 12 blocks, 6 heads. */
  public static VitShape small() {
    return builder().width(384).heads(6).build();
  }

  /** ViT-B/16: width 768, 12 blocks, 12 heads. */
  public static VitShape base() {
    return builder().build();
  }

  /** ViT-L/16: width 1,024, 24 blocks, 16 heads. */
  public static VitShape large() {
    return builder().width(1024).depth(24).heads(16).build();
  }

  /** Base/16. */
  public static Builder builder() {
    return new Builder(new Parts());
  }

  /** A builder with everything as here. */
  public Builder toBuilder() {
    return new Builder(parts.copy());
  }

  /** Learned tokens before the patches. */
  public int prefixTokens() {
    return (parts.classToken ? 1 : 0) + parts.registers;
  }

  /** Patches in a column. */
  public int gridHeight() {
    return parts.imageHeight / parts.patchHeight;
  }

  /** Patches in a row. */
  public int gridWidth() {
    return parts.imageWidth / parts.patchWidth;
  }

  /** Patches of an image. */
  public int patches() {
    return gridHeight() * gridWidth();
  }

  /** All tokens. */
  public int tokens() {
    return prefixTokens() + patches();
  }

  /** Tokens that have a learned position. */
  public int positions() {
    return parts.prefixPositions ? tokens() : patches();
  }

  /** Width of a head. */
  public int headWidth() {
    return parts.width / parts.heads;
  }

  /** The same with the options of one block, from 0, for all of them. */
  VitShape ofBlock(int number) {
    if (units().isEmpty()
        && separations().isEmpty()
        && betas().isEmpty()
        && updateStepsOfBlocks().isEmpty()) {
      return this;
    }
    return toBuilder()
        .unit(unit(number))
        .separation(separation(number))
        .beta(beta(number))
        .updateSteps(updateSteps(number))
        .units(List.of())
        .separations(List.of())
        .betas(List.of())
        .updateStepsOfBlocks(List.of())
        .build();
  }

  /** Lagrangian unit of a block, from 0. */
  public LagrangianUnit unit(int block) {
    return parts.units.isEmpty() ? parts.unit : parts.units.get(block);
  }

  /** Separation of a block, from 0. */
  public Separation separation(int block) {
    return parts.separations.isEmpty() ? parts.separation : parts.separations.get(block);
  }

  /** Inverse temperature of a block, from 0; 0: 1 / sqrt of a head's width. */
  public double beta(int block) {
    return parts.betas.isEmpty() ? parts.beta : parts.betas.get(block);
  }

  /** Update steps of a block, from 0. */
  public int updateSteps(int block) {
    return parts.updateStepsOfBlocks.isEmpty()
        ? parts.updateSteps
        : parts.updateStepsOfBlocks.get(block);
  }

  /** The inverse temperature that is used where blocks have none of their own. */
  public double effectiveBeta() {
    return parts.beta == 0 ? Association.defaultBeta(headWidth()) : parts.beta;
  }

  /** Height of an image in pixels. */
  @JsonProperty
  public int imageHeight() {
    return parts.imageHeight;
  }

  /** Width of an image in pixels. */
  @JsonProperty
  public int imageWidth() {
    return parts.imageWidth;
  }

  /** Height of a patch. */
  @JsonProperty
  public int patchHeight() {
    return parts.patchHeight;
  }

  /** Width of a patch. */
  @JsonProperty
  public int patchWidth() {
    return parts.patchWidth;
  }

  /** Channels of an image. */
  @JsonProperty
  public int channels() {
    return parts.channels;
  }

  /** Numbers of a token. */
  @JsonProperty
  public int width() {
    return parts.width;
  }

  /** Blocks. */
  @JsonProperty
  public int depth() {
    return parts.depth;
  }

  /** Heads of a block. */
  @JsonProperty
  public int heads() {
    return parts.heads;
  }

  /** Width of the feed-forward part. */
  @JsonProperty
  public int hidden() {
    return parts.hidden;
  }

  /** Classes. */
  @JsonProperty
  public int classes() {
    return parts.classes;
  }

  /** Whether there is a class token. */
  @JsonProperty
  public boolean classToken() {
    return parts.classToken;
  }

  /** Further learned tokens. */
  @JsonProperty
  public int registers() {
    return parts.registers;
  }

  /** Whether learned tokens have positions too. */
  @JsonProperty
  public boolean prefixPositions() {
    return parts.prefixPositions;
  }

  /** How tokens become one vector. */
  @JsonProperty
  public Pool pool() {
    return parts.pool;
  }

  /** Whether tokens are normalised before the first block. */
  @JsonProperty
  public boolean preNorm() {
    return parts.preNorm;
  }

  /** Whether each residual is scaled by learned numbers. */
  @JsonProperty
  public boolean layerScale() {
    return parts.layerScale;
  }

  /** Whether queries, keys and values have biases. */
  @JsonProperty
  public boolean qkvBias() {
    return parts.qkvBias;
  }

  /** Of the layer norms. */
  @JsonProperty
  public double eps() {
    return parts.eps;
  }

  /** Of the feed-forward part and of the association's output, in training. */
  @JsonProperty
  public double dropout() {
    return parts.dropout;
  }

  /** Probability to leave out the last block's residuals in training; from 0 at the first on. */
  @JsonProperty
  public double stochasticDepth() {
    return parts.stochasticDepth;
  }

  /** Of the association. */
  @JsonProperty
  public Separation separation() {
    return parts.separation;
  }

  /** Lagrangian unit on the scores: none, ReLU or PFU (learning with partial forgetting). */
  @JsonProperty
  public LagrangianUnit unit() {
    return parts.unit;
  }

  /** Inverse temperature; 0: 1 / sqrt of a head's width. */
  @JsonProperty
  public double beta() {
    return parts.beta;
  }

  /** Update steps of the association. */
  @JsonProperty
  public int updateSteps() {
    return parts.updateSteps;
  }

  /** Units of the blocks, one each; empty where they have no one of their own. */
  @JsonProperty
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public List<LagrangianUnit> units() {
    return parts.units;
  }

  /** Separations of the blocks, one each; empty where they have no one of their own. */
  @JsonProperty
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public List<Separation> separations() {
    return parts.separations;
  }

  /** Inverse temperatures of the blocks, one each; empty where they have no one of their own. */
  @JsonProperty
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public List<Double> betas() {
    return parts.betas;
  }

  /** Update steps of the blocks, one each; empty where they have no one of their own. */
  @JsonProperty
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public List<Integer> updateStepsOfBlocks() {
    return parts.updateStepsOfBlocks;
  }

  /** What a block is. */
  @JsonProperty
  public Block block() {
    return parts.block;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VitShape shape && toString().equals(shape.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    return parts.toString();
  }

  /** The parts, as a builder sets them and as they are saved. */
  @JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
  @JsonIgnoreProperties(ignoreUnknown = false)
  private static final class Parts implements Cloneable {
    private int imageHeight = 224;
    private int imageWidth = 224;
    private int patchHeight = 16;
    private int patchWidth = 16;
    private int channels = 3;
    private int width = 768;
    private int depth = 12;
    private int heads = 12;
    private int hidden;
    private int classes = 1000;
    private boolean classToken = true;
    private int registers;
    private boolean prefixPositions = true;
    private Pool pool = Pool.TOKEN;
    private boolean preNorm;
    private boolean layerScale;
    private boolean qkvBias = true;
    private double eps = 1e-6;
    private double dropout;
    private double stochasticDepth;
    private Separation separation = Separation.softmax();
    private LagrangianUnit unit = LagrangianUnit.none();
    private double beta;
    private int updateSteps;
    private List<LagrangianUnit> units = List.of();
    private List<Separation> separations = List.of();
    private List<Double> betas = List.of();
    private List<Integer> updateStepsOfBlocks = List.of();
    private Block block = Block.VIT;

    void check() {
      Objects.requireNonNull(block, "block");
      ofEachBlock("units", units);
      ofEachBlock("separations", separations);
      ofEachBlock("betas", betas);
      ofEachBlock("updateStepsOfBlocks", updateStepsOfBlocks);
      updateStepsOfBlocks.forEach(steps -> atLeast("updateStepsOfBlocks", steps, 0));
      betas.forEach(Parts::checkBeta);
      if (block == Block.ENCODER && (layerScale || stochasticDepth > 0 || !qkvBias)) {
        throw wrong(
            "of the block encoder neither layer scale nor stochastic depth, and biases",
            "layer scale "
                + layerScale
                + ", stochastic depth "
                + stochasticDepth
                + ", qkv bias "
                + qkvBias);
      }
      Objects.requireNonNull(pool, "pool");
      Objects.requireNonNull(separation, "separation");
      Objects.requireNonNull(unit, "unit");
      atLeast("image height", imageHeight, 1);
      atLeast("image width", imageWidth, 1);
      atLeast("patch height", patchHeight, 1);
      atLeast("patch width", patchWidth, 1);
      atLeast("channels", channels, 1);
      atLeast("width", width, 1);
      atLeast("depth", depth, 1);
      atLeast("heads", heads, 1);
      atLeast("hidden", hidden, 1);
      atLeast("classes", classes, 1);
      atLeast("registers", registers, 0);
      atLeast("updateSteps", updateSteps, 0);
      if (imageHeight % patchHeight != 0 || imageWidth % patchWidth != 0) {
        throw wrong(
            "an image that is cut into patches of "
                + patchHeight
                + "x"
                + patchWidth
                + " without a rest",
            imageHeight + "x" + imageWidth);
      }
      if (width % heads != 0) {
        throw wrong("a width that is a multiple of its " + heads + " heads", width);
      }
      if (pool == Pool.TOKEN && !classToken) {
        throw wrong("a class token for pool = token", "none; pool = avg needs none");
      }
      if (!(eps > 0) || !(dropout >= 0 && dropout < 1)) {
        throw wrong("eps above 0 and dropout from 0 to below 1", eps + " and " + dropout);
      }
      if (!(stochasticDepth >= 0 && stochasticDepth < 1)) {
        throw wrong("stochasticDepth from 0 to below 1", stochasticDepth);
      }
      checkBeta(beta);
    }

    private static void checkBeta(double beta) {
      if (!(beta >= 0) || Double.isInfinite(beta)) {
        throw wrong("beta of 0 (1 / sqrt of a head's width) or more", beta);
      }
    }

    private void ofEachBlock(String name, List<?> values) {
      if (!values.isEmpty() && values.size() != depth) {
        throw wrong(name + " for each of " + depth + " blocks, or none", values.size());
      }
    }

    Parts copy() {
      try {
        return (Parts) clone();
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public String toString() {
      return String.format(
          java.util.Locale.ROOT,
          "ViT image %dx%dx%d, patch %dx%d, width %d, depth %d, heads %d, hidden %d, classes %d, class"
              + " token %s, registers %d, prefix positions %s, pool %s, pre-norm %s, layer scale %s,"
              + " qkv bias %s, eps %s, dropout %s, stochastic depth %s, separation %s, unit %s, beta"
              + " %s, update steps %s, %s blocks",
          channels,
          imageHeight,
          imageWidth,
          patchHeight,
          patchWidth,
          width,
          depth,
          heads,
          hidden,
          classes,
          classToken,
          registers,
          prefixPositions,
          pool,
          preNorm,
          layerScale,
          qkvBias,
          eps,
          dropout,
          stochasticDepth,
          separations.isEmpty() ? separation : separations,
          units.isEmpty() ? unit : units,
          betas.isEmpty() ? beta : betas,
          updateStepsOfBlocks.isEmpty() ? updateSteps : updateStepsOfBlocks,
          block.name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  /** Builder of {@link VitShape}; starts as Base/16. */
  public static final class Builder {
    private final Parts parts;

    private Builder(Parts parts) {
      this.parts = parts;
    }

    /** Size of images in pixels. */
    public Builder image(int height, int width) {
      parts.imageHeight = height;
      parts.imageWidth = width;
      return this;
    }

    /** Size of patches in pixels. */
    public Builder patch(int height, int width) {
      parts.patchHeight = height;
      parts.patchWidth = width;
      return this;
    }

    /** Channels of an image. */
    public Builder channels(int channels) {
      parts.channels = channels;
      return this;
    }

    /** Numbers of a token. */
    public Builder width(int width) {
      parts.width = width;
      return this;
    }

    /** Blocks. */
    public Builder depth(int depth) {
      parts.depth = depth;
      return this;
    }

    /** Heads of a block. */
    public Builder heads(int heads) {
      parts.heads = heads;
      return this;
    }

    /** Width of the feed-forward part; 0: four times the width. */
    public Builder hidden(int hidden) {
      parts.hidden = hidden;
      return this;
    }

    /** Classes. */
    public Builder classes(int classes) {
      parts.classes = classes;
      return this;
    }

    /** Whether there is a class token. */
    public Builder classToken(boolean classToken) {
      parts.classToken = classToken;
      return this;
    }

    /** Learned tokens after the class token. */
    public Builder registers(int registers) {
      parts.registers = registers;
      return this;
    }

    /** Whether learned tokens have positions too (timm's no_embed_class is the opposite). */
    public Builder prefixPositions(boolean prefixPositions) {
      parts.prefixPositions = prefixPositions;
      return this;
    }

    /** How tokens become one vector. */
    public Builder pool(Pool pool) {
      parts.pool = pool;
      return this;
    }

    /** Whether tokens are normalised before the first block. */
    public Builder preNorm(boolean preNorm) {
      parts.preNorm = preNorm;
      return this;
    }

    /** Whether each residual is scaled by learned numbers (Touvron et al., CaiT, 2021). */
    public Builder layerScale(boolean layerScale) {
      parts.layerScale = layerScale;
      return this;
    }

    /** Whether queries, keys and values have biases. */
    public Builder qkvBias(boolean qkvBias) {
      parts.qkvBias = qkvBias;
      return this;
    }

    /** Of the layer norms. */
    public Builder eps(double eps) {
      parts.eps = eps;
      return this;
    }

    /** Of the feed-forward part and of the association's output, in training. */
    public Builder dropout(double dropout) {
      parts.dropout = dropout;
      return this;
    }

    /** Probability to leave out the last block's residuals in training; from 0 at the first on. */
    public Builder stochasticDepth(double stochasticDepth) {
      parts.stochasticDepth = stochasticDepth;
      return this;
    }

    /** Of the association. */
    public Builder separation(Separation separation) {
      parts.separation = separation;
      return this;
    }

    /** Lagrangian unit on the scores. */
    public Builder unit(LagrangianUnit unit) {
      parts.unit = unit;
      return this;
    }

    /** Inverse temperature; 0: 1 / sqrt of a head's width. */
    public Builder beta(double beta) {
      parts.beta = beta;
      return this;
    }

    /** Update steps of the association. */
    public Builder updateSteps(int updateSteps) {
      parts.updateSteps = updateSteps;
      return this;
    }

    /** A Lagrangian unit for each block; none: {@link #unit} for all. */
    public Builder units(List<LagrangianUnit> units) {
      parts.units = List.copyOf(units);
      return this;
    }

    /**
     * Lagrangian units by name.
     *
     * @param names {@code none}, {@code relu} or {@code pfu}: one for all blocks, or one for each,
     *     separated by commas
     * @param sigma of the noise of the pfu's threshold in training
     * @throws IllegalArgumentException for other names
     */
    public Builder units(String names, double sigma) {
      List<LagrangianUnit> units =
          Arrays.stream(names.split(",", -1))
              .map(
                  name -> {
                    if (!AssociationTexts.units().contains(name.strip())) {
                      throw wrong("a unit none, relu or pfu", '"' + name + '"');
                    }
                    return AssociationTexts.unit(name.strip(), sigma);
                  })
              .toList();
      return units.size() == 1 ? unit(units.get(0)).units(List.of()) : units(units);
    }

    /** A separation for each block; none: {@link #separation} for all. */
    public Builder separations(List<Separation> separations) {
      parts.separations = List.copyOf(separations);
      return this;
    }

    /** An inverse temperature for each block; none: {@link #beta} for all. */
    public Builder betas(List<Double> betas) {
      parts.betas = List.copyOf(betas);
      return this;
    }

    /** Update steps for each block; none: {@link #updateSteps} for all. */
    public Builder updateStepsOfBlocks(List<Integer> steps) {
      parts.updateStepsOfBlocks = List.copyOf(steps);
      return this;
    }

    /** What a block is. */
    public Builder block(Block block) {
      parts.block = block;
      return this;
    }

    /**
     * The shape.
     *
     * @throws IllegalArgumentException if its parts don't fit
     */
    public VitShape build() {
      return new VitShape(parts.copy());
    }
  }
}
