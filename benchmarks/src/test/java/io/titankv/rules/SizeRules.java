package io.titankv.rules;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long files and methods are. Pure functions. */
final class SizeRules {
    static final int FILE_LINES_MAX = 300;
    static final int METHOD_LINES_MAX = 60;

    private static final Pattern TYPE = Pattern.compile("(?:\\b(?:class|interface|enum|record)|@interface)\\s+(\\w+)");
    private static final Pattern LAST_WORD = Pattern.compile("(\\w+)\\s*$");

    private SizeRules() {}

    private enum Kind {
        TYPE,
        METHOD,
        OTHER
    }

    /** A pair of braces that is open; where its header began, and how many parentheses were open around it. */
    private record Block(Kind kind, String name, int firstIndex, int headerStart, int parentheses) {}

    /**
     * The lines of each method and constructor, from its name to its closing brace, by {@code PATH#Type.method}; of overloads the
     * longest. What is written inside a method (lambdas, anonymous and local classes) counts as a part of it.
     *
     * @throws IllegalArgumentException when braces do not match
     */
    static Map<String, Integer> methodLines(SourceFile file) {
        Map<String, Integer> sizes = new TreeMap<>();
        String code = file.code();
        Deque<Block> open = new ArrayDeque<>();
        int headerStart = 0;
        int parentheses = 0;
        for (int i = 0; i < code.length(); i++) {
            switch (code.charAt(i)) {
                case '(' -> parentheses++;
                case ')' -> parentheses--;
                case ';' -> headerStart = parentheses == 0 ? i + 1 : headerStart;
                case '{' -> {
                    open.push(block(code, headerStart, i, parentheses, open));
                    headerStart = i + 1;
                    parentheses = 0;
                }
                case '}' -> {
                    if (open.isEmpty() || parentheses != 0) {
                        throw new IllegalArgumentException("braces do not match: " + file.path());
                    }
                    Block closed = open.pop();
                    parentheses = closed.parentheses();
                    headerStart = parentheses == 0 ? i + 1 : closed.headerStart();
                    if (closed.kind() == Kind.METHOD) {
                        int lines = file.lineAt(i) - file.lineAt(closed.firstIndex()) + 1;
                        sizes.merge(file.path() + "#" + typeOf(open) + "." + closed.name(), lines, Math::max);
                    }
                }
                default -> {}
            }
        }
        if (!open.isEmpty() || parentheses != 0) {
            throw new IllegalArgumentException("braces do not match: " + file.path());
        }
        return sizes;
    }

    private static String typeOf(Deque<Block> open) {
        return open.isEmpty() ? "" : open.peek().name();
    }

    private static Block block(String code, int headerStart, int brace, int parentheses, Deque<Block> open) {
        boolean inType = open.isEmpty() || open.peek().kind() == Kind.TYPE;
        if (!inType || parentheses > 0) {
            return new Block(Kind.OTHER, "", brace, headerStart, parentheses);
        }
        String header = withoutAnnotations(code.substring(headerStart, brace));
        int parenthesis = header.indexOf('(');
        String before = parenthesis < 0 ? header : header.substring(0, parenthesis);
        Matcher type = TYPE.matcher(before);
        if (type.find()) {
            return new Block(Kind.TYPE, type.group(1), brace, headerStart, 0);
        }
        if (before.contains("=")) {
            return new Block(Kind.OTHER, "", brace, headerStart, 0);
        }
        Matcher name = LAST_WORD.matcher(before);
        boolean isNamed = name.find() && !name.group(1).equals("static");
        return isNamed
                ? new Block(Kind.METHOD, name.group(1), headerStart + name.start(1), headerStart, 0)
                : new Block(Kind.METHOD, "initializer", brace, headerStart, 0);
    }

    /** With blanks for annotations and their arguments. */
    private static String withoutAnnotations(String header) {
        StringBuilder out = new StringBuilder(header);
        int at = 0;
        while (at < out.length()) {
            if (out.charAt(at) == '@' && !header.startsWith("@interface", at)) {
                int end = at + 1;
                while (end < out.length()
                        && (Character.isJavaIdentifierPart(out.charAt(end)) || out.charAt(end) == '.')) {
                    end++;
                }
                end = afterParentheses(header, end);
                out.replace(at, end, " ".repeat(end - at));
                at = end;
            } else {
                at++;
            }
        }
        return out.toString();
    }

    private static int afterParentheses(String header, int at) {
        if (at >= header.length() || header.charAt(at) != '(') {
            return at;
        }
        int depth = 0;
        for (int i = at; i < header.length(); i++) {
            depth += header.charAt(i) == '(' ? 1 : header.charAt(i) == ')' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
        }
        return header.length();
    }
}
