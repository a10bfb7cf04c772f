package io.github.dl4jhopfield.zoo.tasks;

import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.layers.HopfieldBase;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.files.StateDicts;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Writes the weights from which {@code hopfield run TASK} trains its networks, for {@code
 * paired.py}: {@code TaskStart TASK FOLDER SEEDS NETWORKS}, the last two separated by commas, makes
 * {@code FOLDER/NETWORK-SEED.safetensors}. Hopfield layers go by hflayers' names, other layers by
 * DL4J's, each with the layer's index and a dot in front. In the package of the tasks, whose
 * networks are not public.
 */
public final class TaskStart {
  public static void main(String[] args) throws Exception {
    TaskExperiment task = (TaskExperiment) Experiments.byName(args[0]);
    Map<String, String> options = ExperimentContext.builder().build().resolve(task);
    for (String seedText : args[2].split(",")) {
      long seed = Long.parseLong(seedText);
      SequenceSet data = task.data(options, seed);
      for (String label : args[3].split(",")) {
        Nd4j.getRandom().setSeed(seed); // as TaskTraining does
        MultiLayerNetwork network =
            TaskNetwork.of(label, List.of(TaskNetwork.values())).build(data, seed);
        SafetensorsFile.write(
            Path.of(args[1], label + "-" + seed + ".safetensors"), weights(network));
      }
    }
  }

  private static Map<String, INDArray> weights(MultiLayerNetwork network) {
    Map<String, INDArray> all = new HashMap<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      if (network.getLayer(i).conf().getLayer() instanceof HopfieldBase) {
        all.putAll(StateDicts.of(network));
        continue;
      }
      for (Map.Entry<String, INDArray> p : network.getLayer(i).paramTable().entrySet()) {
        all.put(i + "." + p.getKey(), p.getValue().dup('c'));
      }
    }
    return all;
  }
}
