package io.github.dl4jhopfield.ops.internal.runtime;

import java.util.Locale;
import java.util.Optional;

/** The ways to choose between native and Java, described in {@code NativeOps}. */
enum NativeMode {
  AUTO,
  REQUIRE,
  OFF;

  /**
   * The chosen mode.
   *
   * @throws IllegalArgumentException for another word than auto, require and off
   */
  static NativeMode chosen() {
    String word =
        Optional.ofNullable(System.getProperty("dl4jhopfield.native"))
            .or(() -> Optional.ofNullable(System.getenv("DL4JHOPFIELD_NATIVE")))
            .orElse("auto");
    return switch (word.trim().toLowerCase(Locale.ROOT)) {
      case "auto", "" -> AUTO;
      case "require" -> REQUIRE;
      case "off" -> OFF;
      default ->
          throw new IllegalArgumentException(
              "-Ddl4jhopfield.native: expected auto, require or off, found " + word);
    };
  }
}
