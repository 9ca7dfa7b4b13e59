package io.titankv.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LinkRulesTest {
    private static final SourceFile OTHER = new SourceFile("docs/other.md", "# Other\n\n## A `read`, and more\n");
    private static final SourceFile DECISION = new SourceFile("docs/decisions/0001-one.md", "# 1. One\n");

    private static Iterable<Finding> dead(String text) {
        SourceFile page = new SourceFile("docs/page.md", "# Page\n\n" + text);
        return LinkRules.dead(page, Map.of(page.path(), page, OTHER.path(), OTHER, DECISION.path(), DECISION));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[gone](gone.md)",
                "[from the root](docs/other.md)",
                "[a heading that is gone](other.md#a-write)",
                "[of this page](#gone)",
                "[not here](decisions/one.md)"
            })
    void deadLinksAreFound(String link) {
        assertThat(dead("see " + link)).hasSize(1).allMatch(finding -> finding.line() == 3);
    }

    @Test
    void linksThatLeadSomewherePass() {
        assertThat(dead("[a](other.md), [b](other.md#a-read-and-more), [c](#page), [d](decisions/0001-one.md),"
                        + " [e](https://example.org/gone.md), ![f](plots/picture.svg), [g](decisions/../other.md)"))
                .isEmpty();
    }
}
