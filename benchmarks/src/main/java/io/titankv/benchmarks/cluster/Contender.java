package io.titankv.benchmarks.cluster;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A system that is measured. */
enum Contender {
    TITAN,
    RHEAKV,
    /** Its own client makes unary calls. */
    ETCD,
    /** No system: what gRPC alone costs. */
    ECHO;

    /** Those that keep data as we do. */
    static final Set<String> PEERS = Set.of(RHEAKV.label(), ETCD.label());

    /** In the order of a run. */
    List<Workload> workloads() {
        return switch (this) {
            case TITAN, ECHO -> List.of(Workload.PUT, Workload.GET, Workload.GET_UNARY, Workload.PUT_UNARY);
            case RHEAKV, ETCD -> List.of(Workload.PUT, Workload.GET);
        };
    }

    /** The name in options and lines. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when there is none of this name */
    static Contender named(String label) {
        for (Contender contender : values()) {
            if (contender.label().equals(label)) {
                return contender;
            }
        }
        throw new IllegalArgumentException("no such system: " + label + "; there are rheakv, etcd, echo");
    }
}
