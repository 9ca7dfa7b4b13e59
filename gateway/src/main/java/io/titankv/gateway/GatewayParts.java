package io.titankv.gateway;

import java.util.concurrent.Executor;

/** What the calls of one gateway share. Immutable. */
record GatewayParts(
        GatewayOptions options,
        RouteSource routes,
        Admission admission,
        KeyOperations operations,
        Batches batches,
        AtomicBatches atomicBatches,
        Scans scans,
        Explains explains,
        GatewayMeters meters,
        Executor executor,
        Ticker ticker) {}
