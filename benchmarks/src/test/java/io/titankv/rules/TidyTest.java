package io.titankv.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The sources of all modules keep the rules. That each rule finds what it is for is shown by its own test. */
final class TidyTest {
    /** The rules and their bad examples are full of what they forbid. */
    private static final String RULES = "benchmarks/src/test/java/io/titankv/rules/";

    private static final Repository repository = Repository.read();

    private static void assertTidy(Stream<Finding> findings) {
        assertThat(findings.map(Finding::toString)).isEmpty();
    }

    private static Stream<SourceFile> withoutRules(List<SourceFile> files) {
        return files.stream().filter(file -> !file.path().startsWith(RULES));
    }

    @Test
    void theWholeRepositoryIsRead() {
        assertThat(repository.mainJava()).hasSizeGreaterThan(100);
        assertThat(repository.files())
                .extracting(SourceFile::path)
                .contains("pom.xml", "titan", "docs/formats.md", RULES + "TidyTest.java")
                .noneMatch(path -> path.contains("/target/"));
    }

    @Test
    void nothingIsLeftToDo() {
        assertTidy(withoutRules(repository.files()).flatMap(file -> TextRules.leftovers(file).stream()));
    }

    @Test
    void onlyProgramsForPeoplePrint() {
        Map<String, String> printing = new HashMap<>();
        withoutRules(repository.java())
                .map(TextRules::printing)
                .flatMap(Optional::stream)
                .forEach(finding -> printing.put(finding.path(), finding.what()));
        assertTidy(repository.ratchet("printing").judge(printing).stream());
    }

    @Test
    void filesAreShort() {
        Map<String, Integer> sizes = new TreeMap<>();
        repository.java().forEach(file -> sizes.put(file.path(), file.lines()));
        assertTidy(repository.ratchet("file-lines").judge(sizes, SizeRules.FILE_LINES_MAX, 20).stream());
    }

    @Test
    void methodsAreShort() {
        Map<String, Integer> sizes = new TreeMap<>();
        repository.java().forEach(file -> sizes.putAll(SizeRules.methodLines(file)));
        assertThat(sizes).hasSizeGreaterThan(1000);
        assertTidy(repository.ratchet("method-lines").judge(sizes, SizeRules.METHOD_LINES_MAX, 5).stream());
    }

    @Test
    void publicTypesAreTested() {
        List<SourceFile> java = withoutRules(repository.java()).toList();
        assertTidy(repository.ratchet("untested").judge(TypeRules.untested(java)).stream());
    }

    @Test
    void typesAreCalledAsTheGlossarySays() {
        String glossary = repository.file("docs/glossary.md").text();
        assertThat(TypeRules.wordsNotUsed(glossary)).hasSizeGreaterThan(10);
        Map<String, String> wrong = new TreeMap<>();
        repository.mainJava().forEach(file -> wrong.putAll(TypeRules.wrongWords(file, glossary)));
        assertTidy(repository.ratchet("glossary").judge(wrong).stream());
    }

    @Test
    void metricsNameTheirUnit() {
        assertTidy(repository.mainJava().stream().flatMap(file -> TextRules.metricNames(file).stream()));
    }

    @Test
    void linksBetweenPagesLeadSomewhere() {
        Map<String, SourceFile> pages = new HashMap<>();
        repository.files().stream()
                .filter(file -> file.path().endsWith(".md"))
                .forEach(page -> pages.put(page.path(), page));
        assertThat(pages).hasSizeGreaterThan(20);
        assertTidy(pages.values().stream().flatMap(page -> LinkRules.dead(page, pages).stream()));
    }

    @Test
    void thePageOfFormatsShowsTheGoldenFiles() {
        Map<String, String> golden = FormatRules.golden(repository.files());
        assertThat(golden).isNotEmpty();
        assertTidy(FormatRules.examples(repository.file("docs/formats.md"), golden).stream());
    }

    @Test
    void numbersOfStoredFieldsAreNeverUsedAgain() {
        List<SourceFile> durable =
                repository.files().stream().filter(DurableRules::isDurable).toList();
        assertThat(durable).isNotEmpty();
        SourceFile recorded = repository.file("benchmarks/src/test/resources/durable-fields.txt");
        assertTidy(Stream.concat(
                durable.stream().flatMap(file -> DurableRules.gaps(file).stream()),
                DurableRules.record(durable, recorded).stream()));
    }
}
