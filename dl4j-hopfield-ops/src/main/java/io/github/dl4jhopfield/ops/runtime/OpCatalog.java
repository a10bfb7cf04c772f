package io.github.dl4jhopfield.ops.runtime;

import io.github.dl4jhopfield.ops.custom.ClassTargets;
import io.github.dl4jhopfield.ops.custom.Conjugate;
import io.github.dl4jhopfield.ops.custom.ConstrainedSparsemax;
import io.github.dl4jhopfield.ops.custom.Dense;
import io.github.dl4jhopfield.ops.custom.Entmax;
import io.github.dl4jhopfield.ops.custom.Entmax15;
import io.github.dl4jhopfield.ops.custom.Gelu;
import io.github.dl4jhopfield.ops.custom.HopfieldAssociation;
import io.github.dl4jhopfield.ops.custom.HopfieldOp;
import io.github.dl4jhopfield.ops.custom.KSubsets;
import io.github.dl4jhopfield.ops.custom.L2Normalize;
import io.github.dl4jhopfield.ops.custom.LayerNorm;
import io.github.dl4jhopfield.ops.custom.MaskedSoftmax;
import io.github.dl4jhopfield.ops.custom.Normmax;
import io.github.dl4jhopfield.ops.custom.PfuUnit;
import io.github.dl4jhopfield.ops.custom.Pooling;
import io.github.dl4jhopfield.ops.custom.ProjectionOp;
import io.github.dl4jhopfield.ops.custom.ReluUnit;
import io.github.dl4jhopfield.ops.custom.Retrieve;
import io.github.dl4jhopfield.ops.custom.SequentialKSubsets;
import io.github.dl4jhopfield.ops.custom.Sparsemax;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.CustomOpDescriptor;

/**
 * The ops of this library by their libnd4j names: how to make one, and the hash under which libnd4j
 * and saved graphs know it.
 */
public final class OpCatalog {
  private static final Map<String, Supplier<HopfieldOp>> OPS = new LinkedHashMap<>();
  private static final Map<String, CustomOpDescriptor> DESCRIPTORS = new LinkedHashMap<>();

  private static final Map<String, GraphOp> GRAPH_OPS = new LinkedHashMap<>();

  private interface GraphOp {
    HopfieldOp create(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs);
  }

  static {
    add(MaskedSoftmax::new, MaskedSoftmax::new);
    add(MaskedSoftmax.Bp::new, MaskedSoftmax.Bp::new);
    add(Sparsemax::new, Sparsemax::new);
    add(Sparsemax.Bp::new, Sparsemax.Bp::new);
    add(Entmax15::new, Entmax15::new);
    add(Entmax15.Bp::new, Entmax15.Bp::new);
    add(Entmax::new, Entmax::new);
    add(Entmax.Bp::new, Entmax.Bp::new);
    add(Normmax::new, Normmax::new);
    add(Normmax.Bp::new, Normmax.Bp::new);
    add(KSubsets::new, KSubsets::new);
    add(KSubsets.Bp::new, KSubsets.Bp::new);
    add(ConstrainedSparsemax::new, ConstrainedSparsemax::new);
    add(ConstrainedSparsemax.Bp::new, ConstrainedSparsemax.Bp::new);
    add(SequentialKSubsets::new, SequentialKSubsets::new);
    add(SequentialKSubsets.Bp::new, SequentialKSubsets.Bp::new);
    add(Gelu::new, Gelu::new);
    add(Gelu.Bp::new, Gelu.Bp::new);
    add(LayerNorm::new, LayerNorm::new);
    add(LayerNorm.Bp::new, LayerNorm.Bp::new);
    add(L2Normalize::new, L2Normalize::new);
    add(L2Normalize.Bp::new, L2Normalize.Bp::new);
    add(Conjugate::new, Conjugate::new);
    add(ReluUnit::new, ReluUnit::new);
    add(ReluUnit.Bp::new, ReluUnit.Bp::new);
    add(PfuUnit::new, PfuUnit::new);
    add(PfuUnit.Bp::new, PfuUnit.Bp::new);
    add(ClassTargets::new, ClassTargets::new);
    add(HopfieldAssociation::new, HopfieldAssociation::new);
    add(HopfieldAssociation.Bp::new, HopfieldAssociation.Bp::new);
    add(Retrieve::new, Retrieve::new);
    add(ProjectionOp::new, ProjectionOp::new);
    add(ProjectionOp.Bp::new, ProjectionOp.Bp::new);
    add(Pooling::new, Pooling::new);
    add(Pooling.Bp::new, Pooling.Bp::new);
    add(Dense::new, Dense::new);
  }

  private OpCatalog() {}

  private static void add(Supplier<HopfieldOp> op, GraphOp graphOp) {
    String name = op.get().opName();
    OPS.put(name, op);
    GRAPH_OPS.put(name, graphOp);
    // -2: any number of inputs and outputs, -1: any number of arguments; the op classes check them
    DESCRIPTORS.put(
        name,
        CustomOpDescriptor.builder()
            .hash(libnd4jHash(name))
            .numInputs(-2)
            .numOutputs(-2)
            .numTArgs(-1)
            .numIArgs(-1)
            .build());
  }

  /** Names in libnd4j. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(OPS.keySet());
  }

  /** A new op without arguments, or null where the name is not ours. */
  public static HopfieldOp create(String name) {
    Supplier<HopfieldOp> op = OPS.get(name);
    return op == null ? null : op.get();
  }

  /** An op connected in a graph. */
  public static HopfieldOp inGraph(
      String name, SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    return GRAPH_OPS.get(name).create(sameDiff, inputs, iArgs, tArgs);
  }

  public static CustomOpDescriptor descriptor(String name) {
    return DESCRIPTORS.get(name);
  }

  static Map<String, CustomOpDescriptor> descriptors() {
    return Collections.unmodifiableMap(DESCRIPTORS);
  }

  /** The number that stands for the op in libnd4j and in files that SameDiff saves. */
  public static long hash(String name) {
    return DESCRIPTORS.get(name).getHash();
  }

  /**
   * libnd4j's 64-bit hash of an op name. It must be known without libnd4j too, because saved graphs
   * hold it; on registration the native side reports its own, and a difference switches the native
   * path off.
   */
  public static long libnd4jHash(String name) {
    long h = 0xBB40E64DA205B064L;
    for (int i = 0; i < name.length(); i++) {
      h = (h * 7664345821815920749L) ^ HashTable.BYTES[name.charAt(i) & 0xff];
      h = (h * 7664345821815920749L) ^ HashTable.BYTES[name.charAt(i) >>> 8 & 0xff];
    }
    return h;
  }

  private static final class HashTable {
    static final long[] BYTES = new long[256];

    static {
      long h = 0x544B2FBACAAF1684L;
      for (int j = 0; j < 256; j++) {
        for (int i = 0; i < 31; i++) {
          h = (h >>> 7) ^ h;
          h = (h << 11) ^ h;
          h = (h >>> 10) ^ h;
        }
        BYTES[j] = h;
      }
    }
  }
}
