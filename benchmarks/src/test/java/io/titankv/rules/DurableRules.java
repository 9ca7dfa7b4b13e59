package io.titankv.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * That a field number of a stored message means one thing for ever: old logs and files hold it. Pure functions over the text of
 * {@code .proto} files.
 */
final class DurableRules {
    private static final Pattern COMMENT = Pattern.compile("//[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern PACKAGE = Pattern.compile("\\bpackage\\s+([\\w.]+)");
    private static final Pattern OPENING = Pattern.compile("\\b(message|enum|oneof)\\s+(\\w+)\\s*$");
    private static final Pattern FIELD = Pattern.compile(
            "(?s)^(?:(repeated|optional)\\s+)?([\\w.]+(?:\\s*<[^>]*>)?)\\s+(\\w+)\\s*=\\s*(\\d+)\\s*(?:\\[.*)?$");
    private static final Pattern ENUM_VALUE = Pattern.compile("(?s)^(\\w+)\\s*=\\s*(\\d+)\\s*(?:\\[.*)?$");
    private static final Pattern RESERVED_NUMBERS = Pattern.compile("(\\d+)(?:\\s+to\\s+(\\d+|max))?");

    private DurableRules() {}

    /**
     * A message or an enum.
     *
     * @param firstNumber the lowest number that it may use
     * @param used what stands under each number: type and name, or the name of an enum's value
     * @param reserved pairs, both ends included
     */
    record Numbered(String name, int firstNumber, NavigableMap<Integer, String> used, List<int[]> reserved) {
        boolean isReserved(int number) {
            return reserved.stream().anyMatch(range -> range[0] <= number && number <= range[1]);
        }
    }

    static boolean isDurable(SourceFile file) {
        return file.path().endsWith(".proto") && file.path().contains("/durable/");
    }

    /** All messages and enums of a file, nested ones too, by full name. */
    static List<Numbered> parse(SourceFile file) {
        String text = COMMENT.matcher(file.text()).replaceAll(" ");
        Matcher named = PACKAGE.matcher(text);
        String prefix = named.find() ? named.group(1) + "." : "";
        List<Numbered> all = new ArrayList<>();
        Deque<Numbered> open = new ArrayDeque<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{' || c == '}' || c == ';') {
                String statement = text.substring(start, i).strip();
                start = i + 1;
                if (c == '{') {
                    open.push(opened(file, statement, open, prefix, all));
                } else if (c == '}') {
                    open.pop();
                } else if (!open.isEmpty() && !statement.isEmpty()) {
                    take(file, statement, open.peek());
                }
            }
        }
        return all;
    }

    private static Numbered opened(
            SourceFile file, String statement, Deque<Numbered> open, String prefix, List<Numbered> all) {
        Matcher opening = OPENING.matcher(statement);
        if (!opening.find()) {
            throw new IllegalArgumentException(file.path() + " has a block that is not known: " + statement);
        }
        if (opening.group(1).equals("oneof")) {
            // Its fields are the message's.
            return open.element();
        }
        String name = (open.isEmpty() ? prefix : open.element().name() + ".") + opening.group(2);
        int firstNumber = opening.group(1).equals("enum") ? 0 : 1;
        Numbered numbered = new Numbered(name, firstNumber, new TreeMap<>(), new ArrayList<>());
        all.add(numbered);
        return numbered;
    }

    private static void take(SourceFile file, String statement, Numbered into) {
        if (statement.startsWith("option ")) {
            return;
        }
        if (statement.startsWith("reserved ")) {
            RESERVED_NUMBERS
                    .matcher(statement.replaceAll("\"[^\"]*\"", ""))
                    .results()
                    .forEach(range -> {
                        int first = Integer.parseInt(range.group(1));
                        String last = range.group(2);
                        into.reserved().add(new int[] {
                            first,
                            last == null ? first : last.equals("max") ? Integer.MAX_VALUE : Integer.parseInt(last)
                        });
                    });
            return;
        }
        Matcher field = (into.firstNumber() == 0 ? ENUM_VALUE : FIELD).matcher(statement);
        if (!field.matches()) {
            throw new IllegalArgumentException(file.path() + " has a statement that is not known: " + statement);
        }
        int number = Integer.parseInt(field.group(field.groupCount()));
        String what = statement.substring(0, statement.indexOf('=')).strip().replaceAll("\\s+", " ");
        into.used().put(number, what);
    }

    /** Below the highest number of a message every one is used or reserved. */
    static List<Finding> gaps(SourceFile file) {
        List<Finding> findings = new ArrayList<>();
        for (Numbered numbered : parse(file)) {
            int last = numbered.used().isEmpty() ? 0 : numbered.used().lastKey();
            IntStream.range(numbered.firstNumber(), last)
                    .filter(number -> !numbered.used().containsKey(number) && !numbered.isReserved(number))
                    .mapToObj(number -> Finding.of(
                            file.path(),
                            "number " + number + " of " + numbered.name() + " is neither used nor reserved"))
                    .forEach(findings::add);
        }
        return findings;
    }

    /**
     * What was once recorded is there as it was, or reserved; what is there is recorded. Unlike {@link #gaps} this finds a removed last
     * number, and one that was given to another field.
     *
     * @param recorded lines of {@code MESSAGE NUMBER TYPE NAME}, sorted, and {@code #} comments
     */
    static List<Finding> record(List<SourceFile> files, SourceFile recorded) {
        Map<String, Numbered> byName = new TreeMap<>();
        TreeSet<String> missing = new TreeSet<>();
        for (SourceFile file : files) {
            for (Numbered numbered : parse(file)) {
                byName.put(numbered.name(), numbered);
                numbered.used().forEach((number, what) -> missing.add(numbered.name() + " " + number + " " + what));
            }
        }
        List<Finding> findings = new ArrayList<>();
        for (String line :
                recorded.text().lines().filter(it -> !it.startsWith("#")).toList()) {
            if (!missing.remove(line)) {
                String[] parts = line.split(" ", 3);
                Numbered numbered = byName.get(parts[0]);
                boolean isReserved = numbered != null && numbered.isReserved(Integer.parseInt(parts[1]));
                if (!isReserved) {
                    findings.add(
                            Finding.of(recorded.path(), "was stored once, but is not there nor reserved: " + line));
                }
            }
        }
        missing.forEach(line -> findings.add(Finding.of(recorded.path(), "new, add the line: " + line)));
        return findings;
    }
}
