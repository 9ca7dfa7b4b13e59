package io.titankv.cli.perf;

/** What an operation does. */
enum Kind {
    READ,
    WRITE
}
