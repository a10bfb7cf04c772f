package io.github.dl4jhopfield.zoo.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
  private static final String HOSTILE = "<script>alert('x')</script>&\"";

  @Test
  void textOfTheUserIsEscapedEverywhere() {
    HtmlReport page =
        new HtmlReport(HOSTILE)
            .section(HOSTILE)
            .paragraph(HOSTILE)
            .table(new ResultTable(HOSTILE, List.of(HOSTILE), List.of(List.of(HOSTILE))));
    Figures.of(HOSTILE).forEach(figure -> page.figure(figure, HOSTILE));
    assertThat(page.toHtml()).doesNotContain("<script").contains("&lt;script&gt;");
  }

  @Test
  void wideTablesAreShownRowByRowOnAPhone() {
    ResultTable narrow = new ResultTable("t", List.of("a", "b"), List.of(List.of("1", "2")));
    ResultTable wide =
        new ResultTable(
            "t",
            List.of("separation", "images mixed", "updates", "similarity", "distinct"),
            List.of(List.of("sequential-k-subsets", "1", "2", "3", "0.958 ± 0.059")));
    assertThat(new HtmlReport("x").table(narrow).toHtml()).contains("<table class=\"few short\">");
    assertThat(new HtmlReport("x").table(wide).toHtml())
        .contains("<table class=\"many short\">", "data-label=\"images mixed\"")
        // the head that nobody sees must not make the page wider than the phone
        .contains("table.many thead{display:block;position:absolute;width:1px;");
  }

  @Test
  void aFigureHasALayoutForAScreenAndOneForAPhone() {
    for (Figure figure : Figures.of("t")) {
      String html = new HtmlReport("x").figure(figure, "c").toHtml();
      assertThat(html)
          .as(figure.description())
          .contains("<svg class=\"wide\"", "viewBox=\"0 0 720 ")
          .contains("<svg class=\"narrow\"", "viewBox=\"0 0 350 ");
    }
  }
}
