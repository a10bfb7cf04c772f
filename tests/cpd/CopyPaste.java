import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import net.sourceforge.pmd.cpd.CPDConfiguration;
import net.sourceforge.pmd.cpd.CpdAnalysis;
import net.sourceforge.pmd.cpd.Mark;
import net.sourceforge.pmd.cpd.Match;
import net.sourceforge.pmd.lang.Language;
import net.sourceforge.pmd.lang.LanguageRegistry;

/**
 * Counts the pairs of places that are the same, by PMD's copy-paste detector, and fails if there are
 * too many: {@code mvn -N -Pcpd verify}. What counts is in copy-paste.properties beside this file.
 */
public final class CopyPaste {
  private record Pair(String first, int firstLine, String second, int secondLine, int lines) {}

  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]).toRealPath();
    Properties settings = new Properties();
    try (var in = Files.newInputStream(root.resolve("tests/cpd/copy-paste.properties"))) {
      settings.load(in);
    }
    int tokens = Integer.parseInt(settings.getProperty("minimum-tokens"));
    int lines = Integer.parseInt(settings.getProperty("minimum-lines"));
    Pattern thin = Pattern.compile(settings.getProperty("thin-lines"));
    int most = Integer.parseInt(settings.getProperty("most-pairs"));
    List<Pair> pairs = new ArrayList<>();
    pairs.addAll(pairs(root, "java", List.of(".java"), tokens, lines, thin));
    pairs.addAll(pairs(root, "cpp", List.of(".cpp", ".h", ".inl", ".cu", ".cuh"), tokens, lines, thin));
    pairs.sort(Comparator.comparingInt(Pair::lines).reversed());
    for (Pair pair : pairs) {
      System.out.printf(
          "%4d lines  %s:%d ~ %s:%d%n",
          pair.lines(), pair.first(), pair.firstLine(), pair.second(), pair.secondLine());
    }
    System.out.printf("%d pairs of places that share %d or more lines; at most %d%n", pairs.size(), lines, most);
    if (pairs.size() > most) {
      System.exit(1);
    }
  }

  private static List<Pair> pairs(
      Path root, String name, List<String> endings, int tokens, int lines, Pattern thin)
      throws IOException {
    Language language = LanguageRegistry.CPD.getLanguageById(name);
    CPDConfiguration configuration = new CPDConfiguration();
    configuration.setMinimumTileSize(tokens);
    configuration.setOnlyRecognizeLanguage(language);
    configuration.setIgnoreUsings(true);
    List<Pair> pairs = new ArrayList<>();
    try (CpdAnalysis analysis = CpdAnalysis.create(configuration)) {
      for (Path file : files(root, endings)) {
        analysis.files().addFile(file, language);
      }
      analysis.performAnalysis(
          report -> {
            Set<String> seen = new TreeSet<>();
            for (Match match : report.getMatches()) {
              int counted = counted(match.getFirstMark(), thin);
              if (counted >= lines) {
                List<Mark> marks = new ArrayList<>(match.getMarkSet());
                for (int i = 0; i < marks.size(); i++) {
                  for (int j = i + 1; j < marks.size(); j++) {
                    Pair pair = pair(root, marks.get(i), marks.get(j), counted);
                    // two files that share several runs, or one with itself, count once
                    if (seen.add(pair.first() + " " + pair.second())) {
                      pairs.add(pair);
                    }
                  }
                }
              }
            }
          });
    }
    return pairs;
  }

  /** Lines of a place that say something. */
  private static int counted(Mark mark, Pattern thin) {
    try {
      List<String> all = Files.readAllLines(Path.of(mark.getLocation().getFileId().getAbsolutePath()));
      List<String> place =
          all.subList(mark.getLocation().getStartLine() - 1, mark.getLocation().getEndLine());
      return (int) place.stream().map(String::strip).filter(l -> !thin.matcher(l).matches()).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Pair pair(Path root, Mark first, Mark second, int lines) {
    return new Pair(
        name(root, first),
        first.getLocation().getStartLine(),
        name(root, second),
        second.getLocation().getStartLine(),
        lines);
  }

  private static String name(Path root, Mark mark) {
    String path = mark.getLocation().getFileId().getAbsolutePath();
    return root.relativize(Path.of(path)).toString();
  }

  private static List<Path> files(Path root, List<String> endings) throws IOException {
    // fixtures and peers belong to other versions and programs
    Set<String> skipped = Set.of("target", "build", ".git", ".hopfield", "generated", "fixtures", "peers");
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return skipped.contains(String.valueOf(folder.getFileName()))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (endings.stream().anyMatch(file.toString()::endsWith)) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(Comparator.naturalOrder());
    return files;
  }
}
