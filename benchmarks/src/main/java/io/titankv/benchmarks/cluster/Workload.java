package io.titankv.benchmarks.cluster;

import io.titankv.cli.perf.Kind;
import java.util.Locale;

/** What is done to a cluster, uniformly over keys that are all there. */
public enum Workload {
    /** Writes through the system's own client; of the echo through a stream. */
    PUT(Kind.WRITE, false),
    /** Linearizable reads through the system's own client; of the echo through a stream. */
    GET(Kind.READ, false),
    /** Linearizable reads by unary gRPC calls, as a user has them who generates stubs. */
    GET_UNARY(Kind.READ, true),
    /** Writes by unary gRPC calls. */
    PUT_UNARY(Kind.WRITE, true);

    private final Kind kind;
    private final boolean isUnary;

    Workload(Kind kind, boolean isUnary) {
        this.kind = kind;
        this.isUnary = isUnary;
    }

    Kind kind() {
        return kind;
    }

    boolean isUnary() {
        return isUnary;
    }

    /** The name in options and lines. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException when there is none of this name */
    static Workload named(String label) {
        for (Workload workload : values()) {
            if (workload.label().equals(label)) {
                return workload;
            }
        }
        throw new IllegalArgumentException("no such workload: " + label + "; there are put, get, get-unary, put-unary");
    }
}
