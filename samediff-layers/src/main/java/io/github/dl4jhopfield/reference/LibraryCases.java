package io.github.dl4jhopfield.reference;

import io.github.dl4jhopfield.layers.DiffusionMode;
import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.AssociationInputs;
import io.github.dl4jhopfield.ops.AssociationOutput;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.LagrangianUnit.PfuBuilder;
import io.github.dl4jhopfield.ops.LossReduction;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.UnitOutput;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/** The cases of the ops, of the memories and of the layers. */
final class LibraryCases implements CaseRunners {
  private final Map<String, CaseRunner> byOp = new HashMap<>();

  LibraryCases() {
    op("softmax", g -> y(g.hopfield().maskedSoftmax(g.input("x"), null, 1, axis(g))));
    op("sparsemax", g -> y(g.hopfield().sparsemax(g.input("x"), null, axis(g))));
    op("entmax15", g -> y(g.hopfield().entmax15(g.input("x"), null, axis(g))));
    op("alpha_entmax", g -> y(entmax(g)));
    op("normmax", g -> y(g.hopfield().normmax(g.input("x"), null, alpha(g), axis(g))));
    op("k_subsets_exact", g -> y(kSubsets(g, false)));
    op("k_subsets_at_most", g -> y(kSubsets(g, true)));
    op(
        "constrained_sparsemax",
        g -> y(g.hopfield().constrainedSparsemax(g.input("z"), g.input("u"), null, axis(g))));
    op("sequential_k_subsets_exact", g -> y(sequentialKSubsets(g)));
    op("cross_entropy", g -> y(loss(g, Separation.softmax())));
    op("sparsemax_loss", g -> y(loss(g, Separation.sparsemax())));
    op("entmax15_loss", g -> y(loss(g, Separation.entmax15())));
    op("alpha_entmax_loss", g -> y(loss(g, Separation.entmax(alpha(g)))));
    op("normmax_loss", g -> y(loss(g, Separation.normmax(alpha(g)))));
    op("lagrangian_unit", LibraryCases::unit);
    op("lwpf_attention", LibraryCases::attention);
    op("retrieve", MemoryCase::retrieve);
    op("energy", MemoryCase::energy);
    byOp.put("pattern_graph", DiffusionCase::graph);
    op("diffusion_simple", g -> DiffusionCase.diffuse(g, DiffusionMode.SIMPLE));
    op("diffusion_iterative", g -> DiffusionCase.diffuse(g, DiffusionMode.ITERATIVE));
    op("diffusion_spectral", g -> DiffusionCase.diffuse(g, DiffusionMode.SPECTRAL));
    op("diffusion_factored", g -> DiffusionCase.diffuse(g, DiffusionMode.FACTORED));
    op("dense_attention", DiffusionCase::attention);
    op("graph_attention", DiffusionCase::attention);
    byOp.put("diffusion_energy", DiffusionCase::energy);
    for (String module :
        new String[] {
          "Hopfield",
          "HopfieldPooling",
          "HopfieldLayer",
          "HopfieldEncoderLayer",
          "HopfieldDecoderLayer",
          "DiffusedHopfield"
        }) {
      byOp.put(module, LayerCase::run);
    }
  }

  private void op(String name, GraphCase.Body body) {
    byOp.put(name, (reference, type) -> GraphCase.run(reference, type, body));
  }

  @Override
  public Map<String, CaseRunner> byOp() {
    return byOp;
  }

  private static Map<String, SDVariable> y(SDVariable y) {
    return Map.of("y", y);
  }

  private static int axis(GraphCase graph) {
    return graph.reference().integer("dim", -1);
  }

  private static SDVariable entmax(GraphCase g) {
    if (g.reference().inputs().containsKey("alpha")) {
      return g.hopfield().entmax(g.input("x"), null, g.input("alpha"), axis(g));
    }
    return g.hopfield().entmax(g.input("x"), null, alpha(g), axis(g));
  }

  private static double alpha(GraphCase g) {
    return g.reference().number("alpha", null);
  }

  private static SDVariable kSubsets(GraphCase g, boolean atMost) {
    String key = g.reference().has("k") ? "k" : "budget";
    int k = g.reference().integer(key, null);
    return g.hopfield().kSubsets(g.input("x"), null, k, atMost, axis(g));
  }

  private static SDVariable sequentialKSubsets(GraphCase g) {
    SDVariable edges = g.filled("edge_score", g.reference().number("edge_score", 0.0));
    return g.hopfield()
        .sequentialKSubsets(
            g.input("x"), edges.reshape(-1, 1), null, g.reference().integer("k", null), false, -1);
  }

  private static SDVariable loss(GraphCase g, Separation separation) {
    LossReduction reduction =
        switch (g.reference().text("reduction", "elementwise_mean")) {
          case "none" -> LossReduction.NONE;
          case "sum" -> LossReduction.SUM;
          default -> LossReduction.MEAN;
        };
    return g.hopfield()
        .fenchelYoungLoss(
            separation,
            g.input("x"),
            g.input("target"),
            g.reference().integer("ignore_index", -100),
            reduction);
  }

  private static Map<String, SDVariable> unit(GraphCase g) {
    SDVariable x = g.input("x");
    LagrangianUnit unit = unit(g.reference());
    UnitOutput<SDVariable> output;
    if (g.reference().flag("training", false) && unit.getKind() == LagrangianUnit.Kind.PFU) {
      // The case says what was added to the threshold; ours takes the standard normal number behind
      // it.
      double noise = g.reference().number("noise", null) / Math.pow(unit.getSigma(), 2);
      SDVariable drawn = g.sd().constant("noise", Nd4j.createFromArray(noise).castTo(x.dataType()));
      output = g.hopfield().lagrangianUnit(unit, x, null, drawn, -1);
    } else {
      output = g.hopfield().lagrangianUnit(unit, x, null);
    }
    return Map.of("D", output.values(), "mask", output.kept());
  }

  /** Arrays there are [B, H, L, d]. */
  private static Map<String, SDVariable> attention(GraphCase g) {
    LagrangianUnit unit = unit(g.reference());
    double scale = g.reference().number("scale", null);
    Association options =
        Association.builder().lagrangianUnit(unit).beta(scale).withWeights().build();
    SDVariable q = g.input("q");
    SDVariable k = g.input("k");
    AssociationOutput<SDVariable> output =
        g.hopfield()
            .association(
                options,
                AssociationInputs.of(
                    q.permute(0, 2, 1, 3),
                    k.permute(0, 2, 1, 3),
                    g.input("v").permute(0, 2, 1, 3)));
    SDVariable scores = g.sd().mmul(q.mul(scale), k, false, true, false);
    return Map.of(
        "y", output.out().permute(0, 2, 1, 3),
        "attn", output.weights(),
        "mask", g.hopfield().lagrangianUnit(unit, scores, null).kept());
  }

  /** The unit of a case: of its field {@code unit}, with the options in its {@code hyper}. */
  static LagrangianUnit unit(ReferenceCase reference) {
    if (reference.unit() == null) {
      return LagrangianUnit.none();
    }
    return switch (reference.unit()) {
      case "relu" -> LagrangianUnit.relu();
      case "pfu" -> pfu(reference);
      default -> throw new CannotRun("no Lagrangian unit '" + reference.unit() + "' here");
    };
  }

  private static LagrangianUnit pfu(ReferenceCase reference) {
    PfuBuilder pfu = LagrangianUnit.pfuBuilder().medianOf(MedianScope.TENSOR);
    if (reference.hyper().get("mu") instanceof Number mu) {
      pfu.mu(mu.doubleValue());
    } else if (!reference.text("mu", "dmedian").equals("dmedian")) {
      throw new CannotRun("no PFU with mu '" + reference.text("mu", "") + "' here");
    }
    if (reference.hyper().get("bias") instanceof Number bias) {
      pfu.bias(bias.doubleValue());
    } else if (!reference.text("bias", "mu").equals("mu")) {
      throw new CannotRun("no PFU with bias '" + reference.text("bias", "") + "' here");
    }
    return pfu.sigma(reference.number("sigma", 0.01)).build();
  }
}
