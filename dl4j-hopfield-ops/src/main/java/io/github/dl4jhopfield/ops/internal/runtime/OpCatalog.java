package io.github.dl4jhopfield.ops.internal.runtime;

import io.github.dl4jhopfield.ops.internal.ClassTargets;
import io.github.dl4jhopfield.ops.internal.Conjugate;
import io.github.dl4jhopfield.ops.internal.ConstrainedSparsemax;
import io.github.dl4jhopfield.ops.internal.Dense;
import io.github.dl4jhopfield.ops.internal.Entmax;
import io.github.dl4jhopfield.ops.internal.Entmax15;
import io.github.dl4jhopfield.ops.internal.Gelu;
import io.github.dl4jhopfield.ops.internal.HopfieldAssociation;
import io.github.dl4jhopfield.ops.internal.HopfieldOp;
import io.github.dl4jhopfield.ops.internal.KSubsets;
import io.github.dl4jhopfield.ops.internal.L2Normalize;
import io.github.dl4jhopfield.ops.internal.LayerNorm;
import io.github.dl4jhopfield.ops.internal.MaskedSoftmax;
import io.github.dl4jhopfield.ops.internal.Normmax;
import io.github.dl4jhopfield.ops.internal.PfuUnit;
import io.github.dl4jhopfield.ops.internal.Pooling;
import io.github.dl4jhopfield.ops.internal.ProjectionOp;
import io.github.dl4jhopfield.ops.internal.ReluUnit;
import io.github.dl4jhopfield.ops.internal.Retrieve;
import io.github.dl4jhopfield.ops.internal.SequenceEmbedding;
import io.github.dl4jhopfield.ops.internal.SequentialKSubsets;
import io.github.dl4jhopfield.ops.internal.Softmax1;
import io.github.dl4jhopfield.ops.internal.Sparsemax;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ops.CustomOpDescriptor;

/** The ops of this library by their libnd4j names: how to make one, and what ND4J asks of it. */
public final class OpCatalog {
  private static final Map<String, Supplier<HopfieldOp>> OPS = new LinkedHashMap<>();
  private static final Map<String, CustomOpDescriptor> DESCRIPTORS = new LinkedHashMap<>();

  static {
    add(MaskedSoftmax::new);
    add(MaskedSoftmax.Bp::new);
    add(Softmax1::new);
    add(Softmax1.Bp::new);
    add(Sparsemax::new);
    add(Sparsemax.Bp::new);
    add(Entmax15::new);
    add(Entmax15.Bp::new);
    add(Entmax::new);
    add(Entmax.Bp::new);
    add(Normmax::new);
    add(Normmax.Bp::new);
    add(KSubsets::new);
    add(KSubsets.Bp::new);
    add(ConstrainedSparsemax::new);
    add(ConstrainedSparsemax.Bp::new);
    add(SequentialKSubsets::new);
    add(SequentialKSubsets.Bp::new);
    add(Gelu::new);
    add(Gelu.Bp::new);
    add(LayerNorm::new);
    add(LayerNorm.Bp::new);
    add(L2Normalize::new);
    add(L2Normalize.Bp::new);
    add(Conjugate::new);
    add(ReluUnit::new);
    add(ReluUnit.Bp::new);
    add(PfuUnit::new);
    add(PfuUnit.Bp::new);
    add(ClassTargets::new);
    add(HopfieldAssociation::new);
    add(HopfieldAssociation.Bp::new);
    add(Retrieve::new);
    add(ProjectionOp::new);
    add(ProjectionOp.Bp::new);
    add(Pooling::new);
    add(Pooling.Bp::new);
    add(Dense::new);
    add(SequenceEmbedding::new);
    add(SequenceEmbedding.Bp::new);
  }

  private OpCatalog() {}

  private static void add(Supplier<HopfieldOp> op) {
    HopfieldOp example = op.get();
    OPS.put(example.opName(), op);
    DESCRIPTORS.put(example.opName(), example.getDescriptor());
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

  /** What ND4J asks for each op, by name. */
  static Map<String, CustomOpDescriptor> descriptors() {
    return Collections.unmodifiableMap(DESCRIPTORS);
  }
}
