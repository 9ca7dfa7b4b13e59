package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A text in Prometheus' exposition format 0.0.4, read as strictly as the format is written down. Immutable. */
final class Exposition {
    private static final Pattern META = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{((?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n"
                    + "]|\\\\[\\\\\"n])*\",?)*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** A family: what it is, and its samples in order. */
    record Family(String name, String type, String help, List<Sample> samples) {}

    /** One line. */
    record Sample(String name, Map<String, String> labels, double value) {}

    private final Map<String, Family> families;

    private Exposition(Map<String, Family> families) {
        this.families = families;
    }

    /** Reads a text; fails where it is not of the format, a family comes twice, has no help or no type, or a histogram is not one. */
    static Exposition parse(String text) {
        assertThat(text).endsWith("\n");
        Map<String, Family> families = new LinkedHashMap<>();
        Family current = null;
        String help = "";
        for (String line : text.lines().toList()) {
            Matcher meta = META.matcher(line);
            if (meta.matches() && meta.group(1).equals("HELP")) {
                help = meta.group(3);
            } else if (meta.matches()) {
                current = new Family(meta.group(2), meta.group(3), help, new ArrayList<>());
                help = "";
                assertThat(families.put(current.name(), current))
                        .as("a family comes once: %s", line)
                        .isNull();
            } else {
                sample(line, current);
            }
        }
        families.values().stream()
                .filter(family -> family.type().equals("histogram"))
                .forEach(Exposition::requireHistogram);
        return new Exposition(families);
    }

    private static void sample(String line, @Nullable Family family) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        assertThat(family).as("a sample after its family's type: %s", line).isNotNull();
        if (family == null) {
            return;
        }
        boolean parts = family.type().equals("histogram") || family.type().equals("summary");
        assertThat(sample.group(1)).matches(family.name() + (parts ? "(_bucket|_sum|_count)?" : ""));
        Map<String, String> labels = new TreeMap<>();
        if (sample.group(2) != null) {
            Matcher label = LABEL.matcher(sample.group(2));
            while (label.find()) {
                assertThat(labels.put(label.group(1), label.group(2))).as(line).isNull();
            }
        }
        family.samples().add(new Sample(sample.group(1), labels, number(sample.group(3))));
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** Buckets rise, end with all, and all is what was counted. */
    private static void requireHistogram(Family family) {
        double last = 0;
        double bound = Double.NEGATIVE_INFINITY;
        for (Sample sample : family.samples()) {
            if (sample.name().endsWith("_bucket")) {
                double le = number(sample.labels().getOrDefault("le", ""));
                assertThat(le).as(sample.toString()).isGreaterThan(bound);
                assertThat(sample.value()).as(sample.toString()).isGreaterThanOrEqualTo(last);
                last = sample.value();
                bound = le;
            } else if (sample.name().endsWith("_count")) {
                assertThat(bound).as(sample.toString()).isEqualTo(Double.POSITIVE_INFINITY);
                assertThat(sample.value()).as(sample.toString()).isEqualTo(last);
                last = 0;
                bound = Double.NEGATIVE_INFINITY;
            }
        }
    }

    Map<String, Family> families() {
        return Map.copyOf(families);
    }

    /** The sum of all samples of this name that have these labels, given as name, value, name, value; there must be one. */
    double sum(String name, String... labels) {
        List<Sample> found = families.values().stream()
                .flatMap(family -> family.samples().stream())
                .filter(sample -> sample.name().equals(name) && has(sample, labels))
                .toList();
        assertThat(found).as("%s %s", name, String.join(" ", labels)).isNotEmpty();
        return found.stream().mapToDouble(Sample::value).sum();
    }

    private static boolean has(Sample sample, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!labels[i + 1].equals(sample.labels().get(labels[i]))) {
                return false;
            }
        }
        return true;
    }
}
