package io.titankv.benchmarks.rheakv;

import io.titankv.benchmarks.cluster.LoadProgram;

/** The process that puts the load on a RheaKV cluster. */
final class RheaLoad {
    private RheaLoad() {}

    public static void main(String[] arguments) throws InterruptedException {
        LoadProgram.run(arguments, (spec, _) -> new RheaLibrary(spec.endpoints(), spec.shards()));
        // Its client leaves threads behind.
        System.exit(0);
    }
}
