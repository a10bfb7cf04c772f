package io.github.dl4jhopfield.zoo.vision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What is done to an image before a pretrained model sees it, as timm's {@code config.json} beside
 * the weights says: the image's shorter edge is resized, its middle is cut out, and of each
 * channel, scaled to 0 to 1, the mean is taken off and the rest divided by the standard deviation.
 * Weights with another preprocessing than their own predict noticeably worse and nothing fails, so
 * nothing here has a default.
 *
 * @param mean of each channel
 * @param std of each channel
 * @param interpolation {@code bicubic}, {@code bilinear}, {@code nearest}, {@code lanczos}...
 * @param cropPct share of the resized edge that is cut out, above 0
 * @param cropMode {@code center}, {@code squash} or {@code border}
 * @param height of what the model sees
 * @param width of what the model sees
 */
@com.fasterxml.jackson.annotation.JsonIgnoreProperties(ignoreUnknown = true)
public record Preprocessing(
    double[] mean,
    double[] std,
    String interpolation,
    double cropPct,
    String cropMode,
    int height,
    int width) {
  private static final long MAX_BYTES = 8L << 20;
  private static final Set<String> INTERPOLATIONS =
      Set.of("bicubic", "bilinear", "nearest", "lanczos", "box", "hamming", "random");
  private static final Set<String> CROP_MODES = Set.of("center", "squash", "border");
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  /** The same for images of another size. */
  public Preprocessing withSize(int newHeight, int newWidth) {
    return new Preprocessing(mean, std, interpolation, cropPct, cropMode, newHeight, newWidth);
  }

  /**
   * The filter of {@link #interpolation()}.
   *
   * @throws IllegalArgumentException where it is {@code random}, which is for training
   */
  Resampling filter() {
    if (interpolation.equals("random")) {
      throw new IllegalArgumentException(
          "interpolation: expected one filter to predict with, found random; give the config.json"
              + " another, such as bicubic");
    }
    return Resampling.valueOf(interpolation.toUpperCase(java.util.Locale.ROOT));
  }

  /** Length of the shorter edge to which an image is resized, as timm rounds it. */
  public int resizeShortEdge() {
    return (int) Math.floor(Math.min(height, width) / cropPct);
  }

  /**
   * Reads a {@code config.json} of timm.
   *
   * @throws DataFormatException if it is no such file, or lacks anything of the preprocessing
   */
  public static Preprocessing read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw bad(file, "at most " + MAX_BYTES + " bytes", Files.size(file) + "");
    }
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw bad(file, "JSON", e.getOriginalMessage());
    }
    JsonNode config = root.has("pretrained_cfg") ? root.path("pretrained_cfg") : root;
    JsonNode size = config.path("input_size");
    if (!size.isArray() || size.size() != 3) {
      throw bad(file, "input_size of channels, height and width", shown(size));
    }
    int channels = positive(file, "input_size", size.path(0));
    String interpolation = text(file, config, "interpolation", INTERPOLATIONS);
    JsonNode crop = config.path("crop_pct");
    if (!crop.isNumber() || !(crop.doubleValue() > 0) || !(crop.doubleValue() <= 16)) {
      throw bad(file, "a number above 0 as crop_pct", shown(crop));
    }
    String mode = config.has("crop_mode") ? text(file, config, "crop_mode", CROP_MODES) : "center";
    double[] std = channels(file, config, "std", channels);
    for (double value : std) {
      if (value <= 0) {
        throw bad(file, "standard deviations above 0", shown(config.path("std")));
      }
    }
    return new Preprocessing(
        channels(file, config, "mean", channels),
        std,
        interpolation,
        crop.doubleValue(),
        mode,
        positive(file, "input_size", size.path(1)),
        positive(file, "input_size", size.path(2)));
  }

  private static int positive(Path file, String name, JsonNode value) {
    if (!value.isInt() || value.intValue() < 1) {
      throw bad(file, "whole numbers of 1 or more in " + name, shown(value));
    }
    return value.intValue();
  }

  private static String text(Path file, JsonNode config, String name, Set<String> known) {
    JsonNode value = config.path(name);
    if (!value.isTextual() || !known.contains(value.textValue())) {
      throw bad(file, name + " of " + known.stream().sorted().toList(), shown(value));
    }
    return value.textValue();
  }

  private static double[] channels(Path file, JsonNode config, String name, int channels) {
    JsonNode values = config.path(name);
    double[] numbers = new double[channels];
    boolean legal = values.isArray() && values.size() == channels;
    for (int i = 0; legal && i < channels; i++) {
      legal = values.path(i).isNumber() && Double.isFinite(values.path(i).doubleValue());
      numbers[i] = values.path(i).doubleValue();
    }
    if (!legal) {
      throw bad(file, channels + " numbers as " + name + ", one a channel", shown(values));
    }
    return numbers;
  }

  private static String shown(JsonNode value) {
    String text = value.isMissingNode() ? "none" : value.toString();
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }

  private static DataFormatException bad(Path file, String expected, String found) {
    return new DataFormatException(file.toString(), 0, expected, found);
  }
}
