package io.titankv.cli.shell;

import java.util.ArrayList;
import java.util.List;

/** Cuts a line into words as a Unix shell does, without expanding anything. Pure functions. */
final class Words {
    /** A quotation mark that is not closed, or a backslash with nothing after it. */
    static final class OpenEndException extends Exception {
        private static final long serialVersionUID = 1;

        OpenEndException(String message) {
            super(message);
        }
    }

    private Words() {}

    /**
     * The words. Between single quotation marks everything stands for itself; between double ones a backslash saves a mark or a
     * backslash; outside it saves any character.
     */
    static List<String> split(String line) throws OpenEndException {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean isInWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            boolean isLast = i == line.length() - 1;
            if (c == '\\' && quote != '\'') {
                if (isLast) {
                    throw new OpenEndException("there is nothing after the backslash");
                }
                char next = line.charAt(i + 1);
                if (quote == 0 || next == '"' || next == '\\') {
                    word.append(next);
                    i++;
                } else {
                    word.append(c);
                }
                isInWord = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                isInWord = true;
            } else if (Character.isWhitespace(c)) {
                if (isInWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    isInWord = false;
                }
            } else {
                word.append(c);
                isInWord = true;
            }
        }
        if (quote != 0) {
            throw new OpenEndException("a quotation mark is not closed");
        }
        if (isInWord) {
            words.add(word.toString());
        }
        return words;
    }
}
