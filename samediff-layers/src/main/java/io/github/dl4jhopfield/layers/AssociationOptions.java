package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import org.nd4j.linalg.activations.Activation;

/**
 * The options of a Hopfield association, shared by every layer and vertex of this package. Plain
 * data: the Builders ({@link AssociationBuilder}) say what each means and are the way to set them.
 */
public final class AssociationOptions extends LayerOptions {

  private static final long serialVersionUID = 1L;

  /** {@link #updateSteps} that means: until converged. */
  public static final int UNTIL_CONVERGED = -1;

  public long nIn;
  public long nOut;
  public int nHeads = 1;
  public long hiddenSize;
  public long patternSize;
  public long storedPatternSize;
  public long patternProjectionSize;
  public double[] beta;
  public int[] updateSteps = {0};
  public double[] updateStepsEps = {1e-4};
  public UpdateStepScope updateStepScope = UpdateStepScope.SAMPLE;
  public int maxUpdateSteps = 512;
  public boolean normaliseStoredPattern = true;
  public boolean normaliseStoredPatternAffine = true;
  public double normaliseStoredPatternEps = 1e-5;
  public boolean normaliseStatePattern = true;
  public boolean normaliseStatePatternAffine = true;
  public double normaliseStatePatternEps = 1e-5;
  public boolean normalisePatternProjection = true;
  public boolean normalisePatternProjectionAffine = true;
  public double normalisePatternProjectionEps = 1e-5;
  public boolean normaliseHopfieldSpace;
  public boolean normaliseHopfieldSpaceAffine;
  public double normaliseHopfieldSpaceEps = 1e-5;
  public boolean storedPatternAsStatic;
  public boolean statePatternAsStatic;
  public boolean patternProjectionAsStatic;
  public boolean patternProjectionAsConnected;
  public boolean addZeroAssociation;
  public boolean inputBias = true;
  public boolean disableOutProjection;
  public Activation associationActivation;
  public double dropout;
  public Separation separation = Separation.softmax();
  public LagrangianUnit lagrangianUnit = LagrangianUnit.none();
  public PostTransform postTransform = PostTransform.NONE;
  public boolean postTransformAffine;
  public double postTransformEps = 1e-5;
  public DiffusionOptions diffusion = new DiffusionOptions();
  public int quantity = 1;
  public boolean trainable = true;
  public boolean lookupWeightsAsSeparated;
  public boolean lookupTargetsAsTrainable = true;

  @Override
  public AssociationOptions copy() {
    return copyInto(new AssociationOptions());
  }

  @Override
  String subject() {
    return "a Hopfield association";
  }
}
