package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Stored and state patterns, normalised and spread over the graph of stored patterns. */
final class DiffusedPatterns {

  private final AssociationScope scope;
  private final AssociationOptions o;
  private final GraphContext c;
  private final SameDiff sd;
  private final Diffuser diffuser;
  private final Patterns stored;
  private final Patterns state;

  /**
   * @param y stored patterns, from the input {@code stored} or, if null, the lookup
   * @param r state patterns, from the input {@code state} or, if null, the pooling
   * @param z pattern projection
   */
  DiffusedPatterns(
      AssociationScope scope,
      Patterns y,
      Patterns r,
      Patterns z,
      PatternInput stored,
      PatternInput state) {
    this.scope = scope;
    this.o = scope.o;
    this.c = scope.c;
    this.sd = scope.sd;
    double beta = o.beta != null && o.beta.length == 1 ? o.beta[0] : 1;
    Source storedSource = new Source("Stored", o.normaliseStoredPattern, stored, "lookup");
    Source stateSource = new Source("State", o.normaliseStatePattern, state, "pooling");
    diffuser = new Diffuser(o.diffusion, beta, storedSource, stateSource);
    SDVariable k = shaped(y, scope.normalised(y, "Stored", o.normaliseStoredPattern));
    SDVariable q = shaped(r, scope.normalised(r, "State", o.normaliseStatePattern));
    SDVariable ofStored = matrices("Stored", call -> diffuser.of(call).stored());
    SDVariable ofState =
        o.diffusion.statePatterns ? matrices("State", call -> diffuser.of(call).state()) : null;
    if (o.diffusion.compatible) {
      SDVariable v = shaped(z, scope.normalised(z, "Projection", o.normalisePatternProjection));
      SDVariable keep =
          o.diffusion.graphAttention ? matrices("Keep", call -> diffuser.of(call).keep()) : null;
      for (int t = 0; t < o.diffusion.steps; t++) {
        k = sd.mmul(ofStored, k);
        q = ofState == null ? q : sd.mmul(ofState, q);
        q = GraphDiffusion.attention(q, k, v, keep, beta);
      }
    } else {
      k = sd.mmul(ofStored, k);
      q = ofState == null ? q : sd.mmul(ofState, q);
    }
    this.stored = diffused(y, k);
    this.state = diffused(r, q);
  }

  Patterns stored() {
    return stored;
  }

  Patterns state() {
    return state;
  }

  /** Which stored patterns a state pattern may attend to, [B, L, S], of one call. */
  INDArray keep(GraphContext.Call call) {
    return diffuser.of(call).keep();
  }

  private static Patterns diffused(Patterns x, SDVariable patterns) {
    SDVariable flat = patterns.reshape(-1, x.size());
    return new Patterns(flat, patterns, true, x.key() + "-diffused", x.size(), x.extent());
  }

  private SDVariable shaped(Patterns x, SDVariable flat) {
    return flat.reshape(
        c.shape(
            scope.name("samples-" + x.key()),
            call -> new long[] {x.extent().batch(call), x.extent().length(call), x.size()}));
  }

  private SDVariable matrices(String name, Function<GraphContext.Call, INDArray> of) {
    return c.random(
        scope.name("diffusion" + name),
        c.dataType(),
        new long[] {-1, -1, -1},
        call -> of.apply(call).castTo(call.dataType()));
  }

  /** A role's patterns outside the graph, from its input or, without one, from a parameter. */
  private final class Source implements Diffuser.Source {
    private final String role;
    private final boolean normalise;
    private final PatternInput input;
    private final String parameter;

    Source(String role, boolean normalise, PatternInput input, String parameter) {
      this.role = role;
      this.normalise = normalise;
      this.input = input;
      this.parameter = scope.name(parameter);
    }

    @Override
    public INDArray patterns(GraphContext.Call call) {
      INDArray x =
          (input == null ? call.param(parameter) : call.input(input.name()))
              .castTo(DataType.DOUBLE);
      if (input == null) {
        x = x.reshape(1, x.size(0), x.size(1));
      } else if (x.rank() == 2) {
        x = x.reshape(x.size(0), 1, x.size(1));
      } else if (input.format() == RNNFormat.NCW) {
        x = x.permute(0, 2, 1);
      }
      return normalise ? normalised(call, x.dup('c')) : x.dup('c');
    }

    private INDArray normalised(GraphContext.Call call, INDArray x) {
      INDArray rows = x.reshape(-1, x.size(2));
      rows = rows.subColumnVector(rows.mean(1));
      INDArray variance = rows.mul(rows).mean(1);
      rows.diviColumnVector(Transforms.sqrt(variance.addi(scope.normEps(role)), false));
      INDArray gain = call.param(scope.name("gain" + role));
      if (gain != null) {
        rows.muliRowVector(gain.castTo(DataType.DOUBLE).reshape(gain.length()));
        INDArray shift = call.param(scope.name("shift" + role));
        rows.addiRowVector(shift.castTo(DataType.DOUBLE).reshape(shift.length()));
      }
      return rows.reshape(x.shape());
    }

    @Override
    public INDArray mask(GraphContext.Call call) {
      return input == null ? null : input.mask(call);
    }
  }
}
