package io.github.dl4jhopfield.zoo.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A picture in pixels for a report.
 *
 * @param name file name without ending
 * @param image drawn at twice the size at which it is shown, so that text stays sharp
 * @param caption what is seen
 */
public record Figure(String name, BufferedImage image, String caption) implements SvgFigure {

  /** The picture as a PNG file. */
  public byte[] png() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public String toSvg() {
    int width = image.getWidth() / 2;
    int height = image.getHeight() / 2;
    return String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1$d %2$d\" width=\"%1$d\""
            + " height=\"%2$d\" role=\"img\"><image width=\"%1$d\" height=\"%2$d\""
            + " href=\"data:image/png;base64,%3$s\"/></svg>",
        width,
        height,
        Base64.getEncoder().encodeToString(png()));
  }
}
