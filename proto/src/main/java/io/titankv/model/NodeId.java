package io.titankv.model;

import java.util.regex.Pattern;

/**
 * A node's name, chosen by its operator and kept for the life of its data directory. Immutable.
 *
 * @param value 1 to 63 characters: letters, digits, dots, dashes and underscores, beginning with a letter or digit
 */
public record NodeId(String value) implements Comparable<NodeId> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    public NodeId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "node id must be 1 to 63 letters, digits, '.', '-' or '_', beginning with a letter or digit: "
                            + value);
        }
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
