package io.github.dl4jhopfield.ops.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.ops.HopfieldOps;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays of one shape share its description, however many shapes there are. */
class ShapeBuffersTest {
  @Test
  void arraysShareTheDescriptionOfARareShape() {
    HopfieldOps.initialize();
    for (int i = 1; i <= 1_100; i++) {
      Nd4j.create(DataType.FLOAT, 1, 3, i); // ND4J itself keeps 1,000
    }
    INDArray one = Nd4j.create(DataType.FLOAT, 1, 5, 1_777);
    INDArray other = Nd4j.create(DataType.FLOAT, 1, 5, 1_777);
    assertThat(other.shapeInfoDataBuffer()).isSameAs(one.shapeInfoDataBuffer());
    assertThat(other.shape()).containsExactly(1, 5, 1_777);

    INDArray column = Nd4j.create(DataType.FLOAT, new long[] {1, 5, 1_777}, 'f');
    INDArray doubles = Nd4j.create(DataType.DOUBLE, 1, 5, 1_777);
    assertThat(column.ordering()).isEqualTo('f');
    assertThat(column.stride()).containsExactly(1, 1, 5);
    assertThat(doubles.dataType()).isEqualTo(DataType.DOUBLE);
    assertThat(one.addi(1).sumNumber().doubleValue()).isEqualTo(5 * 1_777);
    assertThat(column.addi(one).sumNumber().doubleValue()).isEqualTo(5 * 1_777);
  }

  @Test
  void whateverMakesADescriptionTellsItApart() {
    ShapeBuffers buffers = new ShapeBuffers();
    AtomicInteger made = new AtomicInteger();
    Set<Integer> lengths = new HashSet<>();
    long[][] shapes = {{2, 3}, {3, 2}, {6}, {2, 3, 1}};
    for (int round = 0; round < 2; round++) {
      for (long[] shape : shapes) {
        long[] stride = new long[shape.length];
        for (char order : new char[] {'c', 'f'}) {
          for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            for (long elementStride : new long[] {1, 2}) {
              for (long extras : new long[] {0, 16}) {
                DataBuffer buffer =
                    buffers.get(
                        shape,
                        stride,
                        elementStride,
                        order,
                        type,
                        extras,
                        () -> Nd4j.createBuffer(new int[] {made.incrementAndGet()}));
                lengths.add(buffer.getInt(0));
              }
            }
          }
        }
      }
      assertThat(made).hasValue(shapes.length * 16);
    }
    assertThat(lengths).hasSize(shapes.length * 16);
  }

  @Test
  void thereAreNeverMoreThanTheMost() {
    ShapeBuffers buffers = new ShapeBuffers();
    DataBuffer same = Nd4j.createBuffer(new int[] {1});
    int most = 0;
    for (int i = 0; i < 2 * ShapeBuffers.MOST + 10; i++) {
      buffers.get(new long[] {i}, new long[] {1}, 1, 'c', DataType.FLOAT, 0, () -> same);
      most = Math.max(most, buffers.size());
    }
    assertThat(most).isEqualTo(ShapeBuffers.MOST);
    assertThat(buffers.size()).isEqualTo(10);
  }
}
