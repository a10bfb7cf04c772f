package io.github.dl4jhopfield.tests;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The model zoo is one workbench and tenants that know the workbench and not each other. */
class WorkbenchRulesTest {
  private static final String ZOO = "io.github.dl4jhopfield.zoo.";
  private static final String SEARCH = "io.github.dl4jhopfield.search..";

  /** From the bottom up: each may use those before it. */
  private static final String[] WORKBENCH = {
    ZOO + "files..",
    ZOO + "report..",
    ZOO + "experiment..",
    ZOO + "learn..",
    ZOO + "networks..",
    ZOO + "explain.."
  };

  private static JavaClasses zoo;

  @BeforeAll
  static void importTheZoo() {
    zoo =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.dl4jhopfield.zoo", "io.github.dl4jhopfield.search");
  }

  @Test
  void theWorkbenchKnowsNoTenant() {
    noClasses()
        .that(resideInAnyPackage(WORKBENCH))
        .should()
        .dependOnClassesThat(
            resideInAPackage(ZOO + "*..")
                .and(
                    com.tngtech.archunit.base.DescribedPredicate.not(
                        resideInAnyPackage(WORKBENCH))))
        .check(zoo);
  }

  private static ArchRule tenantsApart() {
    return slices()
        .matching(ZOO + "(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(alwaysTrue(), resideInAnyPackage(WORKBENCH));
  }

  @Test
  void tenantsKnowNoOtherTenant() {
    tenantsApart().check(zoo);
    assertThat(zoo.stream().anyMatch(c -> c.getPackageName().equals(ZOO + "mil"))).isTrue();
  }

  @Test
  void noPackagesOfTheZooOrTheSearchFormACycle() {
    slices()
        .matching("io.github.dl4jhopfield.(**)")
        .should()
        .beFreeOfCycles()
        .check(zoo.that(resideInAnyPackage(ZOO + "*..", SEARCH)));
  }

  @Test
  void thePartsOfTheWorkbenchStandOnOneAnotherInOneOrder() {
    for (int part = 0; part < WORKBENCH.length; part++) {
      for (int above = part + 1; above < WORKBENCH.length; above++) {
        noClasses()
            .that(resideInAPackage(WORKBENCH[part]))
            .should()
            .dependOnClassesThat(resideInAPackage(WORKBENCH[above]))
            .check(zoo);
      }
    }
  }

  @Test
  void theRootOfTheZooIsNoPlaceForFiles() throws IOException {
    Path root =
        Path.of(System.getProperty("hopfield.root"))
            .resolve("model-zoo/src/main/java/io/github/dl4jhopfield/zoo");
    try (var files = Files.list(root)) {
      assertThat(files.filter(Files::isRegularFile)).hasSizeLessThanOrEqualTo(3);
    }
  }

  /** Without the exception for the workbench the rule on tenants fails. */
  @Test
  void theRulesCanFail() {
    assertThatThrownBy(
            () -> slices().matching(ZOO + "(*)..").should().notDependOnEachOther().check(zoo))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Slice mil depends on");
  }
}
