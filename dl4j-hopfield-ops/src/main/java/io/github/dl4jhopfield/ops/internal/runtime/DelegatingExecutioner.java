package io.github.dl4jhopfield.ops.internal.runtime;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ndarray.INDArrayStatistics;
import org.nd4j.linalg.api.ops.BroadcastOp;
import org.nd4j.linalg.api.ops.GridOp;
import org.nd4j.linalg.api.ops.IndexAccumulation;
import org.nd4j.linalg.api.ops.MetaOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.RandomOp;
import org.nd4j.linalg.api.ops.ReduceOp;
import org.nd4j.linalg.api.ops.ScalarOp;
import org.nd4j.linalg.api.ops.TransformOp;
import org.nd4j.linalg.api.ops.aggregates.Aggregate;
import org.nd4j.linalg.api.ops.aggregates.Batch;
import org.nd4j.linalg.api.ops.executioner.DefaultOpExecutioner;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.api.ops.impl.scatter.ScatterUpdate;
import org.nd4j.linalg.api.ops.impl.summarystats.Variance;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.api.shape.TadPack;
import org.nd4j.linalg.cache.TADManager;
import org.nd4j.linalg.profiler.ProfilerConfig;

/** Passes every call on to another executioner; what {@link HopfieldExecutioner} adds is there. */
abstract class DelegatingExecutioner extends DefaultOpExecutioner {
  protected final OpExecutioner delegate;

  protected DelegatingExecutioner(OpExecutioner delegate) {
    this.delegate = delegate;
  }

  @Override
  public boolean isVerbose() {
    return delegate.isVerbose();
  }

  @Override
  public boolean isDebug() {
    return delegate.isDebug();
  }

  @Override
  public OpExecutioner.ExecutionerType type() {
    return delegate.type();
  }

  @Override
  public String getLastOp() {
    return delegate.getLastOp();
  }

  @Override
  public INDArray exec(Op a) {
    return delegate.exec(a);
  }

  @Override
  public INDArray exec(Op a, OpContext b) {
    return delegate.exec(a, b);
  }

  @Override
  public TransformOp execAndReturn(TransformOp a) {
    return delegate.execAndReturn(a);
  }

  @Override
  public ReduceOp execAndReturn(ReduceOp a) {
    return delegate.execAndReturn(a);
  }

  @Override
  public Variance execAndReturn(Variance a) {
    return delegate.execAndReturn(a);
  }

  @Override
  public IndexAccumulation execAndReturn(IndexAccumulation a) {
    return delegate.execAndReturn(a);
  }

  @Override
  public ScalarOp execAndReturn(ScalarOp a) {
    return delegate.execAndReturn(a);
  }

  @Override
  public BroadcastOp execAndReturn(BroadcastOp a) {
    return delegate.execAndReturn(a);
  }

  @Override
  public INDArray exec(ReduceOp a) {
    return delegate.exec(a);
  }

  @Override
  public INDArray exec(BroadcastOp a) {
    return delegate.exec(a);
  }

  @Override
  public INDArray exec(ScalarOp a) {
    return delegate.exec(a);
  }

  @Override
  public INDArray exec(Variance a) {
    return delegate.exec(a);
  }

  @Override
  public INDArray exec(IndexAccumulation a) {
    return delegate.exec(a);
  }

  @Override
  public Op execAndReturn(Op a) {
    return delegate.execAndReturn(a);
  }

  @Override
  public void exec(MetaOp a) {
    delegate.exec(a);
  }

  @Override
  public void exec(GridOp a) {
    delegate.exec(a);
  }

  @Override
  public void exec(Aggregate a) {
    delegate.exec(a);
  }

  @Override
  public <T extends Aggregate> void exec(Batch<T> a) {
    delegate.exec(a);
  }

  @Override
  public void exec(List<Aggregate> a) {
    delegate.exec(a);
  }

  @Override
  public INDArray exec(RandomOp a) {
    return delegate.exec(a);
  }

  @Override
  public INDArray exec(RandomOp a, Random b) {
    return delegate.exec(a, b);
  }

  @Override
  public Properties getEnvironmentInformation() {
    return delegate.getEnvironmentInformation();
  }

  @Override
  public void setProfilingMode(OpExecutioner.ProfilingMode a) {
    delegate.setProfilingMode(a);
  }

  @Override
  public void setProfilingConfig(ProfilerConfig a) {
    delegate.setProfilingConfig(a);
  }

  @Override
  public OpExecutioner.ProfilingMode getProfilingMode() {
    return delegate.getProfilingMode();
  }

  @Override
  public TADManager getTADManager() {
    return delegate.getTADManager();
  }

  @Override
  public void printEnvironmentInformation() {
    delegate.printEnvironmentInformation();
  }

  @Override
  public void push() {
    delegate.push();
  }

  @Override
  public void commit() {
    delegate.commit();
  }

  @Override
  public INDArray thresholdEncode(INDArray a, double b) {
    return delegate.thresholdEncode(a, b);
  }

  @Override
  public INDArray thresholdEncode(INDArray a, double b, Integer c) {
    return delegate.thresholdEncode(a, b, c);
  }

  @Override
  public INDArray thresholdDecode(INDArray a, INDArray b) {
    return delegate.thresholdDecode(a, b);
  }

  @Override
  public long bitmapEncode(INDArray a, INDArray b, double c) {
    return delegate.bitmapEncode(a, b, c);
  }

  @Override
  public INDArray bitmapEncode(INDArray a, double b) {
    return delegate.bitmapEncode(a, b);
  }

  @Override
  public INDArray bitmapDecode(INDArray a, INDArray b) {
    return delegate.bitmapDecode(a, b);
  }

  @Override
  public void enableDebugMode(boolean a) {
    delegate.enableDebugMode(a);
  }

  @Override
  public void enableVerboseMode(boolean a) {
    delegate.enableVerboseMode(a);
  }

  @Override
  public boolean isExperimentalMode() {
    return delegate.isExperimentalMode();
  }

  @Override
  public void registerGraph(long a, Pointer b) {
    delegate.registerGraph(a, b);
  }

  @Override
  public Map<String, INDArray> executeGraph(
      long a, Map<String, INDArray> b, Map<String, Integer> c) {
    return delegate.executeGraph(a, b, c);
  }

  @Override
  public void forgetGraph(long a) {
    delegate.forgetGraph(a);
  }

  @Override
  public void setElementsThreshold(int a) {
    delegate.setElementsThreshold(a);
  }

  @Override
  public void setTadThreshold(int a) {
    delegate.setTadThreshold(a);
  }

  @Override
  public String getString(DataBuffer a, long b) {
    return delegate.getString(a, b);
  }

  @Override
  public void scatterUpdate(ScatterUpdate.UpdateOp a, INDArray b, INDArray c, INDArray d, int[] e) {
    delegate.scatterUpdate(a, b, c, d, e);
  }

  @Override
  public OpContext buildContext() {
    return delegate.buildContext();
  }

  @Override
  public INDArrayStatistics inspectArray(INDArray a) {
    return delegate.inspectArray(a);
  }

  @Override
  public DataBuffer createShapeInfo(long[] a, long[] b, long c, char d, DataType e, boolean f) {
    return delegate.createShapeInfo(a, b, c, d, e, f);
  }

  @Override
  public DataBuffer createShapeInfo(long[] a, long[] b, long c, char d, DataType e, long f) {
    return delegate.createShapeInfo(a, b, c, d, e, f);
  }

  @Override
  public TadPack tadShapeInfoAndOffsets(INDArray a, int[] b) {
    return delegate.tadShapeInfoAndOffsets(a, b);
  }

  @Override
  public DataBuffer createConstantBuffer(long[] a, DataType b) {
    return delegate.createConstantBuffer(a, b);
  }

  @Override
  public DataBuffer createConstantBuffer(int[] a, DataType b) {
    return delegate.createConstantBuffer(a, b);
  }

  @Override
  public DataBuffer createConstantBuffer(float[] a, DataType b) {
    return delegate.createConstantBuffer(a, b);
  }

  @Override
  public DataBuffer createConstantBuffer(double[] a, DataType b) {
    return delegate.createConstantBuffer(a, b);
  }

  @Override
  public int useCount(DataBuffer a) {
    return delegate.useCount(a);
  }
}
