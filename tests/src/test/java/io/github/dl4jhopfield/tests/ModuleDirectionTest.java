package io.github.dl4jhopfield.tests;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.dl4jhopfield.ops.internal.InternalForTests;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The house's plan holds: dependencies point one way, libraries know no backend and don't print.
 */
class ModuleDirectionTest {
  private static final String ROOT = "io.github.dl4jhopfield.";
  private static final String[] LIBRARIES = {
    ROOT + "ops..",
    ROOT + "io..",
    ROOT + "runtime..",
    ROOT + "layers..",
    ROOT + "memory..",
    ROOT + "keras..",
    ROOT + "reference..",
    ROOT + "zoo..",
    ROOT + "search.."
  };
  private static final Set<String> IN_SAMEDIFF_LAYERS =
      Set.of("io", "runtime", "layers", "memory", "keras", "reference");

  private static JavaClasses ours;

  @BeforeAll
  static void importOurClasses() {
    ours =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.dl4jhopfield");
  }

  @Test
  void everyModuleIsSeen() {
    for (String module : new String[] {"ops", "layers", "zoo", "cli"}) {
      assertThat(ours.stream().anyMatch(c -> c.getPackageName().startsWith(ROOT + module)))
          .as("classes of %s on the class path of this test", module)
          .isTrue();
    }
  }

  @Test
  void dependenciesPointFromTheCommandLineDownToTheOps() {
    layers().check(ours);
  }

  private static ArchRule layers() {
    return layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .withOptionalLayers(true)
        .layer("ops")
        .definedBy(ROOT + "ops..")
        .layer("layers")
        .definedBy(
            ROOT + "io..",
            ROOT + "runtime..",
            ROOT + "layers..",
            ROOT + "memory..",
            ROOT + "keras..",
            ROOT + "reference..")
        .layer("zoo")
        .definedBy(ROOT + "zoo..")
        .layer("search")
        .definedBy(ROOT + "search..")
        .layer("cli")
        .definedBy(ROOT + "cli..")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("search")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("zoo")
        .mayOnlyBeAccessedByLayers("search", "cli")
        .whereLayer("layers")
        .mayOnlyBeAccessedByLayers("zoo", "search", "cli")
        .whereLayer("ops")
        .mayOnlyBeAccessedByLayers("layers", "zoo", "search", "cli");
  }

  @Test
  void noPackagesOfTheHouseFormACycle() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(ours);
  }

  /** DL4J's mended layers could be proposed upstream: they know of no Hopfield network. */
  @Test
  void theRuntimeOfLayersKnowsNothingOfWhatStandsOnIt() {
    noClasses()
        .that(resideInAPackage(ROOT + "runtime.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + "layers..", ROOT + "memory..", ROOT + "keras..", ROOT + "io..")
        .check(ours);
  }

  /** A package named internal is a part of the one that it is in. */
  @Test
  void noPackagesFormACycle() {
    slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(ours);
  }

  @Test
  void whatIsInternalIsUsedByItsOwnModuleOnly() {
    useInternalsOfTheirOwnModule().check(ours);
  }

  private static ArchRule useInternalsOfTheirOwnModule() {
    return classes()
        .should(
            new ArchCondition<JavaClass>("use internals of their own module only") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                  JavaClass used = dependency.getTargetClass();
                  if (isInternal(used) && !module(used).equals(module(type))) {
                    events.add(
                        SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                  }
                }
              }
            });
  }

  private static boolean isInternal(JavaClass type) {
    return type.getPackageName().startsWith(ROOT)
        && List.of(type.getPackageName().split("\\.")).contains("internal");
  }

  /** The module of a class of ours, by its package; the package itself for others. */
  private static String module(JavaClass type) {
    String name = type.getPackageName();
    if (!name.startsWith(ROOT)) {
      return name;
    }
    String first = name.substring(ROOT.length()).split("\\.")[0];
    return IN_SAMEDIFF_LAYERS.contains(first) ? "samediff-layers" : first;
  }

  @Test
  void noClassesOfTheOpsFormACycle() {
    slices()
        .assignedFrom(new TopLevelClasses())
        .should()
        .beFreeOfCycles()
        .check(ours.that(resideInAPackage(ROOT + "ops..")));
  }

  /** The packages of the ops below their values and namespaces, which users import. */
  @Test
  void opsPointFromTheRuntimeDownToPlainJava() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("runtime")
        .definedBy(ROOT + "ops.internal.runtime")
        .layer("op classes")
        .definedBy(ROOT + "ops.internal")
        .layer("plain Java")
        .definedBy(ROOT + "ops.internal.java")
        .whereLayer("runtime")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("op classes")
        .mayOnlyBeAccessedByLayers("runtime")
        .whereLayer("plain Java")
        .mayOnlyBeAccessedByLayers("op classes")
        .check(ours);
  }

  @Test
  void librariesKnowNoBackend() {
    noClasses()
        .that(resideInAnyPackage(LIBRARIES))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.nd4j.linalg.cpu..", "org.nd4j.linalg.jcublas..", "org.nd4j.linalg.cuda..")
        .because("the user chooses the backend")
        .check(ours);
  }

  @Test
  void librariesDoNotPrint() {
    noClasses()
        .that(resideInAnyPackage(LIBRARIES))
        .and()
        .doNotHaveSimpleName("WorkerMain") // a program of its own, whose stdout is its answers
        .should(ACCESS_STANDARD_STREAMS)
        .because("stdout belongs to the user's program; log with slf4j")
        .check(ours);
  }

  @Test
  void librariesDoNotEndTheProcess() {
    noClasses()
        .that(resideInAnyPackage(LIBRARIES))
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(ours);
  }

  @Test
  void theRulesCanFail() {
    JavaClasses thisTest = new ClassFileImporter().importClasses(Prints.class);
    assertThatThrownBy(() -> noClasses().should(ACCESS_STANDARD_STREAMS).check(thisTest))
        .isInstanceOf(AssertionError.class);
    JavaClasses intruder =
        new ClassFileImporter().importClasses(Intruder.class, InternalForTests.class);
    assertThatThrownBy(() -> useInternalsOfTheirOwnModule().check(intruder))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("InternalForTests");
  }

  private static final class Packages implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName().replaceAll("\\.internal\\b.*", ""));
    }

    @Override
    public String getDescription() {
      return "packages with their internals";
    }
  }

  /** A class with all that is nested in it as one. */
  private static final class TopLevelClasses implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getName().replaceAll("\\$.*", ""));
    }

    @Override
    public String getDescription() {
      return "top-level classes";
    }
  }

  private static final class Intruder {
    final Object used = new InternalForTests();
  }

  private static final class Prints {
    void print() {
      System.out.println();
    }
  }
}
