package io.github.dl4jhopfield.zoo.mil;

import java.util.List;

/** Something that was trained to tell positive bags from negative ones. */
interface BagModel {
  /** How positive each bag is, from 0 to 1; positive from 0.5 on. */
  double[] scores(List<Bag> bags);
}
