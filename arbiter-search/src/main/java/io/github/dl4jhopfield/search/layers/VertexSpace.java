package io.github.dl4jhopfield.search.layers;

import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.graph.GraphVertex;

/**
 * A space of a vertex with several inputs: a space of values for each option of its Builder.
 *
 * @param <V> the vertex
 */
public abstract class VertexSpace<V extends GraphVertex> extends OptionSpace<V> {
  VertexSpace(OptionTable table, Map<String, ParameterSpace<?>> options) {
    super(table, options);
  }
}
