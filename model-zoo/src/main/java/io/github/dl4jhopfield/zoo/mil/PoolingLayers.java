package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.layers.AssociationBuilder;
import io.github.dl4jhopfield.layers.Hopfield;
import io.github.dl4jhopfield.layers.HopfieldBase;
import io.github.dl4jhopfield.layers.HopfieldLayer;
import io.github.dl4jhopfield.layers.HopfieldPooling;
import java.util.List;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;

/** The layers between embedded instances [B, T, width] and the vector of a bag. */
final class PoolingLayers {
  /** Name of the last of them. */
  static final String NAME = "pooling";

  private PoolingLayers() {}

  /**
   * Layers as {@link MilParameters#network} says, with its heads, hidden size and beta.
   *
   * @param width of an embedded instance, and of a bag
   */
  static List<Layer> of(MilParameters parameters, int width) {
    return switch (parameters.network().pooling()) {
      case HOPFIELD_POOLING ->
          List.of(association(parameters, new HopfieldPooling.Builder()).build());
      case HOPFIELD ->
          List.of(
              association(parameters, new Hopfield.Builder()).name("association").build(),
              association(parameters, new HopfieldPooling.Builder()).build());
      case HOPFIELD_LAYER ->
          List.of(
              association(parameters, new HopfieldLayer.Builder())
                  .name("lookup")
                  .quantity(width)
                  .build(),
              instances(BagNetwork.Pooling.MAX, parameters, width));
      case GATED_ATTENTION, ATTENTION, MEAN, MAX ->
          List.of(instances(parameters.network().pooling(), parameters, width));
    };
  }

  private static Layer instances(BagNetwork.Pooling kind, MilParameters parameters, int width) {
    InstancePooling layer =
        new InstancePooling(kind, width, parameters.heads() * parameters.hidden());
    layer.setLayerName(NAME);
    return layer;
  }

  private static <B extends HopfieldBase.Builder<B> & AssociationBuilder<B>> B association(
      MilParameters parameters, B builder) {
    BagNetwork network = parameters.network();
    return builder
        .name(NAME)
        .rnnFormat(RNNFormat.NWC)
        .nHeads(parameters.heads())
        .hiddenSize(parameters.hidden())
        .beta(parameters.effectiveBeta())
        .separation(network.separationOp())
        .postTransform(network.postTransform())
        .lagrangianUnit(network.lagrangianUnit());
  }
}
