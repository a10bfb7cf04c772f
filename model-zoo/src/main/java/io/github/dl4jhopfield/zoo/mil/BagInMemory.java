package io.github.dl4jhopfield.zoo.mil;

/** A bag whose instances are in memory. */
record BagInMemory(String id, int label, double[][] instances) implements Bag {
  @Override
  public int size() {
    return instances.length;
  }

  @Override
  public int features() {
    return instances.length == 0 ? 0 : instances[0].length;
  }

  @Override
  public void forEach(Visitor visitor) {
    for (double[] instance : instances) {
      visitor.see(instance);
    }
  }
}
