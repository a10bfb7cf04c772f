package io.github.dl4jhopfield.keras.layers;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * An optimizer as Keras takes its steps: SGD with momentum, RMSprop, Adam with amsgrad, Adamax,
 * Nadam, Adagrad, Adadelta, Lion, with Keras's epsilon in Keras's place, its starting values, and
 * its learning rate schedules. DL4J's updaters of these names differ in one of them.
 */
public final class KerasUpdater implements IUpdater {

  private static final long serialVersionUID = 1L;

  /** What is kept for each parameter. */
  private static final Map<String, List<String>> STATES =
      Map.of(
          "sgd", List.of("velocity"),
          "rmsprop", List.of("velocity", "momentum", "average"),
          "adam", List.of("m", "v", "vhat"),
          "adamax", List.of("m", "u"),
          "nadam", List.of("m", "v"),
          "adagrad", List.of("accumulator"),
          "adadelta", List.of("gradients", "steps"),
          "lion", List.of("m"));

  @JsonProperty private String algorithm;
  @JsonProperty private LearningRate rate;
  @JsonProperty private double first;
  @JsonProperty private double second;
  @JsonProperty private double epsilon;
  @JsonProperty private boolean flag;

  /** For JSON. */
  KerasUpdater() {}

  private KerasUpdater(
      String algorithm,
      LearningRate rate,
      double first,
      double second,
      double epsilon,
      boolean flag) {
    this.algorithm = algorithm;
    this.rate = rate;
    this.first = first;
    this.second = second;
    this.epsilon = epsilon;
    this.flag = flag;
  }

  /** v = momentum v - rate g; the step is v, or with Nesterov momentum v - rate g. */
  public static KerasUpdater sgd(LearningRate rate, double momentum, boolean nesterov) {
    return new KerasUpdater("sgd", rate, momentum, 0, 0, nesterov);
  }

  /** Tieleman and Hinton 2012; epsilon under the root. */
  public static KerasUpdater rmsprop(
      LearningRate rate, double rho, double momentum, double epsilon, boolean centered) {
    return new KerasUpdater("rmsprop", rate, rho, momentum, epsilon, centered);
  }

  /** Kingma and Ba 2015; with amsgrad Reddi et al. 2018. */
  public static KerasUpdater adam(
      LearningRate rate, double beta1, double beta2, double epsilon, boolean amsgrad) {
    return new KerasUpdater("adam", rate, beta1, beta2, epsilon, amsgrad);
  }

  /** Kingma and Ba 2015, section 7. */
  public static KerasUpdater adamax(LearningRate rate, double beta1, double beta2, double epsilon) {
    return new KerasUpdater("adamax", rate, beta1, beta2, epsilon, false);
  }

  /** Dozat 2015, with its momentum schedule. */
  public static KerasUpdater nadam(LearningRate rate, double beta1, double beta2, double epsilon) {
    return new KerasUpdater("nadam", rate, beta1, beta2, epsilon, false);
  }

  /** Duchi et al. 2011. */
  public static KerasUpdater adagrad(LearningRate rate, double start, double epsilon) {
    return new KerasUpdater("adagrad", rate, start, 0, epsilon, false);
  }

  /** Zeiler 2012. */
  public static KerasUpdater adadelta(LearningRate rate, double rho, double epsilon) {
    return new KerasUpdater("adadelta", rate, rho, 0, epsilon, false);
  }

  /** Chen et al. 2023. */
  public static KerasUpdater lion(LearningRate rate, double beta1, double beta2) {
    return new KerasUpdater("lion", rate, beta1, beta2, 0, false);
  }

  private List<String> states() {
    return STATES.get(algorithm);
  }

  @Override
  public long stateSize(long numParams) {
    return states().size() * numParams;
  }

  @Override
  public GradientUpdater<KerasUpdater> instantiate(INDArray view, boolean initialize) {
    Updater u = new Updater(this);
    if (view != null) {
      long n = view.length() / states().size();
      u.setStateViewArray(view, new long[] {1, n}, 'c', initialize);
    }
    return u;
  }

  @Override
  public GradientUpdater<KerasUpdater> instantiate(
      Map<String, INDArray> state, boolean initializeStateArrays) {
    Updater u = new Updater(this);
    u.setState(state, initializeStateArrays);
    return u;
  }

  @Override
  public KerasUpdater clone() {
    return new KerasUpdater(algorithm, rate, first, second, epsilon, flag);
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return rate.at(iteration);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double lr, ISchedule schedule) {
    if (schedule != null) {
      throw new UnsupportedOperationException(
          "An imported optimizer takes a number for its learning rate, not a schedule of DL4J");
    }
    rate = LearningRate.constant(lr);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof KerasUpdater u
        && u.algorithm.equals(algorithm)
        && u.rate.equals(rate)
        && u.first == first
        && u.second == second
        && u.epsilon == epsilon
        && u.flag == flag;
  }

  @Override
  public int hashCode() {
    return Objects.hash(algorithm, rate, first, second, epsilon, flag);
  }

  @Override
  public String toString() {
    return "KerasUpdater(" + algorithm + ")";
  }

  /** The updater at work. */
  private static final class Updater implements GradientUpdater<KerasUpdater> {

    private final KerasUpdater config;
    private Map<String, INDArray> state = new LinkedHashMap<>();
    private double product = 1;
    private int productAt;

    Updater(KerasUpdater config) {
      this.config = config;
    }

    @Override
    public KerasUpdater getConfig() {
      return config;
    }

    @Override
    public void setState(Map<String, INDArray> given, boolean initialize) {
      if (!given.keySet().containsAll(config.states())) {
        throw new IllegalStateException(
            "expected the state " + config.states() + ", found " + given.keySet());
      }
      state = new LinkedHashMap<>(given);
      initialise(initialize);
    }

    @Override
    public Map<String, INDArray> getState() {
      return state;
    }

    @Override
    public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
      INDArray flat = view.reshape(view.length());
      long n = view.length() / config.states().size();
      state = new LinkedHashMap<>();
      long at = 0;
      for (String name : config.states()) {
        state.put(name, flat.get(NDArrayIndex.interval(at, at + n)));
        at += n;
      }
      initialise(initialize);
    }

    private void initialise(boolean initialize) {
      if (initialize) {
        state.values().forEach(s -> s.assign(0));
        if (config.algorithm.equals("adagrad")) {
          state.get("accumulator").assign(config.first);
        }
      }
    }

    private INDArray of(String name, INDArray gradient) {
      return state.get(name).reshape(gradient.shape());
    }

    /** s = decay s + (1 - decay) x. */
    private static INDArray blend(INDArray s, double decay, INDArray x) {
      return s.muli(decay).addi(x.mul(1 - decay));
    }

    /** Puts what is taken off the parameters in the place of the gradient. */
    @Override
    public void applyUpdater(INDArray g, int iteration, int epoch) {
      double lr = config.rate.at(iteration);
      double t = iteration + 1;
      double eps = config.epsilon;
      switch (config.algorithm) {
        case "sgd":
          INDArray velocity = of("velocity", g).muli(config.first).subi(g.mul(lr));
          if (config.flag) {
            g.muli(lr).subi(velocity.mul(config.first));
          } else {
            g.assign(velocity.neg());
          }
          break;
        case "rmsprop":
          rmsprop(g, lr, eps);
          break;
        case "adam":
          INDArray m = blend(of("m", g), config.first, g);
          INDArray v = blend(of("v", g), config.second, g.mul(g));
          if (config.flag) {
            INDArray most = of("vhat", g);
            most.assign(Transforms.max(most, v, true));
            v = most;
          }
          double alpha =
              lr * Math.sqrt(1 - Math.pow(config.second, t)) / (1 - Math.pow(config.first, t));
          g.assign(m.mul(alpha).divi(Transforms.sqrt(v, true).addi(eps)));
          break;
        case "adamax":
          INDArray mean = blend(of("m", g), config.first, g);
          INDArray u = of("u", g);
          u.assign(Transforms.max(u.mul(config.second), Transforms.abs(g, true), true));
          g.assign(mean.mul(lr / (1 - Math.pow(config.first, t))).divi(u.add(eps)));
          break;
        case "nadam":
          nadam(g, lr, iteration, eps);
          break;
        case "adagrad":
          INDArray sum = of("accumulator", g).addi(g.mul(g));
          g.muli(lr).divi(Transforms.sqrt(sum.add(eps), false));
          break;
        case "adadelta":
          INDArray gradients = blend(of("gradients", g), config.first, g.mul(g));
          INDArray steps = of("steps", g);
          INDArray step =
              g.mul(Transforms.sqrt(steps.add(eps), false))
                  .divi(Transforms.sqrt(gradients.add(eps), false));
          blend(steps, config.first, step.mul(step));
          g.assign(step.muli(lr));
          break;
        case "lion":
          INDArray before = of("m", g);
          INDArray direction = before.mul(config.first).addi(g.mul(1 - config.first));
          blend(before, config.second, g);
          g.assign(Transforms.sign(direction, false).muli(lr));
          break;
        default:
          throw new IllegalStateException(config.algorithm);
      }
    }

    private void rmsprop(INDArray g, double lr, double eps) {
      INDArray v = blend(of("velocity", g), config.first, g.mul(g));
      INDArray under = v.add(eps);
      if (config.flag) {
        INDArray average = blend(of("average", g), config.first, g);
        under.subi(average.mul(average));
      }
      INDArray step = g.mul(lr).divi(Transforms.sqrt(under, false));
      if (config.second > 0) {
        step = of("momentum", g).muli(config.second).addi(step);
      }
      g.assign(step);
    }

    private double momentum(int t) {
      return config.first * (1 - 0.5 * Math.pow(0.96, t));
    }

    private void nadam(INDArray g, double lr, int iteration, double eps) {
      int t = iteration + 1;
      if (t < productAt) {
        product = 1;
        productAt = 0;
      }
      while (productAt < t) {
        product *= momentum(++productAt);
      }
      double now = momentum(t);
      double next = momentum(t + 1);
      INDArray m = blend(of("m", g), config.first, g);
      INDArray v = blend(of("v", g), config.second, g.mul(g));
      INDArray mean = m.mul(next / (1 - product * next)).addi(g.mul((1 - now) / (1 - product)));
      INDArray spread = Transforms.sqrt(v.div(1 - Math.pow(config.second, t)), false).addi(eps);
      g.assign(mean.muli(lr).divi(spread));
    }

    @Override
    public String toString() {
      return config + Arrays.toString(state.keySet().toArray());
    }
  }
}
