package io.github.dl4jhopfield.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.api.ops.impl.shape.ExpandDims;
import org.nd4j.linalg.api.ops.impl.shape.Permute;
import org.nd4j.linalg.api.ops.impl.shape.Reshape;
import org.nd4j.linalg.api.ops.impl.shape.Squeeze;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a SameDiff graph without loops or conditions, in place of SameDiff's InferenceSession.
 *
 * <p>What it does differently: the order of the ops is worked out once; the backward pass takes up
 * the values of the forward pass instead of computing them again; a value is freed after its last
 * use; where all values of a call are small, their arrays and op contexts are kept for the next
 * call of the same shapes; reshape and permute are views where they can be; matrix products write
 * into 'c' order without libnd4j's copy.
 *
 * <p>Not thread-safe, as DL4J's layers are not.
 */
final class GraphProgram {

  /** Placeholders whose names start so never change their shapes. */
  static final String PARAMETER = "p-";

  /** Up to so many bytes of values are kept between calls. */
  private static final long KEPT_BYTES = 64L << 20;

  /** Work of one matrix product from which a batch of them is run one by one on BLAS. */
  private static final long BLAS_FROM = 16 * 16 * 16;

  /** From so many bytes on a result is made where it is to stay, below it is copied there. */
  private static final long PLACED_BYTES = 1L << 20;

  /** Makes the array of a result where it is to stay. */
  interface Place {
    INDArray create(DataType type, long[] shape);
  }

  /** Where results of a run go that have their places, by slot. */
  private record Places(Map<Integer, Place> made, Map<Integer, INDArray> given) {
    static final Places NONE = new Places(Map.of(), Map.of());

    boolean has(int slot) {
      return made.containsKey(slot) || given.containsKey(slot);
    }
  }

  private static final String OWN_OPS = "hopfield_";

  private static final class Step {
    DifferentialFunction op;
    int[] in;
    int[] out;
    DataType[] types;
    OpContext context;
    INDArray[] bound;
    INDArray[] kept; // null where the array is made anew in its place for each call
    long[][] shapes;
    int[] free;
    List<Product> products;
  }

  private final SameDiff sd;
  private final Map<String, Integer> slots = new HashMap<>();
  private final List<String> names = new ArrayList<>();

  /** Of results of reshape what they are another shape of, by slot. */
  private final Map<Integer, Integer> reshaped = new HashMap<>();

  private final List<Step> forward;
  private List<Step> backward = List.of();
  private final Set<Integer> takenBackward = new HashSet<>();
  private final Set<String> results = new HashSet<>();
  private INDArray[] values = new INDArray[0];
  private boolean[] owned = new boolean[0];
  private Places places = Places.NONE;
  private Map<Integer, INDArray> lastGiven = Map.of();
  private final Set<Integer> placed = new HashSet<>();
  private String signature = "";
  private boolean keeping;
  private long bytes;
  private boolean forwardDone;

  /**
   * @param outputs what a forward run gives
   */
  GraphProgram(SameDiff sd, Collection<SDVariable> outputs) {
    this.sd = sd;
    forward = plan(outputs, Set.of());
  }

  /** Adds the backward ops that give {@code gradients}. */
  void addBackward(Collection<SDVariable> gradients) {
    Set<String> known = new HashSet<>();
    for (Step s : forward) {
      for (int o : s.out) {
        known.add(names.get(o));
      }
    }
    backward = plan(gradients, known);
    for (Step s : backward) {
      for (int in : s.in) {
        takenBackward.add(in);
      }
    }
  }

  private List<Step> plan(Collection<SDVariable> outputs, Set<String> known) {
    List<Step> steps = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (SDVariable y : outputs) {
      results.add(y.name());
      slot(y.name());
      for (SameDiffOp op : ReverseMode.ancestors(sd, y, known)) {
        if (seen.add(op.getName())) {
          steps.add(step(op));
        }
      }
    }
    values = Arrays.copyOf(values, names.size());
    owned = Arrays.copyOf(owned, names.size());
    return steps;
  }

  private Step step(SameDiffOp op) {
    Step s = new Step();
    s.op = op.getOp();
    List<String> ins = op.getInputsToOp() == null ? List.of() : op.getInputsToOp();
    s.in = ins.stream().mapToInt(this::slot).toArray();
    s.out = op.getOutputsOfOp().stream().mapToInt(this::slot).toArray();
    s.types = new DataType[s.out.length];
    for (int i = 0; i < s.out.length; i++) {
      s.types[i] = sd.getVariable(op.getOutputsOfOp().get(i)).dataType();
    }
    s.bound = new INDArray[s.in.length];
    if (s.op instanceof Reshape) {
      reshaped.put(s.out[0], s.in[0]);
    }
    return s;
  }

  private int slot(String name) {
    return slots.computeIfAbsent(
        name,
        n -> {
          names.add(n);
          return names.size() - 1;
        });
  }

  /** Marks in each step the values that nothing needs after it. */
  private void lifetimes(List<Step> all) {
    int[] base = new int[names.size()];
    Arrays.setAll(base, i -> i);
    for (Step s : all) {
      if (isView(s.op)) {
        base[s.out[0]] = base[s.in[0]];
      }
    }
    int[] last = new int[names.size()];
    Arrays.fill(last, -1);
    boolean[] stays = new boolean[names.size()];
    for (int i = 0; i < all.size(); i++) {
      for (int in : all.get(i).in) {
        last[base[in]] = i;
        last[in] = i;
      }
      for (int out : all.get(i).out) {
        last[base[out]] = Math.max(last[base[out]], i);
        last[out] = Math.max(last[out], i);
      }
    }
    for (String r : results) {
      stays[slots.get(r)] = true;
      stays[base[slots.get(r)]] = true;
    }
    List<List<Integer>> free = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      free.add(new ArrayList<>());
    }
    for (int v = 0; v < last.length; v++) {
      if (last[v] >= 0 && !stays[v]) {
        free.get(last[v]).add(v);
      }
    }
    for (int i = 0; i < all.size(); i++) {
      all.get(i).free = free.get(i).stream().mapToInt(Integer::intValue).toArray();
    }
  }

  private static boolean isView(DifferentialFunction op) {
    return op instanceof Reshape || op instanceof Permute;
  }

  /**
   * Runs the forward ops.
   *
   * @param given arrays of the placeholders that they need
   * @param backwardFollows whether to keep the values that the backward ops need
   * @param result to be made where it is to stay if it is large and the backward ops don't need it;
   *     null: none
   * @return whether it was
   */
  boolean forward(
      Map<String, INDArray> given, boolean backwardFollows, SDVariable result, Place place) {
    String now = signature(given) + backwardFollows;
    if (!now.equals(signature)) {
      clear();
      signature = now;
      List<Step> all = new ArrayList<>(forward);
      if (backwardFollows) {
        all.addAll(backward);
      }
      lifetimes(all);
    } else if (!keeping) {
      freeValues();
    }
    keeping = true;
    give(given);
    int slot = result == null ? -1 : origin(result);
    boolean may = result != null && !(backwardFollows && neededBackward(slot, result));
    runPlaced(forward, may ? new Places(Map.of(slot, place), Map.of()) : Places.NONE);
    forwardDone = backwardFollows;
    return placed.contains(slot);
  }

  /** Runs the forward ops, with no place for a result. */
  void forward(Map<String, INDArray> given, boolean backwardFollows) {
    forward(given, backwardFollows, null, null);
  }

  private boolean neededBackward(int slot, SDVariable result) {
    return takenBackward.contains(slot) || takenBackward.contains(slots.get(result.name()));
  }

  /** Whether the values of the last forward run are there for {@link #backward}. */
  boolean forwardDone() {
    return forwardDone;
  }

  /**
   * Runs the backward ops after a forward run of the same arrays.
   *
   * @param made results that are to be made where they stay if they are large
   * @param given results that are to be written into these arrays, where their shape allows it
   * @return those of {@code made} that were
   */
  Set<SDVariable> backward(
      Map<String, INDArray> values, Map<SDVariable, Place> made, Map<SDVariable, INDArray> given) {
    give(values);
    Map<Integer, Integer> asked = new HashMap<>();
    for (SDVariable v : made.keySet()) {
      asked.merge(origin(v), 1, Integer::sum);
    }
    for (SDVariable v : given.keySet()) {
      asked.merge(origin(v), 1, Integer::sum);
    }
    Places wanted = new Places(new HashMap<>(), new HashMap<>());
    made.forEach((v, place) -> add(wanted.made(), asked, origin(v), place));
    given.forEach((v, array) -> add(wanted.given(), asked, origin(v), array));
    if (!sameArrays(wanted.given(), lastGiven)) {
      backward.forEach(GraphProgram::forget);
      lastGiven = wanted.given();
    }
    runPlaced(backward, wanted);
    forwardDone = false;
    Set<SDVariable> there = new HashSet<>();
    for (SDVariable v : made.keySet()) {
      if (placed.contains(origin(v))) {
        there.add(v);
      }
    }
    return there;
  }

  /** Two results may be one and the same value: it has no place of its own then. */
  private static <T> void add(Map<Integer, T> to, Map<Integer, Integer> asked, int slot, T place) {
    if (asked.get(slot) == 1) {
      to.put(slot, place);
    }
  }

  private static boolean sameArrays(Map<Integer, INDArray> a, Map<Integer, INDArray> b) {
    return a.keySet().equals(b.keySet())
        && a.entrySet().stream().allMatch(e -> b.get(e.getKey()) == e.getValue());
  }

  private void runPlaced(List<Step> steps, Places wanted) {
    places = wanted;
    placed.clear();
    try {
      run(steps);
    } finally {
      places = Places.NONE;
    }
  }

  /** What a result is another shape of. */
  private int origin(SDVariable result) {
    int slot = slots.get(result.name());
    while (reshaped.containsKey(slot)) {
      slot = reshaped.get(slot);
    }
    return slot;
  }

  /** The array of a result of the last run; valid until the next run or {@link #release}. */
  INDArray value(SDVariable variable) {
    return values[slots.get(variable.name())];
  }

  /** To be called when the results of a run have been copied: frees what is not worth keeping. */
  void release() {
    forwardDone = false;
    if (!keeping) {
      clear();
    } else {
      for (int i = 0; i < values.length; i++) {
        if (!owned[i]) {
          values[i] = null;
        }
      }
    }
  }

  private void give(Map<String, INDArray> given) {
    given.forEach(
        (name, array) -> {
          Integer slot = slots.get(name);
          if (slot != null) {
            values[slot] = array;
            owned[slot] = false;
          }
        });
  }

  private static String signature(Map<String, INDArray> given) {
    StringBuilder text = new StringBuilder();
    for (String name : new java.util.TreeSet<>(given.keySet())) {
      if (name.startsWith(PARAMETER)) {
        continue;
      }
      INDArray a = given.get(name);
      text.append(Arrays.toString(a.shape()));
      // what is fed as numbers of a shape decides shapes
      text.append(a.dataType() == DataType.INT64 ? Arrays.toString(a.toLongVector()) : "");
    }
    return text.toString();
  }

  private void run(List<Step> steps) {
    for (Step s : steps) {
      INDArray[] in = new INDArray[s.in.length];
      for (int i = 0; i < in.length; i++) {
        in[i] = array(s.in[i]);
      }
      exec(s, in);
      if (!keeping) {
        free(s);
      } else if (bytes > KEPT_BYTES) {
        stopKeeping(steps, s);
      }
    }
  }

  private INDArray array(int slot) {
    INDArray a = values[slot];
    if (a == null) {
      SDVariable v = sd.getVariable(names.get(slot));
      if (v.getVariableType() == VariableType.CONSTANT) {
        a = v.getArr();
        values[slot] = a;
        owned[slot] = false;
      } else {
        throw new IllegalStateException("no array for \"" + names.get(slot) + "\"");
      }
    }
    return a;
  }

  private void stopKeeping(List<Step> steps, Step upTo) {
    keeping = false;
    List<List<Step>> before = steps == forward ? List.of(forward) : List.of(forward, backward);
    for (List<Step> some : before) {
      for (Step s : some) {
        forget(s);
        free(s);
        if (s == upTo) {
          return;
        }
      }
    }
  }

  private static void forget(Step s) {
    s.kept = null;
    s.products = null;
    Arrays.fill(s.bound, null);
  }

  private void free(Step s) {
    if (s.free != null) {
      for (int slot : s.free) {
        close(slot);
      }
    }
  }

  private void close(int slot) {
    INDArray a = values[slot];
    if (a != null && owned[slot] && a.closeable()) {
      a.close();
    }
    values[slot] = null;
    owned[slot] = false;
  }

  private void freeValues() {
    for (int i = 0; i < values.length; i++) {
      close(i);
    }
  }

  private void clear() {
    freeValues();
    for (List<Step> steps : List.of(forward, backward)) {
      for (Step s : steps) {
        forget(s);
      }
    }
    bytes = 0;
    signature = "";
  }

  // ---------------------------------------------------------------- ops

  private void exec(Step s, INDArray[] in) {
    if (s.op instanceof Permute && in.length == 1) {
      if (!sameView(s, in)) {
        view(s, in, in[0].permute(dimensions((DynamicCustomOp) s.op)));
      }
    } else if (s.op instanceof Reshape && contiguous(in[0])) {
      if (!sameView(s, in)) {
        view(s, in, in[0].reshape('c', shape((DynamicCustomOp) s.op, in)));
      }
    } else if (s.op instanceof Mmul) {
      product(s, in);
    } else if (s.op instanceof EagerOp op) {
      eager(s, op, in);
    } else if (s.op instanceof DynamicCustomOp op) {
      Nd4j.exec(op, bind(s, op instanceof ExpandDims || op instanceof Squeeze ? inRows(in) : in));
    } else if (s.op instanceof BaseReduceOp op) {
      reduce(s, op, in);
    } else {
      Nd4j.exec((Op) s.op, bind(s, in));
    }
  }

  /** libnd4j takes a row in Fortran order, as the errors of DL4J's layers are, for an empty one. */
  private static INDArray[] inRows(INDArray[] in) {
    INDArray[] rows = in.clone();
    if (in[0].ordering() != 'c') {
      rows[0] = in[0].dup('c');
    }
    return rows;
  }

  /**
   * Where a vector has nothing to reduce, ND4J's executioner goes a shorter way, which reads the
   * op's own arrays instead of those of the context and does not write to its output.
   */
  private void reduce(Step s, BaseReduceOp op, INDArray[] in) {
    OpContext c = bind(s, in);
    INDArray out = values[s.out[0]];
    if (in[0].rank() < 2 || !in[0].isVector() || in[0].length() != out.length()) {
      Nd4j.exec(op, c);
      return;
    }
    op.setX(in[0]);
    try {
      out.assign(op.noOp().reshape(out.shape()));
    } finally {
      op.setX(null);
    }
  }

  /** An op in Java writes into arrays of this program. */
  private void eager(Step s, EagerOp op, INDArray[] in) {
    INDArray[] out = new INDArray[s.out.length];
    if (s.kept == null) {
      long[][] shapes = op.shapes(in);
      for (int i = 0; i < out.length; i++) {
        out[i] = allocate(s, i, shapes[i], false);
      }
      keep(s, out.clone());
    } else {
      for (int i = 0; i < out.length; i++) {
        out[i] = again(s, i);
      }
    }
    op.run(in, out);
  }

  private static boolean contiguous(INDArray a) {
    return a.ordering() == 'c' && a.elementWiseStride() == 1;
  }

  /** In a call like the last one, the views of what was kept are the same too. */
  private boolean sameView(Step s, INDArray[] in) {
    if (s.kept == null || !Arrays.equals(in, s.bound, (a, b) -> a == b ? 0 : 1)) {
      return false;
    }
    values[s.out[0]] = s.kept[0];
    owned[s.out[0]] = false;
    return true;
  }

  private void view(Step s, INDArray[] in, INDArray result) {
    values[s.out[0]] = result;
    owned[s.out[0]] = false;
    System.arraycopy(in, 0, s.bound, 0, in.length);
    keep(s, new INDArray[] {result});
  }

  private static int[] dimensions(DynamicCustomOp op) {
    return Arrays.stream(op.iArgs()).mapToInt(i -> (int) i).toArray();
  }

  private static long[] shape(DynamicCustomOp op, INDArray[] in) {
    if (in.length > 1) {
      return in[1].toLongVector();
    }
    long[] args = op.iArgs();
    boolean order = args.length > 0 && (args[0] == Reshape.C_ORDER || args[0] == Reshape.F_ORDER);
    return order ? Arrays.copyOfRange(args, 1, args.length) : args;
  }

  private OpContext context(Step s) {
    if (s.context == null) {
      s.context = Nd4j.getExecutioner().buildContext();
      if (s.op instanceof DynamicCustomOp op) {
        if (op.iArgs().length > 0) {
          s.context.setIArguments(op.iArgs());
        }
        if (op.tArgs().length > 0) {
          s.context.setTArguments(op.tArgs());
        }
        if (op.bArgs().length > 0) {
          s.context.setBArguments(op.bArgs());
        }
        if (op.dArgs().length > 0) {
          s.context.setDArguments(op.dArgs());
        }
      }
    }
    return s.context;
  }

  /**
   * The context of a step with its arrays. Until it is purged a context keeps a native handle of
   * every array that it was ever given, so where one has changed it is given all of them anew.
   */
  private OpContext bind(Step s, INDArray[] in) {
    OpContext c = context(s);
    boolean same =
        s.kept != null
            && !Arrays.asList(s.kept).contains(null)
            && Arrays.equals(in, s.bound, (a, b) -> a == b ? 0 : 1);
    if (!same) {
      c.purge();
      for (int i = 0; i < in.length; i++) {
        c.setInputArray(i, in[i]);
        s.bound[i] = in[i];
      }
    }
    if (s.kept == null) {
      outputs(s, s.op.calculateOutputShape(c));
    } else {
      for (int i = 0; i < s.out.length; i++) {
        again(s, i);
      }
    }
    for (int i = 0; i < s.out.length && !same; i++) {
      c.setOutputArray(i, values[s.out[i]]);
    }
    return c;
  }

  /**
   * Whether an op writes to whatever array it is given. libnd4j's convolutions of lines, for one,
   * leave a part of a larger array unwritten.
   */
  private static boolean writesAnywhere(DifferentialFunction op) {
    return op instanceof Mmul || op.opName().startsWith(OWN_OPS);
  }

  private void outputs(Step s, List<LongShapeDescriptor> shapes) {
    INDArray[] made = new INDArray[s.out.length];
    for (int i = 0; i < made.length; i++) {
      LongShapeDescriptor d = shapes.get(i);
      made[i] = allocate(s, i, d.getShape(), d.isEmpty());
    }
    keep(s, made);
  }

  /** The array of an output in a call like the last one. */
  private INDArray again(Step s, int i) {
    int slot = s.out[i];
    if (s.kept[i] == null) {
      return allocate(s, i, s.shapes[i], false);
    }
    values[slot] = s.kept[i];
    owned[slot] = !places.has(slot);
    return s.kept[i];
  }

  private INDArray allocate(Step s, int i, long[] shape, boolean empty) {
    int slot = s.out[i];
    long size = s.types[i].width();
    for (long d : shape) {
      size *= d;
    }
    if (s.shapes == null) {
      s.shapes = new long[s.out.length][];
    }
    s.shapes[i] = shape;
    if (places.made().containsKey(slot) && !empty && size >= PLACED_BYTES) {
      values[slot] = places.made().get(slot).create(s.types[i], shape);
      owned[slot] = false;
      placed.add(slot);
      return values[slot];
    }
    INDArray target = writesAnywhere(s.op) ? places.given().get(slot) : null;
    if (target != null
        && target.dataType() == s.types[i]
        && contiguous(target)
        && !empty
        && size == target.length() * s.types[i].width()) {
      values[slot] = target.reshape('c', shape);
      owned[slot] = false;
      return values[slot];
    }
    values[slot] =
        empty ? Nd4j.empty(s.types[i]) : Nd4j.createUninitializedDetached(s.types[i], 'c', shape);
    owned[slot] = !empty;
    bytes += size;
    return values[slot];
  }

  private void keep(Step s, INDArray[] made) {
    if (!keeping) {
      return;
    }
    s.kept = made;
    for (int i = 0; i < made.length; i++) {
      if (placed.contains(s.out[i])) {
        s.kept[i] = null;
      }
    }
  }

  /** One matrix product of a step, with its views. */
  private record Product(OpContext context, INDArray left, INDArray right, INDArray result) {

    static Product of(INDArray left, INDArray right, INDArray result) {
      OpContext c = Nd4j.getExecutioner().buildContext();
      c.setInputArray(0, left);
      c.setInputArray(1, right);
      c.setOutputArray(0, result);
      return new Product(c, left, right, result);
    }

    void run() {
      Nd4j.exec(PRODUCT, context);
    }
  }

  /** C = A B as C' = B' A', so that BLAS, which writes columns, writes our rows. */
  private void product(Step s, INDArray[] in) {
    boolean there = s.kept != null && s.kept[0] != null;
    if (there) {
      again(s, 0);
      if (s.bound[0] == in[0] && s.bound[1] == in[1]) {
        s.products.forEach(Product::run);
        return;
      }
    }
    long[] flags = ((DynamicCustomOp) s.op).iArgs();
    INDArray a = turned(in[0], flags.length > 0 && flags[0] != 0);
    INDArray b = turned(in[1], flags.length > 1 && flags[1] != 0);
    int rank = a.rank();
    if (!there) {
      long[] shape = a.shape().clone();
      shape[rank - 1] = b.size(rank - 1);
      keep(s, new INDArray[] {allocate(s, 0, shape, false)});
    }
    INDArray c = values[s.out[0]];
    INDArray left = turned(b, true);
    INDArray right = turned(a, true);
    INDArray result = turned(c, true);
    long work = left.size(rank - 2) * left.size(rank - 1) * right.size(rank - 1);
    s.products = new ArrayList<>();
    if (rank == 2 || work < BLAS_FROM) {
      s.products.add(Product.of(left, right, result));
    } else {
      long n = c.length() / (c.size(rank - 1) * c.size(rank - 2));
      for (long i = 0; i < n; i++) {
        s.products.add(Product.of(matrix(left, i), matrix(right, i), matrix(result, i)));
      }
    }
    s.products.forEach(Product::run);
    if (keeping) {
      System.arraycopy(in, 0, s.bound, 0, in.length);
    } else {
      s.products = null;
    }
  }

  private static final Mmul PRODUCT = new Mmul();

  /** Matrix number i of the last two dimensions. */
  private static INDArray matrix(INDArray a, long i) {
    int rank = a.rank();
    long offset = a.offset();
    long rest = i;
    for (int d = rank - 3; d >= 0; d--) {
      offset += rest % a.size(d) * a.stride(d);
      rest /= a.size(d);
    }
    return Nd4j.create(
        a.data(),
        new long[] {a.size(rank - 2), a.size(rank - 1)},
        new long[] {a.stride(rank - 2), a.stride(rank - 1)},
        offset,
        a.stride(rank - 2) == 1 ? 'f' : 'c');
  }

  private static INDArray turned(INDArray a, boolean turn) {
    if (!turn) {
      return a;
    }
    int rank = a.rank();
    int[] order = new int[rank];
    Arrays.setAll(order, i -> i);
    order[rank - 1] = rank - 2;
    order[rank - 2] = rank - 1;
    return a.permute(order);
  }
}
