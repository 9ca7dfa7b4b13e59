package io.titankv.rules;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What one file may not contain. Pure functions. */
final class TextRules {
    private static final Pattern LEFTOVER = Pattern.compile("\\b(?:FIXME|TODO|XXX)\\b");
    private static final Pattern PRINTING =
            Pattern.compile("\\bSystem\\s*\\.\\s*(?:out|err)\\b|\\.\\s*printStackTrace\\s*\\(");

    private static final Pattern METER = Pattern.compile(
            "(?:\\b(?:Counter|Timer|Gauge|DistributionSummary|LongTaskTimer|FunctionCounter|FunctionTimer|TimeGauge|MultiGauge)"
                + "\\s*\\.\\s*builder|\\.\\s*(?:counter|timer|gauge|summary|more))\\s*\\(\\s*\"([^\"]*)\"");
    private static final Pattern OUR_NAME = Pattern.compile("\"(titan_\\w*)\"");
    private static final Pattern METER_NAME = Pattern.compile("titan(?:_[a-z0-9]+)+_([a-z]+)");

    /** What a metric may count or measure in: the last word of its name. */
    private static final Set<String> UNITS = Set.of(
            "seconds",
            "bytes",
            "total",
            "ratio",
            "operations",
            "sessions",
            "reads",
            "entries",
            "keys",
            "records",
            "files",
            "merges",
            "replicas",
            "shards",
            "nodes",
            "orders",
            "term",
            "index",
            "epoch");

    private TextRules() {}

    /** A mark that says that something is left to do: do it, or write down where it is decided. */
    static List<Finding> leftovers(SourceFile file) {
        return all(LEFTOVER, file, file.text())
                .map(at -> new Finding(file.path(), at.line(), "leftover " + at.found()))
                .toList();
    }

    /** Programs for people print; everything else reports to its caller or logs. */
    static Optional<Finding> printing(SourceFile file) {
        if (file.path().startsWith("admin-cli/") || file.path().startsWith("benchmarks/src/main/")) {
            return Optional.empty();
        }
        return all(PRINTING, file, file.code())
                .map(at -> new Finding(file.path(), at.line(), "prints: " + at.found()))
                .findFirst();
    }

    /** A metric's name says of what and in what: {@code titan_SUBJECT_UNIT}. */
    static List<Finding> metricNames(SourceFile file) {
        if (!file.text().contains("io.micrometer.")) {
            return List.of();
        }
        String text = JavaText.withoutComments(file.text());
        Map<Integer, String> names = new TreeMap<>();
        Stream.of(METER, OUR_NAME)
                .flatMap(pattern -> pattern.matcher(text).results())
                .forEach(result -> names.put(result.start(1), result.group(1)));
        return names.entrySet().stream()
                .filter(name -> !hasUnit(name.getValue()))
                .map(name -> new Finding(
                        file.path(),
                        file.lineAt(name.getKey()),
                        "metric " + name.getValue() + " is not titan_SUBJECT_UNIT with a unit of " + UNITS))
                .toList();
    }

    private static boolean hasUnit(String name) {
        Matcher matcher = METER_NAME.matcher(name);
        return matcher.matches() && UNITS.contains(matcher.group(1));
    }

    private record Place(int line, String found) {}

    private static Stream<Place> all(Pattern pattern, SourceFile file, String text) {
        return pattern.matcher(text).results().map(result -> new Place(file.lineAt(result.start()), result.group()));
    }
}
