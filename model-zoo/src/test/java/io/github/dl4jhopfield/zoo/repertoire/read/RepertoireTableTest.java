package io.github.dl4jhopfield.zoo.repertoire.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Fault;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of repertoires, and that everything wrong with one is said at once. */
class RepertoireTableTest {
  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    for (String name : new String[] {"a", "b", "c", "d"}) {
      Files.writeString(
          folder.resolve(name + ".tsv"), "junction_aa\nCASS" + name.toUpperCase() + "F\n");
    }
  }

  @Test
  void everythingIsSaidAtOnceBeforeAnythingIsRead() throws IOException {
    Files.writeString(folder.resolve("d.tsv.gz"), "never looked into");
    Path table =
        table(
            "file\tlabel\tsubject\tfold\n"
                + "a.tsv\t1\ts1\t0\n"
                + "gone\t1\ts2\t0\n"
                + "d\t1\ts3\t0\n"
                + "\t1\ts4\t0\n"
                + "b.tsv\t1\ts1\t1\n"
                + "./a.tsv\t1\ts5\t1\n"
                + "c.tsv\t1\ts6\t\n"
                + "a.tsv\t1\ts7\t0\tmore\n");
    RepertoireFaults found =
        catchThrowableOfType(
            () ->
                RepertoireTable.read(table, TableOptions.builder().groupColumn("subject").build()),
            RepertoireFaults.class);
    assertThat(found.details())
        .extracting(Fault::kind)
        .containsExactlyInAnyOrder(
            Kind.MISSING_FILE,
            Kind.AMBIGUOUS_ID,
            Kind.MISSING_VALUE,
            Kind.MISSING_VALUE,
            Kind.EXTRA_FIELD,
            Kind.LEAK_SAME_FILE,
            Kind.LEAK_SAME_GROUP,
            Kind.ONE_CLASS);
    assertThat(found.faults())
        .allMatch(line -> line.contains("table.tsv") && !line.contains("\n"))
        .anyMatch(line -> line.contains("table.tsv:3: expected the file \"gone\""))
        .anyMatch(line -> line.contains("[d.tsv, d.tsv.gz]"));
  }

  @Test
  void idsFindTheirOwnFiles() throws IOException {
    Files.copy(folder.resolve("a.tsv"), folder.resolve("a.x.tsv"));
    Files.move(folder.resolve("b.tsv"), folder.resolve("b.clonotypes.TRB.txt"));
    RepertoireTable table = read("sample_id\tlabel\na.x\t1\na\t0\nb\t1\n");
    assertThat(table.rows())
        .extracting(Row::shown)
        .containsExactly("a.x.tsv", "a.tsv", "b.clonotypes.TRB.txt");
    assertThat(table.rows()).extracting(Row::id).containsExactly("a.x", "a", "b");
  }

  @Test
  void rowsMayShareAFileOfSeveralRepertoires() throws IOException {
    Files.writeString(
        folder.resolve("both.tsv"), "junction_aa\trepertoire_id\nCASSF\tr1\nCASTF\tr2\n");
    RepertoireTable table =
        read("repertoire_id\tfile\tlabel\tfold\nr1\tboth.tsv\t0\t0\nr2\tboth.tsv\t1\t1\n");
    for (int i = 0; i < 2; i++) {
      Row row = table.rows().get(i);
      Repertoire read = RepertoireFiles.read(row.file(), row.options(ReadOptions.defaults()));
      assertThat(read.size()).isOne();
      assertThat(read.sequence(0)).isEqualTo(i == 0 ? "CASSF" : "CASTF");
    }
    assertThatThrownBy(() -> read("repertoire_id\tfile\tlabel\nr1\tboth.tsv\t0\nr1\tboth.tsv\t1\n"))
        .hasMessageContaining("each repertoire once");
  }

  @Test
  void targetsOfEveryKind() throws IOException {
    Path table =
        table(
            "file,status,age,site,visits,empty\n"
                + "a.tsv,patient,31.5,north,1,\nb.tsv,control,,south,2,\n"
                + "c.tsv,,40,east,3,\nd.tsv,patient,20,south,10,\n");
    TableOptions.Builder options = TableOptions.builder();
    List.of("status", "age", "site", "visits").forEach(options::target);
    RepertoireTable read = RepertoireTable.read(table, options.build());
    assertThat(read.targets())
        .containsExactly(
            new Target("status", Target.Kind.BINARY, List.of("control", "patient")),
            new Target("age", Target.Kind.REGRESSION, List.of()),
            new Target("site", Target.Kind.MULTICLASS, List.of("east", "north", "south")),
            new Target("visits", Target.Kind.MULTICLASS, List.of("1", "2", "3", "10")));
    Row first = read.rows().get(0);
    assertThat(read.targets()).extracting(first::number).containsExactly(1.0, 31.5, 1.0, 0.0);
    assertThat(read.rows().get(2).number(read.targets().get(0))).isNaN();
    assertThat(read.rows().get(1).number(read.targets().get(1))).isNaN();
    assertThat(read.covariates()).containsExactly("empty");
  }

  @Test
  void theNegativeClassComesFirst() throws IOException {
    for (String[] classes :
        new String[][] {
          {"-", "+"},
          {"0", "1"},
          {"no", "yes"},
          {"False", "True"},
          {"A", "B"},
          {"healthy", "MS"},
          {"CMV-", "CMV+"},
          {"-1", "1"}
        }) {
      RepertoireTable read =
          read("file\tl\na.tsv\t" + classes[1] + "\nb.tsv\t" + classes[0] + "\n");
      if (!classes[0].equals("CMV-")) {
        assertThat(read.targets().get(0).classes()).containsExactly(classes);
      }
      assertThat(read.targets().get(0).classes()).containsExactlyInAnyOrder(classes);
    }
  }

  @Test
  void theDefaultTargetIsTheOnlyColumnThatIsNothingElse() throws IOException {
    assertThat(read("file\tstatus\tfold\tsubject_id\na.tsv\t+\t0\ts\nb.tsv\t-\t0\tt\n").targets())
        .extracting(Target::name)
        .containsExactly("status");
    assertThat(read("file\tage\tlabel\tsex\na.tsv\t3\tx\tm\nb.tsv\t4\ty\tf\n").targets())
        .extracting(Target::name)
        .containsExactly("label");
    RepertoireTable open = read("file\tage\tsex\na.tsv\t3\tm\nb.tsv\t4\tf\n");
    assertThat(open.targets()).isEmpty();
    assertThat(open.notes()).singleElement().asString().contains("--target");
    assertThat(open.covariates()).containsExactly("age", "sex");
  }

  @Test
  void withoutLabelsForPrediction() throws IOException {
    Path table = table("file\tlabel\na.tsv\t\nb.tsv\t\n");
    assertThatThrownBy(() -> RepertoireTable.read(table, TableOptions.defaults()))
        .hasMessageContaining("at least two classes");
    RepertoireTable read =
        RepertoireTable.read(table, TableOptions.builder().labelled(false).build());
    assertThat(read.rows()).hasSize(2);
    assertThat(read.targets()).isEmpty();
  }

  @Test
  void equalContentsAreOneRepertoire() throws IOException {
    Files.writeString(folder.resolve("b.tsv"), "junction_aa\tother\r\nCASSAF\t1\r\n");
    RepertoireTable free = read("file\tlabel\na.tsv\t0\nb.tsv\t1\n");
    assertThatThrownBy(() -> free.checkContents(digests(free)))
        .isInstanceOf(RepertoireFaults.class)
        .hasMessageContainingAll("a.tsv (line 2", "b.tsv (line 3");
    RepertoireTable folds = read("file\tlabel\tfold\na.tsv\t0\t2\nb.tsv\t1\t2\n");
    folds.checkContents(digests(folds));
  }

  @Test
  void aSubjectInTwoFoldsIsAtLeastSaid() throws IOException {
    RepertoireTable table = read("file\tlabel\tsubject_id\tfold\na.tsv\t0\ts\t0\nb.tsv\t1\ts\t1\n");
    assertThat(table.notes()).singleElement().asString().contains("--group subject_id");
  }

  @Test
  void csvWithMarksQuotesAndBackslashes() throws IOException {
    Files.createDirectory(folder.resolve("sub"));
    Files.move(folder.resolve("a.tsv"), folder.resolve("sub").resolve("a.tsv"));
    RepertoireTable table =
        read(
            "\ufeff\"filename\",\"a, \"\"label\"\"\"\r\n\"sub\\a.tsv\",\"x, y\"\r\n\"b.tsv\",z\r\n");
    assertThat(table.rows()).extracting(Row::shown).containsExactly("sub/a.tsv", "b.tsv");
    assertThat(table.targets().get(0).name()).isEqualTo("a, \"label\"");
    assertThat(table.rows().get(0).label(table.targets().get(0))).isEqualTo("x, y");
  }

  @Test
  void columnsThatAreAskedForAndNotThere() throws IOException {
    Path table = table("file\tlabel\na.tsv\t0\nb.tsv\t1\n");
    TableOptions options =
        TableOptions.builder().target("lable").foldColumn("f").groupColumn("g").build();
    RepertoireFaults found =
        catchThrowableOfType(() -> RepertoireTable.read(table, options), RepertoireFaults.class);
    assertThat(found.faults()).hasSize(3).anyMatch(line -> line.contains("did you mean 'label'?"));
  }

  private static List<String> digests(RepertoireTable table) throws IOException {
    List<String> digests = new java.util.ArrayList<>();
    for (Row row : table.rows()) {
      digests.add(
          RepertoireFiles.check(row.file(), row.options(ReadOptions.defaults())).contentDigest());
    }
    return digests;
  }

  private Path table(String text) throws IOException {
    return Files.writeString(folder.resolve("table.tsv"), text);
  }

  private RepertoireTable read(String text) throws IOException {
    return RepertoireTable.read(table(text), TableOptions.defaults());
  }
}
