package io.titankv.rules;

/** Blanks out what is not code in Java source, keeping length and lines. Pure functions. */
final class JavaText {
    private JavaText() {}

    /** Without comments, and without what stands between quotes. */
    static String code(String text) {
        return blanked(text, true);
    }

    /** Without comments. */
    static String withoutComments(String text) {
        return blanked(text, false);
    }

    private static String blanked(String text, boolean literalsToo) {
        StringBuilder out = new StringBuilder(text);
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("//", at)) {
                int end = endOf(text, "\n", at);
                blank(out, at, end);
                at = end;
            } else if (text.startsWith("/*", at)) {
                int end = Math.min(text.length(), endOf(text, "*/", at + 2) + 2);
                blank(out, at, end);
                at = end;
            } else if (text.startsWith("\"\"\"", at)) {
                at = literal(text, "\"\"\"", at, out, literalsToo);
            } else if (text.charAt(at) == '"') {
                at = literal(text, "\"", at, out, literalsToo);
            } else if (text.charAt(at) == '\'') {
                at = literal(text, "'", at, out, literalsToo);
            } else {
                at++;
            }
        }
        return out.toString();
    }

    private static int endOf(String text, String mark, int from) {
        int end = text.indexOf(mark, from);
        return end < 0 ? text.length() : end;
    }

    /** Returns where the code goes on. */
    private static int literal(String text, String quote, int start, StringBuilder out, boolean blankIt) {
        int at = start + quote.length();
        while (at < text.length() && !text.startsWith(quote, at)) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        int end = Math.min(at, text.length());
        if (blankIt) {
            blank(out, start + quote.length(), end);
        }
        return Math.min(text.length(), end + quote.length());
    }

    private static void blank(StringBuilder out, int startInclusive, int endExclusive) {
        for (int i = startInclusive; i < endExclusive; i++) {
            if (out.charAt(i) != '\n') {
                out.setCharAt(i, ' ');
            }
        }
    }
}
