package io.github.dl4jhopfield.ops;

import java.util.Map;

/**
 * What was decided about the native ops, and why.
 *
 * @param nativeLoaded whether calls run in libnd4j; else they run in Java
 * @param reason one sentence: why native, or why not
 * @param nd4jVersion the version of nd4j-api found, or "unknown"
 * @param platform operating system and processor, as in the classifier of native jars
 * @param simd instruction set that the native kernels use: "avx512", "avx2", "scalar"; "none" in
 *     Java
 * @param library sha256 of the native library, or "none"
 * @param registeredHashes libnd4j's hash of each registered op by name; empty in Java
 */
public record NativeStatus(
    boolean nativeLoaded,
    String reason,
    String nd4jVersion,
    String platform,
    String simd,
    String library,
    Map<String, Long> registeredHashes) {

  public NativeStatus {
    registeredHashes = Map.copyOf(registeredHashes);
  }
}
