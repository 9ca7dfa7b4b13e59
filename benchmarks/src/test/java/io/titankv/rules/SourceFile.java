package io.titankv.rules;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A text file of the repository. Immutable.
 *
 * @param path from the root, with slashes
 */
record SourceFile(String path, String text) {
    private static final Pattern WORD = Pattern.compile("\\w+");

    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    boolean isJava() {
        return path.endsWith(".java");
    }

    boolean isMainJava() {
        return isJava() && path.contains("/src/main/");
    }

    boolean isTestJava() {
        return isJava() && path.contains("/src/test/");
    }

    int lines() {
        return (int) text.lines().count();
    }

    /** The line, from 1, that holds the character. */
    int lineAt(int index) {
        return 1 + (int) text.substring(0, index).chars().filter(c -> c == '\n').count();
    }

    /** The Java source with blanks for comments and for what stands between quotes: same length, same lines. */
    String code() {
        return JavaText.code(text);
    }

    /** All identifiers and keywords of the code. */
    Set<String> words() {
        return WORD.matcher(code()).results().map(result -> result.group()).collect(Collectors.toSet());
    }
}
