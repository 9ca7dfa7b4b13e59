package io.titankv.rules;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Links from page to page. Pure functions. */
final class LinkRules {
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*?) *$");
    private static final Pattern NOT_IN_ANCHORS = Pattern.compile("[^\\p{L}\\p{N} _-]");

    private LinkRules() {}

    /**
     * Links to pages that are not there, and to headings that they do not have.
     *
     * @param pages all pages by their paths
     */
    static List<Finding> dead(SourceFile page, Map<String, SourceFile> pages) {
        return LINK.matcher(page.text())
                .results()
                .filter(link -> !link.group(1).contains("://"))
                .filter(link -> link.group(1).isEmpty() || link.group(1).endsWith(".md"))
                .filter(link -> !leadsSomewhere(target(page, link.group(1)), link.group(2), pages))
                .map(link -> new Finding(page.path(), page.lineAt(link.start()), "dead link " + link.group()))
                .toList();
    }

    private static String target(SourceFile page, String to) {
        return to.isEmpty()
                ? page.path()
                : Path.of(page.path()).resolveSibling(to).normalize().toString().replace('\\', '/');
    }

    private static boolean leadsSomewhere(String path, String anchor, Map<String, SourceFile> pages) {
        SourceFile page = pages.get(path);
        return page != null && (anchor == null || anchors(page).contains(anchor));
    }

    /** As the web's pages name headings: small letters, no marks, a hyphen for a blank. */
    private static List<String> anchors(SourceFile page) {
        Matcher headings = HEADING.matcher(page.text());
        return headings.results()
                .map(heading -> NOT_IN_ANCHORS
                        .matcher(heading.group(1).toLowerCase(Locale.ROOT))
                        .replaceAll("")
                        .replace(' ', '-'))
                .toList();
    }
}
