package io.github.dl4jhopfield.zoo.tasks;

import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** The report of an example task: learning curves, with Lagrangian units beside, and numbers. */
final class TaskReport {
  private TaskReport() {}

  static String html(String task, List<TaskTraining> trainings, ExperimentResult result) {
    HtmlReport page = new HtmlReport("Task " + result.experiment());
    page.paragraph(task);
    page.paragraph(
        "Protocol. Each network is one layer over the sequence and a logistic output, trained with"
            + " AdamW (1e-3, weight decay 0.01), batches of 32, gradients clipped to norm 1, as in"
            + " the examples of hopfield-layers. The first and last eighth of the sequences are"
            + " held out. Accuracy is that after the last epoch: nothing is chosen by it. Curves"
            + " are means over the seeds.");
    page.section("Learning curves");
    curves(page, trainings, "Plain", network -> !network.hasUnit() && !network.isAdapted());
    curves(
        page,
        trainings,
        "LwPF units beside none",
        network ->
            network.hasUnit()
                || trainings.stream().anyMatch(other -> network.isPlainOf(other.which())));
    curves(page, trainings, "Adapted", TaskNetwork::isAdapted);
    page.section("Numbers");
    result.tables().forEach(page::table);
    page.section("Options");
    page.table(ResultTable.ofValues("All options of this run.", "option", result.options()));
    return page.toHtml();
  }

  private static void curves(
      HtmlReport page, List<TaskTraining> trainings, String group, Predicate<TaskNetwork> member) {
    List<TaskNetwork> networks =
        trainings.stream().map(TaskTraining::which).distinct().filter(member).toList();
    if (networks.isEmpty()) {
      return;
    }
    figure(
        page,
        group + ": accuracy on held-out sequences",
        Axis.linear("accuracy, %").from(0).to(100),
        networks,
        trainings,
        training -> scaled(training.accuracy(), 100));
    figure(
        page,
        group + ": training loss",
        Axis.linear("cross-entropy").from(0),
        networks,
        trainings,
        TaskTraining::loss);
  }

  private static void figure(
      HtmlReport page,
      String title,
      Axis y,
      List<TaskNetwork> networks,
      List<TaskTraining> trainings,
      Function<TaskTraining, double[]> curve) {
    XyPlot plot = new XyPlot(title, Axis.linear("epoch"), y);
    for (TaskNetwork network : networks) {
      List<double[]> own = TaskExperiment.of(network, trainings).stream().map(curve).toList();
      double[] mean = new double[own.get(0).length];
      double[] epochs = new double[mean.length];
      for (int epoch = 0; epoch < mean.length; epoch++) {
        epochs[epoch] = epoch + 1;
        for (double[] values : own) {
          mean[epoch] += values[epoch] / own.size();
        }
      }
      plot.line(network.label(), epochs, mean);
    }
    page.figure(plot, title + ".");
  }

  private static double[] scaled(double[] values, double factor) {
    double[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] *= factor;
    }
    return result;
  }
}
