package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.Projection;
import io.github.dl4jhopfield.ops.SDHopfield;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The projection of patterns into one role of the association (state pattern, stored pattern,
 * pattern projection), after a layer norm where there is one.
 *
 * @param letter which role
 * @param patterns [..., size]
 * @param eps of the layer norm, or null: none
 */
record RoleProjection(
    String letter, SDVariable patterns, Double eps, Projection<SDVariable> projection) {

  private record Group(String patterns, Double eps, boolean bias, boolean affine) {}

  private Group group() {
    return new Group(patterns.name(), eps, projection.bias() != null, projection.gain() != null);
  }

  /**
   * All of them by their letters; roles that are projected from the same patterns go through one
   * op, which normalises the patterns once and reads them once.
   */
  static Map<String, SDVariable> all(SDHopfield ops, List<RoleProjection> roles) {
    Map<Group, List<RoleProjection>> groups = new LinkedHashMap<>();
    for (RoleProjection role : roles) {
      groups.computeIfAbsent(role.group(), g -> new ArrayList<>()).add(role);
    }
    Map<String, SDVariable> result = new HashMap<>();
    for (List<RoleProjection> group : groups.values()) {
      RoleProjection first = group.get(0);
      List<Projection<SDVariable>> projections =
          group.stream().map(RoleProjection::projection).toList();
      SDVariable[] projected =
          first.eps == null
              ? ops.project(first.patterns, projections)
              : ops.layerNormProject(first.patterns, first.eps, projections);
      for (int i = 0; i < projected.length; i++) {
        result.put(group.get(i).letter, projected[i]);
      }
    }
    return result;
  }
}
