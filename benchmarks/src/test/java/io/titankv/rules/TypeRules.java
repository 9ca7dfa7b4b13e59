package io.titankv.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What types are called, and that they are tested. Pure functions. */
final class TypeRules {
    private static final Pattern DECLARATION =
            Pattern.compile("(?:\\b(?:class|interface|enum|record)|@interface)\\s+([A-Z]\\w*)");
    private static final Pattern PUBLIC_TOP_LEVEL = Pattern.compile(
            "^public\\s+(?:(?:abstract|final|sealed|non-sealed)\\s+)*(?:class|interface|enum|record|@interface)\\s+(\\w+)",
            Pattern.MULTILINE);
    private static final Pattern CAMEL_WORD = Pattern.compile("[A-Z]+(?![a-z])|[A-Z][a-z0-9]*");
    private static final Pattern CODE_SPAN = Pattern.compile("`([A-Z]\\w*)");

    private TypeRules() {}

    /** The name of the file's public top-level type. */
    static Optional<String> publicType(SourceFile file) {
        return PUBLIC_TOP_LEVEL
                .matcher(file.code())
                .results()
                .map(result -> result.group(1))
                .findFirst();
    }

    /** Public types of main code that no test bears the name of or speaks of, by path. */
    static Map<String, String> untested(List<SourceFile> files) {
        Set<String> spokenOf = new HashSet<>();
        for (SourceFile file : files) {
            if (file.isTestJava()) {
                spokenOf.addAll(file.words());
            }
        }
        Map<String, String> untested = new TreeMap<>();
        for (SourceFile file : files) {
            if (file.isMainJava()) {
                publicType(file)
                        .filter(type ->
                                Stream.of(type, type + "Test", type + "IT").noneMatch(spokenOf::contains))
                        .ifPresent(type -> untested.put(file.path(), "no test speaks of " + type));
            }
        }
        return untested;
    }

    /**
     * What the glossary says not to call things: the last column, by words, each with the term to use. A word with a meaning of its own
     * in parentheses is left out, because a name alone does not tell in which meaning it stands; so is a word that is a term itself.
     */
    static Map<List<String>, String> wordsNotUsed(String glossary) {
        Map<List<String>, String> wrong = new HashMap<>();
        Set<String> terms = new HashSet<>();
        for (List<String> row : rows(glossary)) {
            Stream.of(row.getFirst().replaceAll("\\(.*?\\)", "").split("[,/]", -1))
                    .forEach(term -> terms.add(term.strip()));
        }
        for (List<String> row : rows(glossary)) {
            Stream.of(row.getLast().replaceAll("[^,;(]*\\([^)]*\\)", "").split("[,;]", -1))
                    .map(String::strip)
                    .filter(phrase -> !phrase.isEmpty() && !terms.contains(phrase))
                    .forEach(phrase -> wrong.put(List.of(phrase.split(" ", -1)), row.getFirst()));
        }
        return wrong;
    }

    private static List<List<String>> rows(String glossary) {
        return glossary.lines()
                .filter(line -> line.startsWith("| **"))
                .map(line -> Stream.of(line.replace("*", "").split("\\|", -1))
                        .map(cell -> cell.strip().toLowerCase(Locale.ROOT))
                        .toList())
                .map(cells -> cells.subList(1, cells.size() - 1))
                .toList();
    }

    /** Types in whose names the glossary's wrong words stand, by type; types that the glossary itself names are right. */
    static Map<String, String> wrongWords(SourceFile file, String glossary) {
        Set<String> right = new HashSet<>();
        CODE_SPAN.matcher(glossary).results().forEach(result -> right.add(result.group(1)));
        Map<List<String>, String> wrong = wordsNotUsed(glossary);
        Map<String, String> found = new TreeMap<>();
        for (MatchResult declaration :
                DECLARATION.matcher(file.code()).results().toList()) {
            String type = declaration.group(1);
            List<String> words = words(type);
            wrong.forEach((phrase, term) -> {
                if (!right.contains(type) && hasRun(words, phrase)) {
                    found.put(type, "the glossary does not say " + String.join(" ", phrase) + " for " + term);
                }
            });
        }
        return found;
    }

    private static boolean hasRun(List<String> words, List<String> phrase) {
        for (int i = 0; i + phrase.size() <= words.size(); i++) {
            if (words.subList(i, i + phrase.size()).equals(phrase)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> words(String camelCase) {
        List<String> words = new ArrayList<>();
        CAMEL_WORD
                .matcher(camelCase)
                .results()
                .forEach(word -> words.add(word.group().toLowerCase(Locale.ROOT)));
        return words;
    }
}
