/**
 * Reports: self-contained HTML pages with plots, without scripts and without the network, legible
 * on a phone, on a screen, in the dark and on paper.
 *
 * <p>A {@link io.github.dl4jhopfield.zoo.report.Figure} is laid out anew for each width and says in
 * words what it shows. {@link io.github.dl4jhopfield.zoo.report.XyPlot} draws curves, bands, points
 * and maps of the plane, {@link io.github.dl4jhopfield.zoo.report.Plots} the axes of ROC and
 * precision-recall curves, {@link io.github.dl4jhopfield.zoo.report.BarPlot} bars with intervals,
 * {@link io.github.dl4jhopfield.zoo.report.HeatMap} tables of shades and confusion matrices, {@link
 * io.github.dl4jhopfield.zoo.report.SequenceLogo} motifs, {@link
 * io.github.dl4jhopfield.zoo.report.PictureGrid} pictures, {@link
 * io.github.dl4jhopfield.zoo.report.Panels} several of them. {@link
 * io.github.dl4jhopfield.zoo.report.Numbers} rounds.
 */
package io.github.dl4jhopfield.zoo.report;
