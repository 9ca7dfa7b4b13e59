package io.titankv.placement.state;

import java.time.Instant;

/**
 * Something that happened to the cluster, for people. Immutable.
 *
 * @param number rises by one with every event of the cluster
 * @param at by the placement leader's clock
 * @param kind short name
 * @param text one line
 * @param node what it is about; empty: not about a node
 * @param group empty: not about a group
 * @param operation 0: not about an operation
 */
public record EventRecord(
        long number, Instant at, String kind, String text, String node, String group, long operation) {}
