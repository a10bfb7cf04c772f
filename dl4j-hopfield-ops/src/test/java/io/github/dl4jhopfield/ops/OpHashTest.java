package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.ops.internal.OpHash;
import io.github.dl4jhopfield.ops.internal.runtime.OpCatalog;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ops.CustomOpDescriptor;
import org.nd4j.linalg.factory.Nd4j;

class OpHashTest {
  @Test
  void everyOpIsKnownToNd4jUnderItsName() {
    Map<String, CustomOpDescriptor> known = Nd4j.getExecutioner().getCustomOperations();
    assertThat(known).containsKeys(OpCatalog.names().toArray(new String[0]));
    assertThat(known).containsKeys("softmax", "matmul");
  }

  @Test
  void hashesInJavaAreThoseOfLibnd4j() {
    Map<String, CustomOpDescriptor> known = Nd4j.getExecutioner().getCustomOperations();
    for (String name : new String[] {"softmax", "matmul", "layer_norm", "softmax_bp"}) {
      assertThat(OpHash.of(name)).as(name).isEqualTo(known.get(name).getHash());
    }
  }
}
