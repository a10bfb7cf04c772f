package io.github.dl4jhopfield.zoo.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.Map;

/** JSON for people and programs. */
public final class Json {
  private static final ObjectMapper INDENTED =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  /**
   * An object with its fields in their order, indented.
   *
   * @param what whose it is, for the message
   * @throws IllegalStateException if a value has no JSON form
   */
  public static String indented(String what, Map<String, ?> fields) {
    try {
      return INDENTED.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(what + " has no JSON form", e);
    }
  }
}
