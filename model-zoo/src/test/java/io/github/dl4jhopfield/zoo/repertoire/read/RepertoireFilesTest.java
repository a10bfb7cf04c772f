package io.github.dl4jhopfield.zoo.repertoire.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Repertoire files with the traits of the specification's cases, in other combinations. */
class RepertoireFilesTest {
  private static final String AIRR = "junction_aa\tduplicate_count\tv_call\n";
  private static final String TWO = AIRR + "CASSF\t2\tTRBV5-1*01\nCASTF\t3\tTRBV6-1\n";
  private static final List<String> TWO_READ = List.of("CASSF 2", "CASTF 3");

  @TempDir Path folder;

  // ---------------------------------------------------------------- lines and fields

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void anyLineEnds(String end) throws IOException {
    assertThat(rows(file("a.tsv", TWO.replace("\n", end)))).isEqualTo(TWO_READ);
    assertThat(rows(file("a.tsv", TWO.replace("\n", end).strip()))).isEqualTo(TWO_READ);
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";"})
  void otherDelimitersAreSeenInTheHeaderAndSaid(String delimiter) throws IOException {
    Repertoire read = read(file("a.tsv", TWO.replace("\t", delimiter)));
    assertThat(rows(read)).isEqualTo(TWO_READ);
    assertThat(read.report().notes()).singleElement().asString().contains("'" + delimiter + "'");
  }

  @Test
  void quotesMayHoldDelimitersButNoLineEnds() throws IOException {
    String text =
        "note,junction_aa,count_note,duplicate_count\n"
            + "\"a, \"\"b\"\", c\",CASSF,\"x,y\",2\n"
            + "\"open,CASTF,,3\n"
            + "in\"side,CASWF,\"\",4\n";
    assertThat(rows(file("a.csv", text))).containsExactly("CASSF 2", "CASTF 3", "CASWF 4");
    assertThat(rows(file("a.tsv", "n\tjunction_aa\n\"a\tb\"\tCASSF\n"))).containsExactly("CASSF 1");
    assertThat(rows(file("a.tsv", "n\tjunction_aa\n\"a\tCASSF\n"))).containsExactly("CASSF 1");
  }

  @Test
  void blanksAroundValuesAndTrailingDelimitersAreNothing() throws IOException {
    String text =
        " junction_aa \tduplicate_count\n  CASSF \t 2 \t\t\nCASTF\t3\t \n \t \n\t\t\t\t\n";
    Repertoire read = read(file("a.tsv", text));
    assertThat(rows(read)).isEqualTo(TWO_READ);
    assertThat(read.report().rows()).isEqualTo(2);
  }

  @Test
  void linesLongerThanAnyBufferAreRead() throws IOException {
    String text =
        "sequence\t" + AIRR + "ACGT".repeat(300_000) + "\tCASSF\t2\tTRBV1\n" + "A\tCASTF\t3\t\n";
    assertThat(rows(file("a.tsv", text))).isEqualTo(TWO_READ);
  }

  @Test
  void rowsAtEveryPlaceOfTheBufferAreWhole() throws IOException {
    StringBuilder text = new StringBuilder("pad\tjunction_aa\tduplicate_count\r\n");
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      text.append("x".repeat(i % 97)).append("\tCAS").append("ACDEFGHIKL".charAt(i % 10));
      text.append("F\t").append(i + 1).append("\r\n");
      expected.add("CAS" + "ACDEFGHIKL".charAt(i % 10) + "F " + (i + 1));
    }
    assertThat(rows(file("a.tsv", text.toString()))).isEqualTo(expected);
  }

  @Test
  void aHeaderOfOneColumnIsEnough() throws IOException {
    assertThat(rows(file("a.txt", "junction_aa\nCASSF\n\nCASTF\n")))
        .containsExactly("CASSF 1", "CASTF 1");
  }

  // ---------------------------------------------------------------- encodings and packing

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE"})
  void utf16IsNamed(String charset) throws IOException {
    fault(bytes("a.tsv", TWO.getBytes(Charset.forName(charset))), Kind.WRONG_ENCODING, "UTF-16");
  }

  @Test
  void aByteOrderMarkInsideGzipToo() throws IOException {
    byte[] text = ("\ufeff" + TWO).getBytes(StandardCharsets.UTF_8);
    assertThat(rows(bytes("a.tsv.gz", gzip(text)))).isEqualTo(TWO_READ);
  }

  @Test
  void bytesThatAreNotUtf8InAnyColumn() throws IOException {
    byte[] text =
        (AIRR + "CAS\u00e9F\t2\tx\nCASTF\t3\t\u00fc\n").getBytes(StandardCharsets.ISO_8859_1);
    Repertoire read = read(bytes("a.tsv", text));
    assertThat(rows(read)).containsExactly("CASTF 3");
    assertThat(read.report().dropped()).isEqualTo(Map.of("non_standard", 1L));
    assertThat(read.report().warnings()).containsEntry("not_utf8", 2L);
  }

  @Test
  void membersWithEveryHeaderField() throws IOException {
    byte[] text = TWO.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(gzip(new byte[0]));
    for (int i = 0; i < text.length; i++) {
      // one byte a member: with a name, a comment, an extra field and a checksum of the header
      out.write(member(Arrays.copyOfRange(text, i, i + 1), 1 + 2 + 4 + 8 + 16));
    }
    out.write(new byte[512]);
    assertThat(rows(bytes("a.tsv.gz", out.toByteArray()))).isEqualTo(TWO_READ);
  }

  @Test
  void everyTruncationOfAGzipFileIsAnError() throws IOException {
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.write(member(TWO.substring(0, 40).getBytes(StandardCharsets.UTF_8), 8));
    int whole = two.size();
    two.write(gzip(TWO.substring(40).getBytes(StandardCharsets.UTF_8)));
    for (int length = 2; length < two.size(); length++) {
      if (length == whole) {
        continue; // a whole file of another content
      }
      Path cut = bytes("a.tsv.gz", Arrays.copyOf(two.toByteArray(), length));
      fault(cut, Kind.TRUNCATED_GZIP, "a.tsv.gz");
    }
  }

  @Test
  void damagedGzipFilesAreErrors() throws IOException {
    byte[] whole = gzip(TWO.getBytes(StandardCharsets.UTF_8));
    for (int at : new int[] {2, whole.length - 8, whole.length - 3}) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x55;
      fault(bytes("a.tsv.gz", damaged), Kind.CORRUPT_GZIP, "a.tsv.gz");
    }
    byte[] trailing = Arrays.copyOf(whole, whole.length + 4);
    Arrays.fill(trailing, whole.length, trailing.length, (byte) 'x');
    fault(bytes("a.tsv.gz", trailing), Kind.CORRUPT_GZIP, "after member 1");
  }

  @Test
  void otherKindsOfFilesAreNamed() throws IOException {
    fault(bytes("a.tsv", new byte[] {'P', 'K', 3, 4, 0, 0}), Kind.WRONG_FORMAT, "zip archive");
    fault(file("a.tsv", "BZh91AY&SY"), Kind.WRONG_FORMAT, "bzip2");
    fault(file("a.tsv", "<!DOCTYPE html><html>"), Kind.WRONG_FORMAT, "HTML");
    fault(
        file("a.tsv", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"),
        Kind.WRONG_FORMAT,
        "LFS");
    fault(bytes("a.tsv.gz", gzip(new byte[0])), Kind.EMPTY_FILE, "a.tsv.gz");
    fault(file("a.tsv", "\n\n  \n"), Kind.EMPTY_FILE, "blank lines");
    fault(folder, Kind.NOT_A_FILE, "folder");
    fault(folder.resolve("gone.tsv"), Kind.MISSING_FILE, "gone.tsv");
  }

  // ---------------------------------------------------------------- counts

  @ParameterizedTest
  @CsvSource({
    "7, 7, ",
    "7.0, 7, ",
    "+7, 7, ",
    "7e2, 700, ",
    "7E+02, 700, ",
    "6.5, 7, ",
    ".9, 1, count_below_one",
    "0, 1, count_below_one",
    "-3, 1, count_below_one",
    "0x10, 1, count_invalid",
    "7f, 1, count_invalid",
    "Infinity, 1, count_invalid",
    "1e400, 1, count_invalid",
    "99999999999999999999, 1, count_invalid",
    "'1,234', 1, count_invalid",
    "NaN, 1, count_missing",
    "null, 1, count_missing",
    "N/A, 1, count_missing",
    "999999999999999999, 999999999999999999, "
  })
  void countsAsToolsWriteThem(String written, long count, String warning) throws IOException {
    Repertoire read = read(file("a.tsv", AIRR + "CASSF\t" + written + "\tTRBV1\n"));
    assertThat(read.count(0)).isEqualTo(count);
    assertThat(oddCounts(read)).isEqualTo(warning == null ? Map.of() : Map.of(warning, 1L));
  }

  @Test
  void oneColumnOfCountsForTheWholeFile() throws IOException {
    String header = "junction_aa\tumi_count\tduplicate_count\n";
    Repertoire late = read(file("a.tsv", header + "CASSF\t\t20\nCASTF\t3\t30\n"));
    assertThat(rows(late)).containsExactly("CASSF 1", "CASTF 3");
    assertThat(late.report().countFrom()).isEqualTo("umi_count");
    Repertoire never = read(file("a.tsv", header + "CASSF\tNA\t20\nCASTF\t\t30\n"));
    assertThat(rows(never)).containsExactly("CASSF 20", "CASTF 30");
    assertThat(never.report().countFrom()).isEqualTo("duplicate_count");
    Repertoire none = read(file("a.tsv", header + "CASSF\t\t\nCASTF\t\t\n"));
    assertThat(oddCounts(none)).isEqualTo(Map.of("count_missing", 2L));
  }

  // ---------------------------------------------------------------- loci, genes, regions

  @Test
  void thePartnersOfAChainWithAnDGeneAreLeftOutUnlessAskedFor() throws IOException {
    String text =
        "barcode,contig_id,chain,v_gene,productive,cdr3,umis\n"
            + "b,c1,TRA,TRAV1,True,CAVF,5\nb,c2,TRB,TRBV1,True,CASSF,6\nb,c3,TRA,TRAV2,True,CAVVF,7\n";
    Path file = file("a.csv", text);
    Repertoire read = read(file);
    assertThat(rows(read)).containsExactly("CASSF 6");
    assertThat(read.report().dropped()).isEqualTo(Map.of("other_locus", 2L));
    assertThat(read.report().locus()).isEqualTo("TRB");
    assertThat(read.report().notes()).singleElement().asString().contains("TRB is read");
    assertThat(rows(RepertoireFiles.read(file, ReadOptions.builder().locus("all").build())))
        .hasSize(3);
    assertThat(rows(RepertoireFiles.read(file, ReadOptions.builder().locus("tra").build())))
        .containsExactly("CAVF 5", "CAVVF 7");
  }

  @ParameterizedTest
  @CsvSource({
    "TRBV5-1*01, TRBV5-1",
    "'TRBV5-1*00(362),TRBV5-4*00(300)', TRBV5-1",
    "TCRBV05-01*01, TRBV5-1",
    "TCRBV27-01, TRBV27",
    "TCRBV06, TRBV6",
    "TCRBJ01-02*01, TRBJ1-2",
    "Homsap TRBV5-1*01 F, TRBV5-1",
    "trbv5-1, TRBV5-1",
    "TRAV29/DV5*01, TRAV29/DV5",
    "TRBV6-2*01 or TRBV6-3*01, TRBV6-2"
  })
  void oneNameAGene(String call, String gene) {
    assertThat(GeneNames.normal(call)).isEqualTo(gene);
  }

  @Test
  void manyGenesKeepTheirNumbers() throws IOException {
    StringBuilder text = new StringBuilder(AIRR);
    for (int i = 0; i < 70_000; i++) {
      text.append("CASSF\t1\tG").append(i).append('\n');
    }
    Repertoire read = read(file("a.tsv", text.toString()));
    assertThat(read.vGenes().get(read.vGene(60_000))).isEqualTo("G60000");
    assertThat(read.vGene(69_999)).isEqualTo(-1);
    assertThat(read.report().warnings()).containsEntry("genes_left_out", 1L);
  }

  @Test
  void oneRegionNeverBoth() throws IOException {
    Path file = file("a.tsv", "junction_aa\tcdr3_aa\nCASSF\tASS\n\tASW\nCASTF\t\n");
    assertThat(rows(file)).containsExactly("CASSF 1", "CASTF 1");
    ReadOptions cdr3 = ReadOptions.builder().region(Region.CDR3).build();
    assertThat(rows(RepertoireFiles.read(file, cdr3))).containsExactly("ASS 1", "ASW 1", "AST 1");
    ReadOptions junction = ReadOptions.builder().region(Region.JUNCTION).build();
    fault(file("b.tsv", "cdr3_aa\nASS\n"), junction, Kind.MISSING_COLUMN, "junction_aa");
    assertThat(rows(RepertoireFiles.read(file("c.txt", "cdr3aa\tcount\nCASSF\t2\n"), cdr3)))
        .containsExactly("ASS 2");
  }

  @Test
  void aColumnThatTheUserNames() throws IOException {
    Path file = file("a.csv", "id,peptide,n\n1,CASSF,2\n2,CASTF,3\n");
    ReadOptions options = ReadOptions.builder().sequenceColumn("peptide").countColumn("n").build();
    Repertoire read = RepertoireFiles.read(file, options);
    assertThat(rows(read)).isEqualTo(TWO_READ);
    assertThat(read.report().format()).isEqualTo("custom");
    assertThat(read.report().region()).isEqualTo("as_given");
    ReadOptions near = ReadOptions.builder().sequenceColumn("peptid").build();
    fault(file, near, Kind.MISSING_COLUMN, "did you mean 'peptide'?");
  }

  // ---------------------------------------------------------------- rows

  @Test
  void everyReasonIsCountedOnceInItsOrder() throws IOException {
    String text =
        "locus\tproductive\tvj_in_frame\tstop_codon\tjunction_aa\tspecies\n"
            + "TRA\tF\tF\tT\tCA*\tmouse\n"
            + "TRB\tF\tF\tT\tCA*\tmouse\n"
            + "TRB\tF\tF\tT\tCA*\thuman\n"
            + "TRB\t\tF\tT\tCA*\thuman\n"
            + "TRB\t\tT\tT\tCA*\thuman\n"
            + "TRB\tT\tT\tF\tno data\thuman\n"
            + "TRB\tT\tT\tF\tCA*_X\thuman\n"
            + "TRB\tT\tT\tF\tCA_X\thuman\n"
            + "TRB\tT\tT\tF\tCAXF\thuman\n"
            + "TRB\tT\tT\tF\tCASSSF\thuman\n"
            + "TRB\tT\tT\tF\tcASSF\thuman\n";
    ReadOptions options =
        ReadOptions.builder().locus("TRB").where("species", "human").maxLength(5).build();
    ReadReport report = RepertoireFiles.read(file("a.tsv", text), options).report();
    assertThat(report.rows()).isEqualTo(11);
    assertThat(report.used()).isEqualTo(1);
    assertThat(report.dropped().toString())
        .isEqualTo(
            "{other_locus=1, filtered=1, not_productive=1, out_of_frame=2, stop_codon=2, empty=1,"
                + " non_standard=1, too_long=1}");
    assertThat(report.droppedRows()).isEqualTo(10);
    assertThat(report.muchDropped()).isTrue();
    assertThat(report.warnings()).isEqualTo(Map.of("lower_case", 1L, "count_missing", 1L));
  }

  @Test
  void mergedRowsKeepTheFirstPlaceAndGene() throws IOException {
    String text = AIRR + "CASSF\t2\tTRBV1\nCASTF\t3\tTRBV2\ncassf\t5\tTRBV3\nCASTF\tx\tTRBV4\n";
    Repertoire read =
        RepertoireFiles.read(file("a.tsv", text), ReadOptions.builder().merge(true).build());
    assertThat(rows(read)).containsExactly("CASSF 7", "CASTF 4");
    assertThat(read.vGenes().get(read.vGene(1))).isEqualTo("TRBV2");
    assertThat(read.report().rows()).isEqualTo(4);
    assertThat(read.report().droppedRows()).isZero();
  }

  @Test
  void filesPutTogetherWithTheirHeaders() throws IOException {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(gzip(TWO.getBytes(StandardCharsets.UTF_8)));
    both.write(gzip(TWO.replace("CASTF", "CASWF").getBytes(StandardCharsets.UTF_8)));
    Repertoire read = read(bytes("a.tsv.gz", both.toByteArray()));
    assertThat(rows(read)).containsExactly("CASSF 2", "CASTF 3", "CASSF 2", "CASWF 3");
    assertThat(read.report().rows()).isEqualTo(4);
    assertThat(read.report().dropped()).isEmpty();
    assertThat(read.report().notes())
        .containsExactly("the header comes 1 times more: files were put together");
  }

  @Test
  void rowNamesOfRAreSeen() throws IOException {
    fault(
        file("a.tsv", "junction_aa\tn\n1\tCASSF\t2\n"), Kind.EXTRA_FIELD, "a.tsv:2", "write.table");
  }

  @Test
  void nucleotidesInAnyColumnOrFile() throws IOException {
    fault(
        file("a.tsv", AIRR + "TGTGCCAGC\t1\tx\ntgtgcc\t2\tx\nCASSF\t1\tx\n"),
        Kind.LOOKS_LIKE_NUCLEOTIDES,
        "2 of 3");
    assertThat(rows(file("a.tsv", AIRR + "CAT\t1\tx\nCASSF\t1\tx\n"))).hasSize(2);
  }

  // ---------------------------------------------------------------- FASTA

  @Test
  void fastaRecordsOverManyLinesWithCountsInHeaders() throws IOException {
    Path file =
        file(
            "a.fa",
            "\n>a|DUPCOUNT=3|X=1\r\nCAS\r\n\r\n SF\n>b;size=x;\nCASTF\n>c size=12\nCASWF\n>d\nCASYF");
    ReadOptions header = ReadOptions.builder().countsFromHeader(true).build();
    Repertoire read = RepertoireFiles.read(file, header);
    assertThat(rows(read)).containsExactly("CASSF 3", "CASTF 1", "CASWF 12", "CASYF 1");
    assertThat(read.report().warnings())
        .isEqualTo(Map.of("count_invalid", 1L, "count_missing", 1L));
    assertThat(rows(file)).containsExactly("CASSF 1", "CASTF 1", "CASWF 1", "CASYF 1");
    fault(file, ReadOptions.builder().locus("TRB").build(), Kind.MISSING_COLUMN, "TRB");
  }

  // ---------------------------------------------------------------- several repertoires

  @Test
  void rowsOfOtherRepertoiresAreNoRows() throws IOException {
    Path file =
        file("a.tsv", "junction_aa\trepertoire_id\nCASSF\tr1\nCASTF\tr2\nCASWF\tr1\nC*\tr2\n");
    ReadReport report =
        RepertoireFiles.read(file, ReadOptions.builder().repertoireId("r2").build()).report();
    assertThat(report.rows()).isEqualTo(2);
    assertThat(report.dropped()).isEqualTo(Map.of("stop_codon", 1L));
    fault(file, Kind.SEVERAL_REPERTOIRES, "r1", "r2");
    fault(file, ReadOptions.builder().repertoireId("r3").build(), Kind.NO_SUCH_VALUE, "r1, r2");
    fault(
        file("b.tsv", TWO),
        ReadOptions.builder().repertoireId("r3").build(),
        Kind.MISSING_COLUMN,
        "repertoire_id");
  }

  @Test
  void optionsThatDifferHaveDifferentKeys() {
    ReadOptions one = ReadOptions.builder().where("a", "b, c=d").build();
    ReadOptions two = ReadOptions.builder().where("a", "b").where("c", "d").build();
    ReadOptions three = ReadOptions.builder().vColumn("x jColumn:1=y").build();
    ReadOptions four = ReadOptions.builder().vColumn("x").jColumn("y").build();
    assertThat(one.key()).isNotEqualTo(two.key());
    assertThat(three.key()).isNotEqualTo(four.key());
    assertThat(one.toBuilder().build()).isEqualTo(one).hasSameHashCodeAs(one);
    assertThat(ReadOptions.builder().locus("trb").build().toBuilder().build().locus())
        .isEqualTo("TRB");
  }

  // ---------------------------------------------------------------- helpers

  private Path file(String name, String text) throws IOException {
    return bytes(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private Path bytes(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  /** Warnings, but for the one that this file has no column of productivity. */
  private static Map<String, Long> oddCounts(Repertoire repertoire) {
    Map<String, Long> warnings = new TreeMap<>(repertoire.report().warnings());
    warnings.remove("unknown_productivity");
    return warnings;
  }

  private static Repertoire read(Path file) throws IOException {
    return RepertoireFiles.read(file, ReadOptions.defaults());
  }

  private static List<String> rows(Path file) throws IOException {
    return rows(read(file));
  }

  private static List<String> rows(Repertoire repertoire) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < repertoire.size(); i++) {
      rows.add(repertoire.sequence(i) + " " + repertoire.count(i));
    }
    return rows;
  }

  private static void fault(Path file, Kind kind, String... mentions) {
    fault(file, ReadOptions.defaults(), kind, mentions);
  }

  private static void fault(Path file, ReadOptions options, Kind kind, String... mentions) {
    RepertoireFaults found =
        catchThrowableOfType(() -> RepertoireFiles.read(file, options), RepertoireFaults.class);
    assertThat(found).as("%s in %s", kind, file).isNotNull();
    assertThat(found.details().get(0).kind()).as(found.getMessage()).isEqualTo(kind);
    assertThat(found.faults().get(0))
        .contains(mentions)
        .contains(String.valueOf(file.getFileName()));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /** One gzip member with these flags of RFC 1952. */
  private static byte[] member(byte[] bytes, int flags) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {0x1f, (byte) 0x8b, 8, (byte) flags, 0, 0, 0, 0, 0, 3});
    if ((flags & 4) != 0) {
      out.write(new byte[] {3, 0, 'a', 'b', 0});
    }
    if ((flags & 8) != 0) {
      out.write("name\0".getBytes(StandardCharsets.ISO_8859_1));
    }
    if ((flags & 16) != 0) {
      out.write("comment\0".getBytes(StandardCharsets.ISO_8859_1));
    }
    if ((flags & 2) != 0) {
      out.write(new byte[2]);
    }
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(bytes);
    deflater.finish();
    byte[] packed = new byte[bytes.length + 64];
    out.write(packed, 0, deflater.deflate(packed));
    deflater.end();
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    for (long number : new long[] {checksum.getValue(), bytes.length}) {
      for (int shift = 0; shift < 32; shift += 8) {
        out.write((int) (number >> shift));
      }
    }
    return out.toByteArray();
  }
}
