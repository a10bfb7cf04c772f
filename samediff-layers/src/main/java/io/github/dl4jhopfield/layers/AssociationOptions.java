package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.annotation.JsonAnySetter;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;

/**
 * The options of a Hopfield association, shared by every layer and vertex of this package. Plain
 * data: the Builders ({@link AssociationBuilder}) say what each means and are the way to set them.
 *
 * <p>Reading one from JSON or YAML that has an option unknown here fails: the file was written by a
 * newer version.
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.PUBLIC_ONLY,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE,
    setterVisibility = JsonAutoDetect.Visibility.NONE)
public final class AssociationOptions implements Serializable {

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
  public int quantity = 1;
  public boolean trainable = true;
  public boolean lookupWeightsAsSeparated;
  public boolean lookupTargetsAsTrainable = true;

  /** Refuses what this version does not know, instead of dropping it. */
  @JsonAnySetter
  void refuse(String name, Object value) {
    throw new IllegalArgumentException(
        "Unknown option \""
            + name
            + "\" = "
            + value
            + " of a Hopfield association: the configuration was written by a newer version of"
            + " dl4j-hopfield, or by hand");
  }

  /** A copy that shares nothing. */
  public AssociationOptions copy() {
    AssociationOptions other = new AssociationOptions();
    try {
      for (Field f : fields()) {
        Object value = f.get(this);
        if (value != null && value.getClass().isArray()) {
          int length = Array.getLength(value);
          Object array = Array.newInstance(value.getClass().getComponentType(), length);
          System.arraycopy(value, 0, array, 0, length);
          value = array;
        }
        f.set(other, value);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    return other;
  }

  private static List<Field> fields() {
    List<Field> fields = new ArrayList<>();
    for (Field f : AssociationOptions.class.getFields()) {
      if (!Modifier.isStatic(f.getModifiers())) {
        fields.add(f);
      }
    }
    return fields;
  }

  private Object[] values() {
    List<Object> values = new ArrayList<>();
    try {
      for (Field f : fields()) {
        values.add(f.get(this));
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    return values.toArray();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof AssociationOptions other && Arrays.deepEquals(values(), other.values());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(values());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("AssociationOptions(");
    Object[] values = values();
    List<Field> fields = fields();
    for (int i = 0; i < values.length; i++) {
      String shown = Arrays.deepToString(new Object[] {values[i]});
      text.append(i > 0 ? ", " : "")
          .append(fields.get(i).getName())
          .append('=')
          .append(shown, 1, shown.length() - 1);
    }
    return text.append(')').toString();
  }
}
