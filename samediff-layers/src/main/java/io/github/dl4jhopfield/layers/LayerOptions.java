package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.Checks;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonAnySetter;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;

/**
 * Options of a layer as public fields: what is common to such classes, by reflection over the
 * fields, so that a new option is copied, compared, printed and saved without more code.
 *
 * <p>Reading one from JSON or YAML that has an option unknown here fails: the file was written by a
 * newer version.
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.PUBLIC_ONLY,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE,
    setterVisibility = JsonAutoDetect.Visibility.NONE)
abstract class LayerOptions implements Serializable {

  private static final long serialVersionUID = 1L;

  /** A copy that shares nothing. */
  public abstract LayerOptions copy();

  /** What these options are of, for messages. */
  abstract String subject();

  /** Refuses what this version does not know, instead of dropping it. */
  @JsonAnySetter
  void refuse(String name, Object value) {
    throw Checks.unknownOption(name, value, subject());
  }

  /** Sets every option to that of {@code other}, sharing nothing. */
  <T extends LayerOptions> T copyInto(T other) {
    try {
      for (Field f : fields()) {
        Object value = f.get(this);
        if (value != null && value.getClass().isArray()) {
          int length = Array.getLength(value);
          Object array = Array.newInstance(value.getClass().getComponentType(), length);
          System.arraycopy(value, 0, array, 0, length);
          value = array;
        } else if (value instanceof LayerOptions options) {
          value = options.copy();
        }
        f.set(other, value);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    return other;
  }

  private List<Field> fields() {
    List<Field> fields = new ArrayList<>();
    for (Field f : getClass().getFields()) {
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
    return o != null
        && o.getClass() == getClass()
        && Arrays.deepEquals(values(), ((LayerOptions) o).values());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(values());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(getClass().getSimpleName()).append('(');
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
