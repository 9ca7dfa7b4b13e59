package io.titankv.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Today's exceptions from a rule: one a line, sorted, by name, with the size recorded for it where the rule has one. It turns one way:
 * what is not in it must keep the rule, what is in it must not grow, and a line that is not needed any more must go. Immutable.
 */
final class Ratchet {
    /** What the first line of each ratchet file must say. */
    static final String NOTICE = "a line may be removed, not added";

    private final String file;
    private final Map<String, Integer> recorded;
    private final List<Finding> unreadable;

    private Ratchet(String file, Map<String, Integer> recorded, List<Finding> unreadable) {
        this.file = file;
        this.recorded = recorded;
        this.unreadable = unreadable;
    }

    /**
     * Reads lines of {@code NAME} or {@code NAME SIZE}, and {@code #} comments.
     *
     * @param file its path, for findings
     */
    static Ratchet parse(String file, String text) {
        Map<String, Integer> recorded = new TreeMap<>();
        List<Finding> unreadable = new ArrayList<>();
        if (!text.startsWith("#") || !text.lines().findFirst().orElse("").contains(NOTICE)) {
            unreadable.add(new Finding(file, 1, "the first line must say: " + NOTICE));
        }
        int number = 0;
        String before = "";
        for (String line : text.lines().toList()) {
            number++;
            if (!line.startsWith("#")) {
                if (line.compareTo(before) <= 0) {
                    unreadable.add(new Finding(file, number, "not sorted, twice, or empty: " + line));
                }
                before = line;
                String[] parts = line.split(" ", 2);
                try {
                    recorded.put(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
                } catch (NumberFormatException e) {
                    unreadable.add(new Finding(file, number, "no size: " + line));
                }
            }
        }
        return new Ratchet(file, recorded, unreadable);
    }

    /**
     * Judges a rule about sizes.
     *
     * @param sizes all that there is, not only what is too large
     * @param slack so much smaller than recorded a thing may be before its line must follow
     */
    List<Finding> judge(Map<String, Integer> sizes, int sizeMax, int slack) {
        List<Finding> findings = new ArrayList<>(unreadable);
        new TreeMap<>(sizes).forEach((name, size) -> {
            Integer allowed = recorded.get(name);
            if (size > sizeMax && allowed == null) {
                findings.add(Finding.of(name, size + " lines; the limit is " + sizeMax));
            } else if (size > sizeMax && size > Objects.requireNonNull(allowed)) {
                findings.add(
                        Finding.of(name, "grew from " + allowed + " to " + size + " lines; the limit is " + sizeMax));
            } else if (size > sizeMax && allowed != null && allowed - size > slack) {
                findings.add(Finding.of(file, "shrank, lower its line: " + name + " " + size));
            }
        });
        recorded.keySet().stream()
                .filter(name -> sizes.getOrDefault(name, 0) <= sizeMax)
                .map(this::notNeeded)
                .forEach(findings::add);
        return findings;
    }

    /** Judges a rule that a thing keeps or does not: those that break it, by name, each with what is wrong. */
    List<Finding> judge(Map<String, String> broken) {
        List<Finding> findings = new ArrayList<>(unreadable);
        new TreeMap<>(broken).forEach((name, what) -> {
            if (!recorded.containsKey(name)) {
                findings.add(Finding.of(name, what));
            }
        });
        Collection<String> left = new TreeSet<>(recorded.keySet());
        left.removeAll(broken.keySet());
        left.stream().map(this::notNeeded).forEach(findings::add);
        return findings;
    }

    private Finding notNeeded(String name) {
        return Finding.of(file, "not needed any more, remove the line: " + name);
    }
}
