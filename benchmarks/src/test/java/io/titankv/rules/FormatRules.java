package io.titankv.rules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** That the page of formats shows the golden files, byte for byte. Pure functions. */
final class FormatRules {
    private static final Pattern HEX_BLOCK =
            Pattern.compile("^```\\w*\\n((?:[0-9a-f]{4}(?: [0-9a-f]{2}){1,16}\\n)+)```$", Pattern.MULTILINE);
    private static final Pattern NAMED = Pattern.compile("`([\\w.]+\\.hex)`[^`]*$");
    private static final Pattern HEX_SPAN = Pattern.compile("`([0-9a-f]{2}(?: [0-9a-f]{2})+)`");

    private FormatRules() {}

    /**
     * Each hex block equals the golden file that is named last before it, each golden file is shown, and bytes quoted in a sentence
     * occur in one.
     *
     * @param golden by file name
     */
    static List<Finding> examples(SourceFile page, Map<String, String> golden) {
        List<Finding> findings = new ArrayList<>();
        Set<String> shown = new HashSet<>();
        Matcher block = HEX_BLOCK.matcher(page.text());
        int before = 0;
        while (block.find()) {
            Matcher name = NAMED.matcher(page.text().substring(before, block.start()));
            before = block.end();
            int line = page.lineAt(block.start());
            if (!name.find()) {
                findings.add(new Finding(
                        page.path(), line, "a hex example must name its golden file in the text before it"));
            } else if (!block.group(1).equals(golden.get(name.group(1)))) {
                findings.add(new Finding(page.path(), line, "the example differs from golden file " + name.group(1)));
            } else {
                shown.add(name.group(1));
            }
        }
        golden.keySet().stream()
                .filter(name -> !shown.contains(name))
                .sorted()
                .map(name -> Finding.of(page.path(), "golden file is not shown: " + name))
                .forEach(findings::add);
        List<String> goldenBytes =
                golden.values().stream().map(FormatRules::bytes).toList();
        HEX_SPAN.matcher(page.text())
                .results()
                .filter(span -> goldenBytes.stream().noneMatch(bytes -> bytes.contains(span.group(1))))
                .map(span -> new Finding(
                        page.path(), page.lineAt(span.start()), "no golden file has the bytes " + span.group(1)))
                .forEach(findings::add);
        return findings;
    }

    private static String bytes(String hexLines) {
        return hexLines.lines()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .collect(Collectors.joining(" "));
    }

    /** The golden files of all modules, by file name. */
    static Map<String, String> golden(List<SourceFile> files) {
        Map<String, String> golden = new TreeMap<>();
        files.stream()
                .filter(file -> file.path().contains("/golden/") && file.path().endsWith(".hex"))
                .forEach(file -> golden.put(file.name(), file.text()));
        return golden;
    }
}
