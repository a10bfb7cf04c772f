package io.github.dl4jhopfield.zoo.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.github.dl4jhopfield.zoo.files.TreeNode.Entry;
import io.github.dl4jhopfield.zoo.files.TreeNode.Mapping;
import io.github.dl4jhopfield.zoo.files.TreeNode.Scalar;
import io.github.dl4jhopfield.zoo.files.TreeNode.Sequence;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;

/**
 * Reads a settings file, YAML 1.2 (core schema: {@code 1e-5} is a number, {@code no} is text) or,
 * by the ending {@code .json}, JSON, into a tree of plain values with their lines. Safe on files
 * from strangers: tags are refused, so no class is ever loaded; size, depth and what aliases may
 * grow to are bounded; one document a file; UTF-8 only.
 *
 * <p>A key that is given twice stays twice in its {@link Mapping}: the reader of the tree says what
 * is twice, and where.
 */
public final class TreeFile {
  private static final long MOST_BYTES = 8L << 20;
  private static final int MOST_DEPTH = 32;
  private static final int MOST_NODES = 200_000;

  private final String name;
  private int nodes;

  private TreeFile(String name) {
    this.name = name;
  }

  /**
   * Reads a file.
   *
   * @return its value; a {@link Scalar} of null for a file without content
   * @throws TreeFileException if it is not such a document; the message is one line and names the
   *     file and the line
   * @throws IOException if it cannot be read
   */
  public static TreeNode read(Path file) throws IOException {
    TreeFile reader = new TreeFile(file.toString());
    if (Files.size(file) > MOST_BYTES) {
      throw reader.fault(0, "expected at most " + MOST_BYTES + " bytes, found " + Files.size(file));
    }
    return reader.parse(
        Files.readAllBytes(file), file.toString().toLowerCase(Locale.ROOT).endsWith(".json"));
  }

  /**
   * Reads a stream of YAML.
   *
   * @param name for messages
   * @throws TreeFileException as {@link #read(Path)}
   * @throws IOException if it cannot be read
   */
  public static TreeNode read(String name, InputStream in) throws IOException {
    TreeFile reader = new TreeFile(name);
    byte[] bytes = in.readNBytes((int) MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw reader.fault(0, "expected at most " + MOST_BYTES + " bytes, found more");
    }
    return reader.parse(bytes, false);
  }

  private TreeNode parse(byte[] bytes, boolean json) throws TreeFileException {
    String text = decode(bytes);
    if (text.isBlank()) {
      return new Scalar(1, null, "");
    }
    return json ? json(text) : yaml(text);
  }

  private String decode(byte[] bytes) throws TreeFileException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw fault(0, "expected UTF-8, found bytes of another encoding");
    }
  }

  private TreeFileException fault(int line, String message) {
    return new TreeFileException(name + (line > 0 ? ":" + line : "") + ": " + message);
  }

  private void count(int line, int more, int depth) throws TreeFileException {
    nodes += more;
    if (nodes > MOST_NODES) {
      throw fault(line, "expected at most " + MOST_NODES + " values, found more");
    }
    if (depth > MOST_DEPTH) {
      throw fault(line, "expected at most " + MOST_DEPTH + " levels, found more");
    }
  }

  /** A collection that is being read. */
  private static final class Open {
    final boolean mapping;
    final int line;
    final Anchor anchor;
    final List<Entry> entries = new ArrayList<>();
    final List<TreeNode> items = new ArrayList<>();
    final int nodesBefore;
    String key;
    int keyLine;

    Open(boolean mapping, int line, Anchor anchor, int nodesBefore) {
      this.mapping = mapping;
      this.line = line;
      this.anchor = anchor;
      this.nodesBefore = nodesBefore;
    }

    TreeNode close() {
      return mapping ? new Mapping(line, entries) : new Sequence(line, items);
    }
  }

  private record Anchored(TreeNode node, int size) {}

  private TreeNode yaml(String text) throws TreeFileException {
    LoadSettings settings = LoadSettings.builder().setLabel(name).build();
    Deque<Open> open = new ArrayDeque<>();
    Map<Anchor, Anchored> anchors = new HashMap<>();
    TreeNode top = null;
    int documents = 0;
    try {
      Iterator<Event> events = new Parse(settings).parseString(text).iterator();
      while (events.hasNext()) {
        Event event = events.next();
        int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        TreeNode done = null;
        if (event instanceof DocumentStartEvent) {
          documents++;
          if (documents > 1) {
            throw fault(line, "expected one document, found a second one");
          }
        } else if (event instanceof AliasEvent alias) {
          Anchored target = anchors.get(alias.getAlias());
          if (target == null) {
            throw fault(line, "alias *" + alias.getAlias() + ": no such anchor before it");
          }
          count(line, target.size(), open.size());
          done = target.node();
        } else if (event instanceof ScalarEvent scalar) {
          count(line, 1, open.size());
          refuseTag(line, scalar.getTag().orElse(null));
          done = scalar(line, scalar);
          remember(anchors, scalar, done, 1);
        } else if (event instanceof MappingStartEvent || event instanceof SequenceStartEvent) {
          count(line, 1, open.size() + 1);
          boolean mapping = event instanceof MappingStartEvent;
          refuseTag(
              line,
              mapping
                  ? ((MappingStartEvent) event).getTag().orElse(null)
                  : ((SequenceStartEvent) event).getTag().orElse(null));
          if (!open.isEmpty() && open.peek().mapping && open.peek().key == null) {
            throw fault(line, "expected a name before ':', found a collection");
          }
          open.push(
              new Open(mapping, line, ((NodeEvent) event).getAnchor().orElse(null), nodes - 1));
        } else if (event.getEventId() == Event.ID.MappingEnd
            || event.getEventId() == Event.ID.SequenceEnd) {
          Open closed = open.pop();
          done = closed.close();
          if (closed.anchor != null) {
            anchors.put(closed.anchor, new Anchored(done, nodes - closed.nodesBefore));
          }
        }
        if (done != null) {
          if (open.isEmpty()) {
            top = done;
          } else {
            attach(open.peek(), done, line);
          }
        }
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      throw fault(line, "not YAML: " + oneLine(e.getProblem()));
    } catch (YamlEngineException e) {
      throw fault(0, "not YAML: " + oneLine(e.getMessage()));
    }
    return top == null ? new Scalar(1, null, "") : top;
  }

  private static void remember(
      Map<Anchor, Anchored> anchors, NodeEvent event, TreeNode node, int size) {
    event.getAnchor().ifPresent(anchor -> anchors.put(anchor, new Anchored(node, size)));
  }

  private void attach(Open parent, TreeNode value, int line) throws TreeFileException {
    if (!parent.mapping) {
      parent.items.add(value);
    } else if (parent.key != null) {
      parent.entries.add(new Entry(parent.key, parent.keyLine, value));
      parent.key = null;
    } else if (value instanceof Scalar scalar) {
      parent.key = scalar.written();
      parent.keyLine = line;
    } else {
      throw fault(line, "expected a name before ':', found " + value.words());
    }
  }

  private void refuseTag(int line, String tag) throws TreeFileException {
    if (tag != null) {
      throw fault(line, "expected a value without a tag, found the tag " + oneLine(tag));
    }
  }

  private Scalar scalar(int line, ScalarEvent event) throws TreeFileException {
    String written = event.getValue();
    if (event.getScalarStyle() != ScalarStyle.PLAIN) {
      return new Scalar(line, written, written);
    }
    String tag = new CoreScalarResolver(false).resolve(written, true).getValue();
    Object value =
        switch (tag.substring(tag.lastIndexOf(':') + 1)) {
          case "null" -> null;
          case "bool" -> Boolean.valueOf(written.toLowerCase(Locale.ROOT));
          case "int" -> whole(line, written);
          case "float" -> real(written);
          default -> written;
        };
    return new Scalar(line, value, written);
  }

  private Object whole(int line, String written) throws TreeFileException {
    if (written.length() > 1000) {
      throw fault(line, "expected a number of at most 1000 digits, found " + written.length());
    }
    String digits = written.startsWith("+") ? written.substring(1) : written;
    BigInteger value;
    if (digits.startsWith("0x")) {
      value = new BigInteger(digits.substring(2), 16);
    } else if (digits.startsWith("0o")) {
      value = new BigInteger(digits.substring(2), 8);
    } else {
      value = new BigInteger(digits);
    }
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private static Double real(String written) {
    String lower = written.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".nan")) {
      return Double.NaN;
    }
    if (lower.endsWith(".inf")) {
      return lower.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return Double.valueOf(written);
  }

  private TreeNode json(String text) throws TreeFileException {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).build())
            .build();
    Deque<Open> open = new ArrayDeque<>();
    TreeNode top = null;
    try (JsonParser parser = factory.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        int line = parser.currentTokenLocation().getLineNr();
        TreeNode done = null;
        switch (token) {
          case START_OBJECT, START_ARRAY -> {
            count(line, 1, open.size() + 1);
            open.push(new Open(token == JsonToken.START_OBJECT, line, null, 0));
          }
          case END_OBJECT, END_ARRAY -> done = open.pop().close();
          case FIELD_NAME -> {
            open.peek().key = parser.currentName();
            open.peek().keyLine = line;
          }
          default -> {
            count(line, 1, open.size());
            done = jsonScalar(line, parser, token);
          }
        }
        if (done != null) {
          if (open.isEmpty()) {
            if (top != null) {
              throw fault(line, "expected one value, found more after it");
            }
            top = done;
          } else {
            attach(open.peek(), done, line);
          }
        }
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw fault(line, "not JSON: " + oneLine(e.getOriginalMessage()));
    } catch (TreeFileException e) {
      throw e;
    } catch (IOException e) {
      throw fault(0, "not JSON: " + oneLine(e.getMessage()));
    }
    return top == null ? new Scalar(1, null, "") : top;
  }

  private Scalar jsonScalar(int line, JsonParser parser, JsonToken token) throws IOException {
    String written = parser.getText();
    Object value =
        switch (token) {
          case VALUE_NULL -> null;
          case VALUE_TRUE -> true;
          case VALUE_FALSE -> false;
          case VALUE_NUMBER_INT -> whole(line, written);
          case VALUE_NUMBER_FLOAT -> Double.valueOf(written);
          default -> written;
        };
    return new Scalar(line, value, written);
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }
}
