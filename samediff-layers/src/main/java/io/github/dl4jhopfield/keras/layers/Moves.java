package io.github.dl4jhopfield.keras.layers;

import java.util.Arrays;

/** The plans of operations that only move values; axes are counted with the batch as 0. */
final class Moves {

  /** In the numbers of a slice: from the start, or to the end. */
  static final long OPEN = Long.MIN_VALUE;

  private Moves() {}

  /** Kinds of the parts of a slice, four numbers each: kind, start, stop, step. */
  static final long RANGE = 0;

  /** One entry, the axis goes. */
  static final long INDEX = 1;

  /** A new axis of size 1. */
  static final long NEW = 2;

  static Rearrangement.Plan plan(String name, long[] s, String text) {
    switch (name) {
      case "slice":
        return new Slice(s);
      case "flip":
        return Rearrangement.plan(
            long[]::clone,
            (in, at, from) -> {
              System.arraycopy(at, 0, from, 0, at.length);
              for (long a : s) {
                from[(int) a] = in[(int) a] - 1 - at[(int) a];
              }
              return true;
            });
      case "roll":
        return Rearrangement.plan(
            long[]::clone,
            (in, at, from) -> {
              System.arraycopy(at, 0, from, 0, at.length);
              for (int k = 0; k < s.length; k += 2) {
                int a = (int) s[k];
                from[a] = Math.floorMod(at[a] - s[k + 1], in[a]);
              }
              return true;
            });
      case "repeat":
        return Rearrangement.plan(
            in -> with(in, (int) s[0], in[(int) s[0]] * s[1]),
            (in, at, from) -> {
              System.arraycopy(at, 0, from, 0, at.length);
              from[(int) s[0]] = at[(int) s[0]] / s[1];
              return true;
            });
      case "tile":
        return Rearrangement.plan(
            in -> times(in, s),
            (in, at, from) -> {
              int extra = at.length - in.length;
              for (int d = 0; d < in.length; d++) {
                from[d] = at[d + extra] % in[d];
              }
              return true;
            });
      case "pad":
        return Rearrangement.plan(
            in -> padded(in, s),
            (in, at, from) -> {
              boolean inside = true;
              for (int d = 0; d < in.length; d++) {
                from[d] = at[d] - s[2 * d];
                inside &= from[d] >= 0 && from[d] < in[d];
              }
              return inside;
            });
      case "take":
        return Rearrangement.plan(
            in -> with(in, (int) s[0], s.length - 1),
            (in, at, from) -> {
              System.arraycopy(at, 0, from, 0, at.length);
              int a = (int) s[0];
              long i = s[1 + (int) at[a]];
              from[a] = i < 0 ? i + in[a] : i;
              return true;
            });
      case "broadcast_to":
        return Rearrangement.plan(
            in -> broadcast(in, s),
            (in, at, from) -> {
              int extra = at.length - in.length;
              for (int d = 0; d < in.length; d++) {
                from[d] = in[d] == 1 ? 0 : at[d + extra];
              }
              return true;
            });
      case "depth_to_space":
        return Rearrangement.plan(
            in -> new long[] {in[0], in[1] * s[0], in[2] * s[0], in[3] / (s[0] * s[0])},
            (in, at, from) -> {
              long depth = in[3] / (s[0] * s[0]);
              from[0] = at[0];
              from[1] = at[1] / s[0];
              from[2] = at[2] / s[0];
              from[3] = (at[1] % s[0] * s[0] + at[2] % s[0]) * depth + at[3];
              return true;
            });
      case "space_to_depth":
        return Rearrangement.plan(
            in -> new long[] {in[0], in[1] / s[0], in[2] / s[0], in[3] * s[0] * s[0]},
            (in, at, from) -> {
              long block = at[3] / in[3];
              from[0] = at[0];
              from[1] = at[1] * s[0] + block / s[0];
              from[2] = at[2] * s[0] + block % s[0];
              from[3] = at[3] % in[3];
              return true;
            });
      default:
        throw new IllegalStateException("Unknown operation: " + name);
    }
  }

  private static long[] with(long[] in, int axis, long size) {
    long[] out = in.clone();
    out[axis] = size;
    return out;
  }

  private static long[] times(long[] in, long[] s) {
    long[] out = s.clone();
    int extra = out.length - in.length;
    for (int d = 0; d < in.length; d++) {
      out[d + extra] *= in[d];
    }
    return out;
  }

  private static long[] padded(long[] in, long[] s) {
    long[] out = in.clone();
    for (int d = 0; d < in.length; d++) {
      out[d] += s[2 * d] + s[2 * d + 1];
      if (out[d] < 0) {
        throw new IllegalArgumentException(
            "nothing is left of " + Arrays.toString(in) + " after cropping");
      }
    }
    return out;
  }

  /** Sizes of 0 or less stay as they are in the input. */
  private static long[] broadcast(long[] in, long[] s) {
    long[] out = s.clone();
    int extra = out.length - in.length;
    for (int d = 0; d < out.length; d++) {
      if (out[d] < 1) {
        out[d] = in[d - extra];
      }
    }
    // the batch is as large as that of the call
    if (extra == 0 && in[0] != 1) {
      out[0] = in[0];
    }
    return out;
  }

  /** Python's slices. */
  private static final class Slice implements Rearrangement.Plan {
    private final Rearrangement.Plan plan;

    Slice(long[] s) {
      plan =
          Rearrangement.plan(
              in -> sliced(in, s),
              (in, at, from) -> {
                int d = 0;
                int o = 0;
                for (int k = 0; k < s.length; k += 4) {
                  if (s[k] == NEW) {
                    o++;
                  } else if (s[k] == INDEX) {
                    from[d] = s[k + 1] < 0 ? s[k + 1] + in[d] : s[k + 1];
                    d++;
                  } else {
                    from[d] = start(in[d], s[k + 1], s[k + 3]) + at[o] * s[k + 3];
                    d++;
                    o++;
                  }
                }
                for (; d < in.length; d++, o++) {
                  from[d] = at[o];
                }
                return true;
              });
    }

    @Override
    public long[] shape(long[] in) {
      return plan.shape(in);
    }

    @Override
    public int[] map(long[] in) {
      return plan.map(in);
    }
  }

  private static long start(long n, long start, long step) {
    if (start == OPEN) {
      return step > 0 ? 0 : n - 1;
    }
    long s = start < 0 ? start + n : start;
    return step > 0 ? Math.min(Math.max(s, 0), n) : Math.min(Math.max(s, -1), n - 1);
  }

  private static long stop(long n, long stop, long step) {
    if (stop == OPEN) {
      return step > 0 ? n : -1;
    }
    long s = stop < 0 ? stop + n : stop;
    return step > 0 ? Math.min(Math.max(s, 0), n) : Math.min(Math.max(s, -1), n - 1);
  }

  /** The shape of a slice of an array of that shape; unknown sizes (-1) stay unknown. */
  static long[] sliced(long[] in, long[] s) {
    long[] out = new long[in.length + s.length];
    int d = 0;
    int o = 0;
    for (int k = 0; k < s.length; k += 4) {
      if (s[k] == NEW) {
        out[o++] = 1;
      } else if (s[k] == INDEX) {
        long i = s[k + 1] < 0 ? s[k + 1] + in[d] : s[k + 1];
        if (in[d] >= 0 && (i < 0 || i >= in[d])) {
          throw new IllegalArgumentException(
              "index " + s[k + 1] + " of an axis of " + in[d] + " entries");
        }
        d++;
      } else {
        long step = s[k + 3];
        if (in[d] >= 0) {
          long span = stop(in[d], s[k + 2], step) - start(in[d], s[k + 1], step);
          out[o++] = Math.max(0, (span + step - Long.signum(step)) / step);
        } else {
          out[o++] = -1;
        }
        d++;
      }
    }
    while (d < in.length) {
      out[o++] = in[d++];
    }
    return Arrays.copyOf(out, o);
  }
}
