package io.titankv.cli.perf;

/** What an operation does. */
public enum Kind {
    READ,
    WRITE
}
