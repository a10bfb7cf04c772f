package io.github.dl4jhopfield.keras.layers;

import java.util.Collections;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The updater of parameters that training leaves as they are (Keras: {@code trainable=False}).
 *
 * <p>Gradients still flow through the layer to those before it. Unlike a learning rate of 0 it
 * stays when the network's learning rate is set; unlike DL4J's {@code NoOp}, which subtracts the
 * raw gradient, it changes nothing; unlike {@code FrozenLayer} it leaves dropout as it is, as Keras
 * does.
 */
public final class Frozen implements IUpdater {

  private static final long serialVersionUID = 1L;

  @Override
  public long stateSize(long numParams) {
    return 0;
  }

  @Override
  public GradientUpdater<Frozen> instantiate(INDArray view, boolean initialize) {
    return new Updater(this);
  }

  @Override
  public GradientUpdater<Frozen> instantiate(
      Map<String, INDArray> state, boolean initializeStateArrays) {
    return new Updater(this);
  }

  @Override
  public Frozen clone() {
    return new Frozen();
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return 0;
  }

  @Override
  public boolean hasLearningRate() {
    return false;
  }

  @Override
  public void setLrAndSchedule(double lr, ISchedule schedule) {
    throw new UnsupportedOperationException("Frozen parameters have no learning rate");
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Frozen;
  }

  @Override
  public int hashCode() {
    return Frozen.class.hashCode();
  }

  private record Updater(Frozen config) implements GradientUpdater<Frozen> {

    @Override
    public Frozen getConfig() {
      return config;
    }

    @Override
    public void setState(Map<String, INDArray> state, boolean initialize) {
      // none
    }

    @Override
    public Map<String, INDArray> getState() {
      return Collections.emptyMap();
    }

    @Override
    public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
      // none
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      gradient.assign(0);
    }
  }
}
