package io.github.dl4jhopfield.zoo.report;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** A picture in pixels, for figures. */
public final class Picture {
  private final int height;
  private final int width;
  private final int[] rgb;
  private final boolean ink;

  private Picture(int height, int width, int[] rgb, boolean ink) {
    if (height < 1 || width < 1 || (long) height * width != rgb.length) {
      throw new IllegalArgumentException(
          "expected " + height + " x " + width + " pixels, found " + rgb.length);
    }
    this.height = height;
    this.width = width;
    this.rgb = rgb;
    this.ink = ink;
  }

  /**
   * Ink on paper: values from 0 (paper) to 1 (ink), row by row; values outside are cut off, NaN is
   * paper. In dark pages paper is dark.
   */
  public static Picture ink(double[] values, int height, int width) {
    int[] rgb = new int[values.length];
    for (int i = 0; i < rgb.length; i++) {
      int grey = (int) Math.round(255 * (1 - Math.max(0, Math.min(1, values[i]))));
      rgb[i] = Double.isNaN(values[i]) ? 0xFFFFFF : grey << 16 | grey << 8 | grey;
    }
    return new Picture(height, width, rgb, true);
  }

  /** Colours, each 0xRRGGBB, row by row. */
  public static Picture colours(int[] rgb, int height, int width) {
    return new Picture(height, width, rgb.clone(), false);
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** The colour of a pixel, 0xRRGGBB. */
  public int pixel(int row, int column) {
    return rgb[row * width + column];
  }

  /** An SVG image at a place, its pixels sharp. */
  String image(double x, double y, double shownWidth, double shownHeight) {
    return String.format(
        Locale.ROOT,
        "<image x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" preserveAspectRatio=\"none\"%s"
            + " style=\"image-rendering:pixelated\" href=\"data:image/png;base64,%s\"/>",
        Svg.number(x),
        Svg.number(y),
        Svg.number(shownWidth),
        Svg.number(shownHeight),
        ink ? " class=\"ink-picture\"" : "",
        Base64.getEncoder().encodeToString(png()));
  }

  /** The picture as a PNG file. */
  public byte[] png() {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed, deflater)) {
      for (int r = 0; r < height; r++) {
        out.write(0); // no filter
        for (int c = 0; c < width; c++) {
          int pixel = rgb[r * width + c];
          if (!ink) {
            out.write(pixel >> 16);
            out.write(pixel >> 8);
          }
          out.write(pixel);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      deflater.end();
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    byte[] header = {
      (byte) (width >> 24),
      (byte) (width >> 16),
      (byte) (width >> 8),
      (byte) width,
      (byte) (height >> 24),
      (byte) (height >> 16),
      (byte) (height >> 8),
      (byte) height,
      8, // bits
      (byte) (ink ? 0 : 2), // grey or red, green, blue
      0,
      0,
      0
    };
    chunk(file, "IHDR", header);
    chunk(file, "IDAT", packed.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] data) {
    byte[] name = type.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    CRC32 check = new CRC32();
    check.update(name);
    check.update(data);
    try (DataOutputStream out = new DataOutputStream(file)) {
      out.writeInt(data.length);
      out.write(name);
      out.write(data);
      out.writeInt((int) check.getValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
