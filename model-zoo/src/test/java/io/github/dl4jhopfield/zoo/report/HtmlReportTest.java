package io.github.dl4jhopfield.zoo.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final String HOSTILE = "<script>alert('x')</script>&\"";

  @Test
  void textOfTheUserIsEscapedEverywhere() {
    String html =
        new HtmlReport(HOSTILE)
            .section(HOSTILE)
            .paragraph(HOSTILE)
            .table(new ResultTable(HOSTILE, List.of(HOSTILE), List.of(List.of(HOSTILE))))
            .figure(new BarChart(List.of(HOSTILE), new double[] {1}, 1), HOSTILE)
            .figure(new LinePlot(HOSTILE, 0, 1, HOSTILE, 0, 1), HOSTILE)
            .toHtml();
    assertThat(html).doesNotContain("<script").contains("&lt;script&gt;");
  }

  @Test
  void figuresAreWellFormedSvg() throws Exception {
    LinePlot plot =
        new LinePlot("a < b", 0, 1, "y", 0, 1)
            .dashed("chance", new double[] {0, 1}, new double[] {0, 1})
            .line("curve", new double[] {0, 0.5, 1}, new double[] {0, 1, 1});
    assertThat(parse(plot.toSvg()).getElementsByTagName("polyline").getLength()).isEqualTo(2);
    BarChart bars = new BarChart(List.of("a", "b"), new double[] {0.25, 0.75}, 0.75);
    assertThat(parse(bars.toSvg()).getElementsByTagName("rect").getLength()).isEqualTo(2);
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
